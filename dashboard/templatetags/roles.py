"""What a person's role lets a page offer."""

from __future__ import annotations

from django import template
from django.urls import resolve, reverse

from integrations.members.access import Access
from integrations.models import Role

register = template.Library()


@register.filter
def may_open(access: Access | None, name: str) -> bool:
    """`{% if access|may_open:"disputes-import" %}`: whether the address of the pair with that name takes no higher role."""
    if access is None or not name:
        return False
    view = resolve(reverse(name, args=[access.pair.slug])).func
    return access.may(getattr(view, "needed_role", Role.ADMINISTRATOR))
