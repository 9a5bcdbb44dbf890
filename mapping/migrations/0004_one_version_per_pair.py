"""The versions of single mappings become versions of the whole blueprint.

Postings name the version that made them, so every old row stays, as a version that holds its one mapping. What was
published is archived by one new published version per pair, which holds all the mappings that were in use.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import migrations
from django.utils import timezone


def _blueprint(mappings: dict[str, Any]) -> dict[str, Any]:
    return {"format": 2, "mappings": mappings, "tables": {}, "rules": [], "flows": []}


def _unite(apps: Any, schema_editor: Any) -> None:
    versions = apps.get_model("mapping", "MappingVersion")
    by_pair: dict[int | None, list[Any]] = defaultdict(list)
    for row in versions.objects.order_by("created_at", "pk"):
        by_pair[row.pair_id].append(row)
    for pair_id, rows in by_pair.items():
        in_use = {row.kind: row.document for row in rows if row.state == "published"}
        for number, row in enumerate(rows, 1):
            _renew(row, number, in_use)
        if in_use:
            versions.objects.create(
                pair_id=pair_id,
                kind="",
                document={},
                name="Mappings",
                number=len(rows) + 1,
                state="published",
                blueprint=_blueprint(in_use),
                comment="The mappings in use when mappings, rules and flows became one version.",
                published_at=timezone.now(),
            )


def _renew(row: Any, number: int, in_use: dict[str, Any]) -> None:
    was = f"Was version {row.number} of the mapping {row.kind}."
    row.comment = f"{row.comment}\n{was}".strip()
    # A draft replaced one mapping and left the others as they were in use.
    beside = in_use if row.state == "draft" else {}
    row.blueprint = _blueprint({**beside, row.kind: row.document})
    row.number = number
    if row.state == "published":
        row.state = "archived"
    row.save(update_fields=["comment", "blueprint", "number", "state"])


class Migration(migrations.Migration):
    dependencies = [("mapping", "0003_blueprints")]
    operations = [migrations.RunPython(_unite)]
