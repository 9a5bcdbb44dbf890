from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.money import Money
from integrations.shop.core.envelope import Envelope, MessageError, read_envelope
from integrations.shop.core.orders import ShopMessage, ShopOrder, parse_message
from tests.integrations.messages import order_document, order_message


def _order(**changes: Any) -> ShopOrder:
    order = parse_message(order_message(**changes)).order
    assert order is not None
    return order


def _problems(**changes: Any) -> tuple[str, ...]:
    return parse_message(order_message(**changes)).problems


def _line(**changes: Any) -> dict[str, Any]:
    line = {
        "name": "Pot",
        "quantity": "1",
        "unit_price": "10.00",
        "tax_rate": "20",
        "tax": "1.67",
        "total": "10.00",
    }
    return {**line, **changes}


def _single(line: dict[str, Any], total: str, **changes: Any) -> tuple[str, ...]:
    return _problems(lines=[line], delivery=None, discount=None, total=total, **changes)


def test_the_worked_example_reads_without_a_problem() -> None:
    message = parse_message(order_message())
    assert message.problems == ()
    assert (message.type, message.number, message.shop) == ("order.created", "HF-10042", "harbour-finch")
    order = message.order
    assert order is not None
    assert (order.total, order.tax) == (Money(3834, "GBP"), Money(441, "GBP"))
    assert order.placed_at == datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
    assert (order.contact_number, order.customer_name, order.email) == ("C-77", "Ada Moss", "ada@example.com")
    assert order.document == order_document()


def test_numbers_are_kept_exactly_as_they_were_written() -> None:
    body = order_message(lines=[_line()], delivery=None, discount=None, total="10.00").replace(
        b'"10.00"', b"10.00"
    )
    message = parse_message(body.replace(b'"1"', b"1"))
    assert message.problems == ()
    assert message.order is not None
    assert message.order.total == Money(1000, "GBP")
    assert message.order.document["total"] == "10.00"
    assert message.order.document["lines"][0]["quantity"] == "1"


def test_tax_on_top_counts_into_the_total() -> None:
    line = _line(tax="2.00")
    assert _single(line, "12.00", prices_include_tax=False) == ()
    assert "add up to 12.00 GBP" in _single(line, "10.00", prices_include_tax=False)[0]


def test_an_order_that_does_not_add_up_names_both_amounts() -> None:
    assert _problems(total="38.35") == (
        "Lines, delivery and discount add up to 38.34 GBP, but the order's total is 38.35 GBP: a difference of 0.01.",
    )


def test_a_line_that_does_not_add_up_is_named() -> None:
    assert _single(_line(quantity="2"), "10.00") == (
        "Line 1: 2 × 10.00 less 0 is 20.00 GBP, but the line's total is 10.00 GBP.",
    )


def test_fractions_of_a_unit_are_rounded_half_up() -> None:
    assert _single(_line(quantity="0.333", unit_price="3.015", total="1.00", tax="0.17"), "1.00") == ()
    assert _single(_line(quantity="0.5", unit_price="2.01", total="1.01", tax="0.17"), "1.01") == ()


def test_a_negative_total_is_a_problem() -> None:
    found = _single(_line(quantity="-1", total="-10.00", tax="-1.67"), "-10.00")
    assert found == ("The order's total is negative: -10.00 GBP.",)


def test_all_problems_are_told_at_once() -> None:
    lines = [_line(total="ten"), "not a line", _line(unit_price="?")]
    found = _problems(
        lines=lines, total="-1.00", customer=None, prices_include_tax="yes", placed_at="2026-11-22T10:15:00"
    )
    assert len(found) == 7
    for words in (
        "no time zone",
        "no customer",
        "total says 'ten'",
        "Line 2 is not",
        "Line 3",
        "negative",
        "true or false",
    ):
        assert any(words in problem for problem in found), words


@pytest.mark.parametrize("lines", [None, [], {}, "lines"])
def test_an_order_without_lines_is_a_problem(lines: Any) -> None:
    assert "The order has no lines." in _problems(lines=lines)


@pytest.mark.parametrize(
    "amount", ["12.345", "1e3", "NaN", "Infinity", "", " 1.00", "1,000.00", "١٢", "9" * 16, True]
)
def test_what_is_no_amount_of_the_currency_makes_the_total_unreadable(amount: Any) -> None:
    with pytest.raises(MessageError, match="not an amount of GBP"):
        _order(total=amount)


def test_yen_have_no_decimals() -> None:
    changes = {
        "lines": [_line(unit_price="1000", total="1000", tax="91")],
        "delivery": None,
        "discount": None,
    }
    assert _order(currency="JPY", total="1000", **changes).total == Money(1000, "JPY")
    with pytest.raises(MessageError, match="not an amount of JPY"):
        _order(currency="JPY", total="1000.5", **changes)


@pytest.mark.parametrize("currency", ["XXX", "gbp", "", None, 5])
def test_an_unknown_currency_cannot_be_read(currency: Any) -> None:
    with pytest.raises(MessageError, match="not a currency code"):
        _order(currency=currency)


@pytest.mark.parametrize("moment", [None, "", "yesterday", "2026-13-01T00:00:00Z", 5])
def test_an_order_needs_a_moment(moment: Any) -> None:
    with pytest.raises(MessageError, match="placed_at"):
        _order(placed_at=moment)


def test_moments_become_utc() -> None:
    assert _order(placed_at="2026-07-01T00:30:00+01:00").placed_at == datetime(
        2026, 6, 30, 23, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"\xff",
        b"[" * 100_000,
        order_message()[:-10],
        b'{"type":"order.created"}',
    ],
)
def test_broken_json_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(MessageError):
        parse_message(body)


def test_a_cancellation_needs_only_the_number() -> None:
    body = b'{"type":"order.cancelled","order":{"number":"HF-1"}}'
    assert parse_message(body) == ShopMessage("order.cancelled", "HF-1")


def test_another_attempt_to_pay_carries_its_code_and_key() -> None:
    payment = {"vendor_tx_code": "HF-1-2", "security_key": "OUWLNYQTVT"}
    body = json.dumps({"type": "payment.started", "order": {"number": "HF-1", "payment": payment}}).encode()
    message = parse_message(body)
    assert (message.vendor_tx_code, message.security_key, message.order) == ("HF-1-2", "OUWLNYQTVT", None)
    assert "OUWLNYQTVT" not in repr(message)


def test_a_code_opayo_could_never_have_is_a_problem() -> None:
    assert "none that Opayo could have" in _problems(payment={"vendor_tx_code": "HF 1/2"})[0]


def test_an_order_may_ask_for_a_payment_page() -> None:
    message = parse_message(order_message(checkout={"return_url": "https://shop.example/1"}))
    assert (message.wants_checkout, message.return_url) == (True, "https://shop.example/1")


@pytest.mark.parametrize(
    ("customer", "contact_number", "name"),
    [
        ({"id": "C-1", "company": "Moss Ltd", "last_name": "Moss"}, "C-1", "Moss Ltd"),
        ({"id": 77, "email": "a@b.example"}, "77", "a@b.example"),
        ({"email": "Ada@Example.com"}, "email-f1cb2a0e4e46b8d9", "Ada@Example.com"),
        ({"last_name": "Moss"}, "order-", "Moss"),
    ],
)
def test_a_customer_is_known_by_id_else_by_e_mail(
    customer: dict[str, Any], contact_number: str, name: str
) -> None:
    order = _order(customer=customer)
    assert order.contact_number.startswith(contact_number.split("-")[0])
    assert (order.customer_name, len(order.contact_number) <= 50) == (name, True)


def test_the_stand_in_for_an_e_mail_address_is_stable_and_ignores_case() -> None:
    first, second = (
        _order(customer={"email": "Ada@example.com"}),
        _order(customer={"email": "ada@EXAMPLE.com "}),
    )
    assert first.contact_number == second.contact_number
    assert first.contact_number != _order(customer={"email": "eve@example.com"}).contact_number


def test_an_overlong_customer_id_still_fits_xero() -> None:
    assert len(_order(customer={"id": "x" * 60}).contact_number) <= 50


def test_text_that_could_not_be_stored_is_replaced() -> None:
    order = _order(note="a\u0000b")
    assert order.document["note"] == "a\ufffdb"
    body = order_message(note="PLACE").replace(b"PLACE", b"half \\ud83d pair, whole \\ud83d\\ude00")
    message = parse_message(body)
    assert message.order is not None
    assert message.order.document["note"] == "half \ufffd pair, whole 😀"
    json.dumps(message.order.document, ensure_ascii=False).encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from([
    "number", "placed_at", "currency", "prices_include_tax", "customer", "lines", "delivery", "discount", "total",
    "payment", "checkout", "note",
])  # fmt: skip


@given(
    st.dictionaries(NAMES, JSON, max_size=4), st.sampled_from(["order.created", "payment.started", "other"])
)
def test_whatever_a_field_holds_there_is_an_order_or_a_reason(changes: dict[str, Any], kind: str) -> None:
    body = order_message(kind, **changes)
    try:
        message = parse_message(body)
    except MessageError as error:
        assert error.problems
    else:
        assert message.order is None or message.order.total.currency == message.order.currency


prices = st.decimals("0.01", "999.99", places=2)


@given(st.lists(st.tuples(st.integers(1, 9), prices), min_size=1, max_size=6), st.integers(-500, 500))
def test_an_order_has_a_problem_exactly_when_its_total_is_off(
    contents: list[tuple[int, Decimal]], off: int
) -> None:
    lines = [_line(quantity=str(q), unit_price=str(p), total=str(q * p), tax="0.00") for q, p in contents]
    total = sum((q * p for q, p in contents), Decimal()) + Decimal(off).scaleb(-2)
    found = _problems(lines=lines, delivery=None, discount=None, total=str(total))
    assert bool(found) == (off != 0)


def test_the_first_look_sees_type_number_and_the_wish_for_a_payment_page() -> None:
    assert read_envelope(order_message()) == Envelope("order.created", "HF-10042", wants_checkout=False)
    assert read_envelope(order_message(checkout={})).wants_checkout
    assert read_envelope(b'{"type":"order.cancelled","order":{"number":5}}').number == "5"


def test_the_security_key_is_read_but_not_left_in_the_order_people_see() -> None:
    order = _order(
        payment={"vendor_tx_code": "HF-1-2", "security_key": "OUWLNYQTVT", "method": "opayo_server"}
    )
    assert order.security_key == "OUWLNYQTVT"
    assert order.document["payment"] == {"vendor_tx_code": "HF-1-2", "method": "opayo_server"}
