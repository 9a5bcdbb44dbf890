"""Versions as files: out complete, and in as a whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrations.models import Pair
from mapping.core.blueprint import blueprint_from_json, blueprint_to_text, completed
from mapping.core.json_text import JsonTextError, read_json
from mapping.models import MappingVersion
from mapping.selectors import effective_blueprint, published_blueprint
from mapping.services.versions import create_draft

if TYPE_CHECKING:
    from integrations.models import User


class ImportRefusedError(ValueError):
    """A file that cannot be read at all; the message says where it goes wrong."""


def exported_text(version: MappingVersion) -> str:
    """The version as JSON text, completed by what is shipped, so that it means the same wherever it is imported."""
    return blueprint_to_text(effective_blueprint(version))


def import_version(pair: Pair, body: bytes, *, name: str, by: User) -> MappingVersion:
    """A new draft with what the file holds; `name` is the file's.

    Raises ImportRefusedError when it is no JSON, MappingInvalidError with every fault when it is no blueprint: then
    nothing was made.
    """
    try:
        value = read_json(body)
    except JsonTextError as error:
        raise ImportRefusedError(str(error)) from error
    blueprint = completed(blueprint_from_json(value), published_blueprint(None))
    title = name.rpartition(".")[0] or name or "Imported"
    return create_draft(pair, blueprint, name=title, by=by, comment=f"Imported from {name}.")
