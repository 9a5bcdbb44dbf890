"""What the templates of the mapping pages ask for."""

from __future__ import annotations

from django import template

from mapping.models import MappingVersion
from mapping.presenting.versions import VersionWords, version_words

register = template.Library()


@register.filter(name="version_words")
def version_words_of(version: MappingVersion) -> VersionWords:
    """`{% with words=version|version_words %}`: label, tone and sentence of the version's state."""
    return version_words(version.state)
