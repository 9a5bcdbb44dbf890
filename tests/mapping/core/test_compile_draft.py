"""A draft is tried as far as it is written."""

from __future__ import annotations

import pytest

from mapping.core.compiler import compile_draft, compile_mapping
from mapping.core.document import MappingDocument, Row, TransformUse
from mapping.core.problems import MappingInvalidError


def _invoice(*rows: Row, target: str = "xero:Invoice") -> MappingDocument:
    return MappingDocument("invoice", target, "shop:order", rows=rows)


def test_a_draft_that_lacks_required_rows_is_evaluated_all_the_same() -> None:
    draft = _invoice(Row("number", "InvoiceNumber", ("number",)))
    with pytest.raises(MappingInvalidError):
        compile_mapping(draft)
    assert compile_draft(draft).evaluate({"number": "HF-1"}, {}).document == {"InvoiceNumber": "HF-1"}


def test_a_step_that_does_not_exist_is_left_out_of_a_draft() -> None:
    draft = _invoice(Row("number", "InvoiceNumber", ("number",), (TransformUse("no_such_step"),)))
    assert compile_draft(draft).evaluate({"number": "HF-1"}, {}).document == {"InvoiceNumber": "HF-1"}


def test_a_draft_for_an_unknown_target_cannot_be_tried() -> None:
    with pytest.raises(MappingInvalidError):
        compile_draft(_invoice(target="xero:Unknown"))
