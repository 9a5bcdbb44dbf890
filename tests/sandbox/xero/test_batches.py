"""Batches, idempotency keys and rate limits."""

from __future__ import annotations

import pytest

from tests.sandbox.xero.rig import Xero, contact, invoice, payment

SINGLY = {"summarizeErrors": "false"}


# -- batches


def test_one_bad_element_spoils_the_batch(xero: Xero) -> None:
    refused = xero.put("Invoices", invoice("A"), invoice("B", LineItems=[]), invoice("C", Contact=None))
    assert refused.status == 400
    assert [each["InvoiceNumber"] for each in refused.json()["Elements"]] == ["B", "C"]
    assert xero.get("Invoices").rows("Invoices") == []
    assert xero.balance("610") == 0


def test_good_elements_are_echoed_too_by_the_switch(xero: Xero) -> None:
    xero.world.switches["xero.echo_good_elements"] = True
    refused = xero.put("Contacts", contact("A"), contact(""))
    assert len(refused.json()["Elements"]) == 2


def test_errors_asked_for_singly_save_the_good_ones_in_order(xero: Xero) -> None:
    batch = [invoice("A"), invoice("B", LineItems=[]), invoice("C"), invoice("A")]
    saved = xero.put("Invoices", *batch, query=SINGLY)
    assert saved.status == 200
    rows = saved.rows("Invoices")
    assert [row["StatusAttributeString"] for row in rows] == ["OK", "ERROR", "OK", "ERROR"]
    assert [row["InvoiceNumber"] for row in rows] == ["A", "B", "C", "A"]
    assert [row["HasErrors"] for row in rows] == [False, True, False, True]
    assert rows[1]["InvoiceID"] == "00000000-0000-0000-0000-000000000000"
    assert xero.balance("610") == 48


def test_a_late_failure_takes_back_all_of_its_own_element_and_no_other(xero: Xero) -> None:
    first = xero.made("Invoices", invoice("A"))
    second = xero.made("Invoices", invoice("B"))
    payments = [payment(first), payment(first), payment(second)]
    saved = xero.put("Payments", *payments, query=SINGLY).rows("Payments")
    assert [row["StatusAttributeString"] for row in saved] == ["OK", "ERROR", "OK"]
    assert (xero.balance("095"), xero.balance("610")) == (48, 0)


# -- Idempotency-Key


def keyed(key: str) -> dict[str, str]:
    return {"idempotency-key": key}


def test_a_repeated_key_gives_the_first_reply_byte_for_byte(xero: Xero) -> None:
    first = xero.put("Invoices", invoice(), headers=keyed("k"))
    again = xero.put("Invoices", invoice(), headers=keyed("k"))
    assert again.reply.body == first.reply.body
    assert len(xero.get("Invoices").rows("Invoices")) == 1


def test_errors_are_given_again_even_when_the_cause_is_gone(xero: Xero) -> None:
    xero.system.archive_account("200")
    first = xero.put("Invoices", invoice(), headers=keyed("k"))
    xero.system.restore_account("200")
    again = xero.put("Invoices", invoice(), headers=keyed("k"))
    assert (again.status, again.text) == (400, first.text)
    assert xero.put("Invoices", invoice(), headers=keyed("k2")).status == 200


def test_after_six_minutes_a_key_is_as_new(xero: Xero) -> None:
    xero.put("Contacts", contact(), headers=keyed("k"))
    xero.world.clock.advance(359, machine=True)
    assert xero.put("Contacts", contact(), headers=keyed("k")).status == 200
    xero.world.clock.advance(1, machine=True)
    assert xero.put("Contacts", contact(), headers=keyed("k")).status == 400


def test_a_key_with_another_request_is_refused(xero: Xero) -> None:
    xero.put("Contacts", contact(), headers=keyed("k-9"))
    refused = [
        xero.put("Contacts", contact("Other"), headers=keyed("k-9")),
        xero.post("Contacts", contact(), headers=keyed("k-9")),
        xero.put("Contacts", contact(), headers=keyed("k-9"), query=SINGLY),
    ]
    assert [each.status for each in refused] == [400, 400, 400]
    assert {each.json()["Message"] for each in refused} == {
        "Idempotency Key: k-9 is used with a different request."
    }
    assert len(xero.get("Contacts").rows("Contacts")) == 1


def test_a_key_may_have_128_characters(xero: Xero) -> None:
    assert xero.put("Contacts", contact(), headers=keyed("k" * 128)).status == 200
    assert xero.put("Contacts", contact("B"), headers=keyed("k" * 129)).status == 400


def test_reads_have_no_key(xero: Xero) -> None:
    assert xero.get("Contacts", keyed("k")).rows("Contacts") == []
    xero.made("Contacts", contact())
    assert len(xero.get("Contacts", keyed("k")).rows("Contacts")) == 1


def test_what_was_refused_before_the_key_is_not_remembered(xero: Xero) -> None:
    xero.system.expire_tokens()
    assert xero.put("Contacts", contact(), headers=keyed("k")).status == 401
    xero.connect()
    assert xero.put("Contacts", contact(), headers=keyed("k")).status == 200


# -- limits


def spend_calls(xero: Xero, count: int) -> None:
    for _ in range(count):
        assert xero.get("Currencies").status == 200


def test_sixty_calls_a_minute(xero: Xero) -> None:
    spend_calls(xero, 60)
    refused = xero.get("Currencies")
    assert (refused.status, refused.headers["X-Rate-Limit-Problem"], refused.headers["Retry-After"]) == (
        429,
        "minute",
        "60",
    )
    xero.world.clock.advance(60, machine=True)
    assert xero.get("Currencies").status == 200
    assert xero.system.truth()["429s"] == 1


def test_a_refused_call_spends_nothing_and_does_nothing(xero: Xero) -> None:
    spend_calls(xero, 60)
    assert xero.put("Contacts", contact()).status == 429
    xero.world.clock.advance(60, machine=True)
    assert xero.get("Contacts").headers["X-MinLimit-Remaining"] == "59"
    assert xero.get("Contacts").rows("Contacts") == []


def test_a_replay_spends_a_call(xero: Xero) -> None:
    xero.put("Contacts", contact(), headers=keyed("k"))
    assert xero.put("Contacts", contact(), headers=keyed("k")).headers["X-MinLimit-Remaining"] == "58"


@pytest.mark.parametrize(("tier", "limit"), [("starter", 1000), ("xero", 5000)])
def test_the_day_by_tier(xero: Xero, tier: str, limit: int) -> None:
    xero.world.switches["xero.limits"] = tier
    traffic = xero.system.traffic
    for call in range(limit):
        if call % 50 == 0:
            xero.world.clock.advance(61 if tier == "starter" else 60, machine=True)
        traffic.spend("tillbridge-demo", xero.tenant)
    xero.connect()
    xero.world.clock.advance(61, machine=True)
    refused = xero.get("Currencies")
    assert (refused.status, refused.headers["X-Rate-Limit-Problem"]) == (429, "day")
    assert int(refused.headers["Retry-After"]) > 3600


def test_five_at_once(xero: Xero) -> None:
    assert xero.call("GET", "Currencies", in_flight=5).status == 200
    refused = xero.call("GET", "Currencies", in_flight=6)
    assert (refused.status, refused.headers["X-Rate-Limit-Problem"]) == (429, "concurrent")
    assert "Retry-After" not in refused.headers


def test_limits_can_be_off(xero: Xero) -> None:
    xero.world.switches["xero.limits"] = "off"
    spend_calls(xero, 100)
    assert xero.call("GET", "Currencies", in_flight=50).status == 200


def test_other_organisations_and_refused_tokens_spend_nothing(xero: Xero) -> None:
    xero.get("Currencies", {"authorization": "Bearer nonsense"})
    xero.get("Currencies", {"xero-tenant-id": ""})
    assert xero.get("Currencies").headers["X-MinLimit-Remaining"] == "59"
