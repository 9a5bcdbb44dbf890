"""From records to postings: the plan of each touched order, carried out in bulk."""

from sync.services.projection.projecting import project

__all__ = ["project"]
