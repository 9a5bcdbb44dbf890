"""What events mean for the records."""

from sync.services.intake.outcomes import Done, Outcome, UnreadableError, Wait
from sync.services.intake.sources import apply, read

__all__ = ["Done", "Outcome", "UnreadableError", "Wait", "apply", "read"]
