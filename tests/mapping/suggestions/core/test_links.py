"""Suggestions for sources nobody has seen before, from the shipped model."""

from __future__ import annotations

from typing import Any

import pytest

from mapping.core.transforms import REGISTRY
from mapping.suggestions.core.links import ACCEPT, Suggestion, band_of, suggestions
from mapping.suggestions.core.memory import Decision, Memory, key_of
from mapping.suggestions.core.model import shipped
from mapping.suggestions.core.reading import fields_of
from mapping.suggestions.core.targets import UnknownTargetError, targets_of

GERMAN = {
    "BestNr": "A-100",
    "BestDatum": "03.02.2026",
    "KdNr": "K77",
    "KdName": "Moss GmbH",
    "Mail": "ada@example.de",
    "PLZ": "10115",
    "Ort": "Berlin",
    "Land": "Deutschland",
    "Wrg": "EUR",
    "Summe": "42,99",
    "Pos": [{"ArtNr": "POT-1", "Bez": "Teekanne", "Anz": 2, "EP": "17,50", "MwStSatz": 19}],
}
GATEWAY = [
    {
        "ref_no": f"HF-{number}-1",
        "amt": 4299 + number,
        "ccy": "gbp",
        "txn_ts": 1772442873 + number,
        "cust": {"fname": "Ada", "lname": "Moss", "eml": "ada@example.com", "ctry": "United Kingdom"},
        "merchant": {"name": "Harbour Finch", "city": "Bristol"},
    }
    for number in range(5)
]


def found(value: Any, target: str, memory: Memory | None = None) -> list[Suggestion]:
    return suggestions(fields_of(value), target, shipped(), memory=memory or Memory())


def best(value: Any, target: str, memory: Memory | None = None) -> dict[str, Suggestion]:
    """The first suggestion for each target."""
    firsts: dict[str, Suggestion] = {}
    for each in found(value, target, memory):
        firsts.setdefault(each.target, each)
    return firsts


@pytest.mark.parametrize(
    ("target", "links"),
    [
        (
            "xero:Contact",
            {
                "Name": "KdName",
                "ContactNumber": "KdNr",
                "EmailAddress": "Mail",
                "Addresses[0].City": "Ort",
                "Addresses[0].PostalCode": "PLZ",
                "Addresses[0].Country": "Land",
            },
        ),
        (
            "xero:Invoice",
            {
                "InvoiceNumber": "BestNr",
                "Date": "BestDatum",
                "CurrencyCode": "Wrg",
                "LineItems[].Description": "Pos[].Bez",
                "LineItems[].Quantity": "Pos[].Anz",
                "LineItems[].UnitAmount": "Pos[].EP",
                "LineItems[].ItemCode": "Pos[].ArtNr",
            },
        ),
    ],
)
def test_a_german_order_with_short_names_is_understood(target: str, links: dict[str, str]) -> None:
    firsts = best(GERMAN, target)
    assert {path: firsts[path].source for path in links} == links


def test_names_alone_are_enough_for_most_fields() -> None:
    firsts = best(
        ["customer_email", "first_name", "surname", "billing_town", "billing_postcode"], "xero:Contact"
    )
    assert firsts["EmailAddress"].source == "customer_email"
    assert firsts["LastName"].source == "surname"
    assert firsts["Addresses[0].PostalCode"].source == "billing_postcode"
    assert "no sample values to go by" in firsts["EmailAddress"].reasons


def test_pence_seconds_and_small_letters_bring_their_transforms() -> None:
    payment, invoice = best(GATEWAY, "xero:Payment"), best(GATEWAY, "xero:Invoice")
    assert payment["Amount"].transforms == (
        {"name": "from_minor_units", "parameters": {"currency": {"from": "ccy"}}},
    )
    assert [step["name"] for step in payment["Date"].transforms] == ["from_epoch", "date"]
    assert invoice["CurrencyCode"].transforms == ({"name": "case", "parameters": {"style": "upper"}},)


def test_a_country_by_name_becomes_a_code() -> None:
    assert best(GATEWAY, "xero:Contact")["Addresses[0].Country"].transforms[0]["name"] == "country"


def test_first_and_last_name_become_the_name_and_are_never_accepted_unseen() -> None:
    name = best(GATEWAY, "xero:Contact")["Name"]
    assert name.sources == ("cust.fname", "cust.lname")
    assert name.transforms[0]["name"] == "concatenate"
    assert name.band == "offer"


def test_the_merchants_own_fields_are_not_the_customers() -> None:
    sure = {each.source for each in found(GATEWAY, "xero:Contact") if each.confidence >= ACCEPT}
    assert not {"merchant.name", "merchant.city"} & sure


def test_every_transform_that_is_suggested_exists_with_its_parameters() -> None:
    for value, target in ((GERMAN, "xero:Invoice"), (GATEWAY, "xero:Payment"), (GATEWAY, "xero:Contact")):
        for each in found(value, target):
            for step in each.transforms:
                spec = REGISTRY[step["name"]]
                assert all(spec.parameter(name) for name in step.get("parameters", {})), step


def test_a_link_into_the_lines_names_the_for_each_it_needs() -> None:
    quantity = best(GERMAN, "xero:Invoice")["LineItems[].Quantity"]
    assert quantity.collection == {"target": "LineItems", "source": "Pos"}


def test_each_field_is_given_away_once_above_the_accept_threshold() -> None:
    sure = [each for each in found(GERMAN, "xero:Invoice") if each.band == "accept"]
    assert len({each.source for each in sure}) == len({each.target for each in sure}) == len(sure) > 5


def test_money_currency_and_accounts_take_a_click_of_their_own() -> None:
    flags = {target.path: target.by_click_only for target in targets_of("xero:Invoice")}
    clicked = (
        "CurrencyCode",
        "LineItems[].UnitAmount",
        "LineItems[].AccountCode",
        "LineItems[].TaxType",
        "Date",
    )
    assert all(flags[path] for path in clicked)
    assert not flags["InvoiceNumber"]


def test_fields_that_xero_sets_are_no_targets() -> None:
    paths = {target.path for name in ("Contact", "Invoice", "Payment") for target in targets_of(name)}
    assert not paths & {
        "ContactID",
        "Total",
        "SubTotal",
        "TotalTax",
        "PaymentID",
        "Contact.ContactID",
        "Website",
    }


def test_a_rejected_link_is_not_shown_again() -> None:
    before = best(GERMAN, "xero:Contact")["EmailAddress"]
    source = next(field for field in fields_of(GERMAN) if field.path == before.source)
    memory = Memory.of([Decision(key_of(source), "EmailAddress", accepted=False)])
    after = [each for each in found(GERMAN, "xero:Contact", memory) if each.source == "Mail"]
    assert "EmailAddress" not in {each.target for each in after}


def test_an_accepted_link_comes_first_the_next_time() -> None:
    source = next(field for field in fields_of(GERMAN) if field.path == "BestNr")
    memory = Memory.of([Decision(key_of(source), "Reference", accepted=True)])
    first = best(GERMAN, "xero:Invoice", memory)["Reference"]
    assert (first.source, first.band) == ("BestNr", "accept")
    assert first.reasons[0] == "accepted before for this field"


def test_the_last_answer_stands() -> None:
    source = next(field for field in fields_of(GERMAN) if field.path == "Mail")
    answers = [Decision(key_of(source), "EmailAddress", accepted=yes) for yes in (False, True)]
    assert best(GERMAN, "xero:Contact", Memory.of(answers))["EmailAddress"].source == "Mail"


def test_decisions_elsewhere_lean_without_deciding() -> None:
    source = next(field for field in fields_of(GERMAN) if field.path == "BestNr")
    plain = {(each.target, each.source): each.confidence for each in found(GERMAN, "xero:Invoice")}
    elsewhere = [Decision(key_of(source), "InvoiceNumber", accepted=False)] * 7
    leaning = Memory.of([], elsewhere)
    moved = {(each.target, each.source): each.confidence for each in found(GERMAN, "xero:Invoice", leaning)}
    link = ("InvoiceNumber", "BestNr")
    assert 0 < moved[link] < plain[link]


def test_similar_mappings_that_were_accepted_are_a_reason() -> None:
    source = next(field for field in fields_of(GERMAN) if field.path == "Mail")
    memory = Memory.of([], [Decision(key_of(source), "EmailAddress", accepted=True)] * 120)
    assert "120 similar mappings accepted" in best(GERMAN, "xero:Contact", memory)["EmailAddress"].reasons


@pytest.mark.parametrize(
    ("confidence", "band"),
    [(0.95, "accept"), (0.9, "accept"), (0.89, "offer"), (0.5, "offer"), (0.49, "weak")],
)
def test_the_three_bands(confidence: float, band: str) -> None:
    assert band_of(confidence) == band


def test_a_target_that_does_not_exist_is_named() -> None:
    with pytest.raises(UnknownTargetError, match="xero:Contact"):
        found(GERMAN, "xero:Nothing")
