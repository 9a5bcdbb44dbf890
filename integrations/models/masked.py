"""Text that people type, kept without card numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models

from integrations.core.pci import mask_text


class MaskedTextField(models.TextField):  # type: ignore[type-arg]  # Django itself knows no parameters of it
    """A TextField that masks what looks like a card number or security code on its way to the database, however it goes."""

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return mask_text(prepared) if isinstance(prepared, str) else prepared

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """To the database it is a TextField like any other."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs
