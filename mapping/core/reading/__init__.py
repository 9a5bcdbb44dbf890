"""Documents out of JSON, with every fault of the file found in one go."""

from __future__ import annotations

from mapping.core.reading.flows import flow_of
from mapping.core.reading.form import Form, valid_id
from mapping.core.reading.mappings import check_of, collection_of, from_json, mapping_of, row_of
from mapping.core.reading.rules import rule_of
from mapping.core.reading.tables import table_of

__all__ = [
    "Form",
    "check_of",
    "collection_of",
    "flow_of",
    "from_json",
    "mapping_of",
    "row_of",
    "rule_of",
    "table_of",
    "valid_id",
]
