"""The order of the roles: each may do what the ones before it may."""

from __future__ import annotations

from typing import Final

from integrations.models import Role

_RANK: Final[dict[str, int]] = {Role.VIEWER: 0, Role.OPERATOR: 1, Role.ADMINISTRATOR: 2}


def role_allows(role: str, needed: str) -> bool:
    """Whether somebody with `role` may do what takes `needed`."""
    return _RANK[role] >= _RANK[needed]
