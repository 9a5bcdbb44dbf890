"""What is kept of mappings: their versions."""

from __future__ import annotations

from mapping.models.versions import MappingVersion, PublishedMappingError

__all__ = ["MappingVersion", "PublishedMappingError"]
