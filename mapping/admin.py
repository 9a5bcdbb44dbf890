"""Mappings under the microscope."""

from __future__ import annotations

from django.contrib import admin

from integrations.microscope import Microscope
from mapping.models import MappingVersion


@admin.register(MappingVersion)
class MappingVersionAdmin(Microscope):
    list_display = ("pair", "name", "number", "state", "published_at")
    list_filter = ("state",)
    list_select_related = ("pair",)
