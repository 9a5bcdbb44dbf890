"""One version holds mappings, rules, flows and tables together: the new columns, and the tables beside them."""

from __future__ import annotations

import importlib

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_freeze = importlib.import_module("mapping.migrations.0002_freeze_published")
_USER = {
    "blank": True,
    "null": True,
    "on_delete": django.db.models.deletion.SET_NULL,
    "related_name": "+",
    "to": settings.AUTH_USER_MODEL,
}


def _add(name: str, field: models.Field) -> migrations.AddField:
    return migrations.AddField("mappingversion", name, field)


class Migration(migrations.Migration):
    dependencies = [
        ("mapping", "0002_freeze_published"),
        ("integrations", "0005_known_contact_number"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # The rows are frozen by triggers, which come back when the rows have their new form (0005).
        migrations.RunSQL(_freeze.BACKWARDS, _freeze.FORWARDS),
        migrations.AlterModelOptions("mappingversion", {"ordering": ["pair_id", "number"]}),
        migrations.RemoveConstraint("mappingversion", "mapping_version_number_once"),
        migrations.RemoveConstraint("mappingversion", "mapping_published_once"),
        migrations.RemoveConstraint("mappingversion", "mapping_published_has_time"),
        migrations.AlterField(
            "mappingversion", "number", models.PositiveIntegerField(help_text="Counts up within the pair.")
        ),
        migrations.AlterField(
            "mappingversion",
            "state",
            models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("review", "In review"),
                    ("published", "Published"),
                    ("archived", "Archived"),
                ],
                default="draft",
                max_length=10,
            ),
        ),
        _add("blueprint", models.JSONField(default=dict)),
        _add(
            "base",
            models.ForeignKey(
                blank=True,
                help_text="Drafted from.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="mapping.mappingversion",
            ),
        ),
        _add(
            "revision",
            models.PositiveIntegerField(
                default=0, help_text="Counts up with each change, undo and redo of the draft."
            ),
        ),
        _add("changed_by", models.ForeignKey(**_USER)),
        _add("changed_at", models.DateTimeField(blank=True, null=True)),
        _add(
            "changed_label",
            models.CharField(
                blank=True, default="", help_text="What was done last, in words.", max_length=200
            ),
        ),
        _add("submitted_by", models.ForeignKey(**_USER)),
        _add("submitted_at", models.DateTimeField(blank=True, null=True)),
        _add("publish_reason", models.TextField(blank=True, default="")),
        migrations.CreateModel(
            "DraftChange",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sequence", models.PositiveIntegerField(help_text="Counts up within the version.")),
                ("changes", models.JSONField()),
                ("inverse", models.JSONField(help_text="The changes that take it back exactly.")),
                ("label", models.CharField(help_text="What was done, in words.", max_length=200)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("undone", models.BooleanField(default=False)),
                ("by", models.ForeignKey(**_USER)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="mapping.mappingversion",
                    ),
                ),
            ],
            options={
                "ordering": ["version_id", "sequence"],
                "constraints": [
                    models.UniqueConstraint(fields=("version", "sequence"), name="draft_change_once")
                ],
            },
        ),
        migrations.CreateModel(
            "VersionComment",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("text", models.TextField()),
                ("mapping", models.CharField(blank=True, default="", max_length=64)),
                (
                    "row",
                    models.CharField(
                        blank=True, default="", help_text="Id of a row of that mapping.", max_length=500
                    ),
                ),
                ("by", models.ForeignKey(**_USER)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="mapping.mappingversion",
                    ),
                ),
            ],
            options={"ordering": ["version_id", "pk"]},
        ),
        migrations.CreateModel(
            "Sample",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("title", models.CharField(max_length=120)),
                (
                    "text",
                    models.TextField(
                        help_text="JSON text as pasted, so that every decimal stays as it was written."
                    ),
                ),
                ("schema", models.JSONField(help_text="What was inferred of its fields.")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mapping_samples",
                        to="integrations.pair",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["pair", "by", "-at"], name="mapping_sample_newest")]},
        ),
    ]
