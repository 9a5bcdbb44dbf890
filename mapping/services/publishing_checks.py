"""Whether publishing a version needs a reason: it does when a dry run found that money or VAT moves."""

from __future__ import annotations

from typing import Final

from integrations.models import Order
from mapping.core.blueprint import blueprint_to_json
from mapping.core.difference import Summary, summary_from_json
from mapping.core.difference.wording import headline
from mapping.models import DryRun, MappingVersion
from mapping.selectors import effective_blueprint, published_blueprint, published_version

_NOT_LOOKED: Final = (
    "No dry run was made of this revision: nobody has looked at what it changes in the books. Run one first."
)
_NOTHING_DIFFERS: Final = "It says the same as what is in use: nothing in the books changes."
_NO_RECORDS: Final = "There are no stored records yet that it could change anything for."


def latest_dry_run(version: MappingVersion) -> DryRun | None:
    """The newest finished dry run that still tells the truth: of this revision, against what is published now."""
    done = DryRun.objects.filter(version=version, revision=version.revision, state=DryRun.State.DONE)
    current = published_version(version.pair_id)
    return done.filter(compared_with=current).order_by("-pk").first()


def needs_reason(version: MappingVersion) -> tuple[bool, str]:
    """Whether whoever publishes the version has to say why, and what is known of its effect, in words.

    Without a dry run of this revision no reason is asked for, and the words warn of it.
    """
    run = latest_dry_run(version)
    if run is not None:
        summary = summary_from_json(run.summary)
        return summary.moves_money, headline(summary)
    return False, _words_without_run(version)


def is_warned(version: MappingVersion) -> bool:
    """Whether nobody has looked at what the version changes, though it may change something."""
    return latest_dry_run(version) is None and _words_without_run(version) == _NOT_LOOKED


def summary_of(version: MappingVersion) -> Summary | None:
    """What the latest dry run found, if there is one."""
    run = latest_dry_run(version)
    return summary_from_json(run.summary) if run else None


def _words_without_run(version: MappingVersion) -> str:
    if blueprint_to_json(effective_blueprint(version)) == blueprint_to_json(
        published_blueprint(version.pair_id)
    ):
        return _NOTHING_DIFFERS
    if version.pair_id is None or not Order.objects.filter(pair_id=version.pair_id).exists():
        return _NO_RECORDS
    return _NOT_LOOKED
