from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.xero.core.wire import (
    dumps,
    id_or_blank,
    loads,
    optional_decimal,
    parse_date,
    parse_timestamp,
)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("/Date(1573755038314)/", datetime(2019, 11, 14, 18, 10, 38, 314000, tzinfo=UTC)),
        ("/Date(1553126400000+0000)/", datetime(2019, 3, 21, tzinfo=UTC)),
        ("/Date(-86400000+0000)/", datetime(1969, 12, 31, tzinfo=UTC)),
        ("2019-03-12T23:10:38Z", datetime(2019, 3, 12, 23, 10, 38, tzinfo=UTC)),
        ("2019-03-12T23:10:38", datetime(2019, 3, 12, 23, 10, 38, tzinfo=UTC)),
        ("2020-03-18T21:20:07.7179250", datetime(2020, 3, 18, 21, 20, 7, 717925, tzinfo=UTC)),
        ("2026-07-01T12:00:00+01:00", datetime(2026, 7, 1, 11, tzinfo=UTC)),
    ],
)
def test_every_form_of_a_moment_is_read_in_utc(text: str, moment: datetime) -> None:
    assert parse_timestamp(text) == moment


def test_an_offset_in_a_date_of_milliseconds_does_not_move_it() -> None:
    assert parse_timestamp("/Date(1553126400000+1300)/") == parse_timestamp("/Date(1553126400000+0000)/")


@pytest.mark.parametrize("text", ["/Date(1552262400000+0000)/", "2019-03-11T00:00:00", "2019-03-11"])
def test_a_document_date_is_its_midnight_in_utc(text: str) -> None:
    assert parse_date(text) == date(2019, 3, 11)


def test_what_is_no_date_is_refused() -> None:
    with pytest.raises(ValueError, match="yesterday"):
        parse_timestamp("yesterday")


def test_fractions_are_read_as_decimals_with_all_their_digits() -> None:
    body = loads(b'{"Total": 1234567890123456.78, "Quantity": 1.0000, "Count": 3}')
    assert body == {"Total": Decimal("1234567890123456.78"), "Quantity": Decimal("1.0000"), "Count": 3}
    assert str(body["Quantity"]) == "1.0000"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
def test_a_decimal_goes_out_as_exactly_the_number_it_is(amount: Decimal) -> None:
    text = dumps({"UnitAmount": amount})
    assert "E" not in text
    assert '"UnitAmount":"' not in text
    assert loads(text)["UnitAmount"] == amount


def test_very_small_and_large_decimals_are_written_without_an_exponent() -> None:
    assert dumps([Decimal("1E+3"), Decimal("0.00000001")]) == "[1000,0.00000001]"


@pytest.mark.parametrize("value", [0.1, {"Amount": 1.5}, [{"Lines": [2.5]}]])
def test_a_float_never_goes_out(value: object) -> None:
    with pytest.raises(TypeError, match="binary fraction"):
        dumps(value)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), object()])
def test_what_has_no_form_in_json_never_goes_out(value: object) -> None:
    with pytest.raises(TypeError):
        dumps({"Amount": value})


def test_fifty_invoices_are_written_in_less_than_five_milliseconds() -> None:
    line = {
        "Description": "Teapot",
        "Quantity": Decimal(2),
        "UnitAmount": Decimal("12.3456"),
        "AccountCode": "200",
    }
    invoice = {
        "Type": "ACCREC",
        "InvoiceNumber": "HF-1",
        "Contact": {"ContactNumber": "C-1"},
        "LineItems": [line] * 4,
    }
    document = {"Invoices": [invoice] * 50}
    fastest = min(_seconds(document) for _ in range(5))
    assert fastest < 0.005
    assert json.loads(dumps(document))["Invoices"][49]["LineItems"][3]["UnitAmount"] == 12.3456


def _seconds(document: object) -> float:
    began = time.perf_counter()
    dumps(document)
    return time.perf_counter() - began


@pytest.mark.parametrize(
    ("value", "amount"), [(3, Decimal(3)), ("3.10", Decimal("3.10")), (None, None), ("", None), (True, None)]
)
def test_amounts_may_be_numbers_strings_or_absent(value: object, amount: Decimal | None) -> None:
    assert optional_decimal(value) == amount


def test_the_zero_guid_is_no_id() -> None:
    assert id_or_blank("00000000-0000-0000-0000-000000000000") == ""
    assert id_or_blank(None) == ""
    assert id_or_blank("96988e67-ecf9-466d-bfbf-0afa1725a649").startswith("96988e67")
