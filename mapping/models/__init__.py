"""What is kept of mappings: versions, the changes of drafts, comments, samples."""

from __future__ import annotations

from mapping.models.changes import DraftChange, VersionComment
from mapping.models.dry_runs import DryRun, DryRunDifference, DryRunPart
from mapping.models.flow_counts import FlowCount
from mapping.models.samples import Sample
from mapping.models.suggestion_feedback import SuggestionFeedback
from mapping.models.versions import MappingVersion, PublishedMappingError

__all__ = [
    "DraftChange",
    "DryRun",
    "DryRunDifference",
    "DryRunPart",
    "FlowCount",
    "MappingVersion",
    "PublishedMappingError",
    "Sample",
    "SuggestionFeedback",
    "VersionComment",
]
