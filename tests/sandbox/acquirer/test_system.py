"""Acquirers: disputes over settled sales, their stages, their files, their posts."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.acquirer.core.layouts import ELAVON, LAYOUTS, layout_of
from sandbox.acquirer.core.reasons import REASONS, reasons_of, scheme_of
from sandbox.acquirer.core.scripts import LOST, SCRIPTS, effect
from sandbox.acquirer.system import AcquirerSystem
from sandbox.kernel.clock import Clock
from sandbox.kernel.store import Store
from sandbox.kernel.wire import Outgoing, Reply, Request
from sandbox.kernel.wire_json import decode
from sandbox.kernel.world import World

DAY = 86_400


def sale(**fields: Any) -> dict[str, Any]:
    return {
        "vpstxid": "A", "vendortxcode": "HF-1-1", "captured": Decimal("28.95"), "currency": "GBP",
        "scheme": "VISA", "acquirer": "Elavon", "merchant_number": "21000401", "last4": "0006",
        "tx_auth_no": "1000001", "bank_auth_code": "999777", "batchid": "1001",
        "captured_at": datetime(2026, 11, 20, 10, 0, tzinfo=UTC), **fields,
    }  # fmt: skip


@dataclass
class Rig:
    """The acquirers, over sales as a test says."""

    system: AcquirerSystem
    world: World
    sent: list[Outgoing]

    def dispute(self, script: str = "won", amount: str = "28.95", code: str = "HF-1-1") -> str:
        return self.system.raise_dispute(vendor_tx_code=code, amount=amount, script=script)["case_id"]

    def pass_days(self, days: int) -> None:
        self.world.clock.advance(days * DAY)
        self.system.tick()

    def get(self, path: str, **query: str) -> Reply:
        return self.system.handle(Request("GET", path, query=query))

    def rows(self, **query: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.get("/disputes.csv", **query).body.decode())))

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.system.truth()["disputes"][0]
        return found


def rig(store: Store | None = None, **sales: Mapping[str, Any]) -> Rig:
    sent: list[Outgoing] = []
    world = World(Clock(), store or Store(), random.Random(5), send=sent.append)
    known = {"HF-1-1": sale(), **{each["vendortxcode"]: each for each in sales.values()}}
    return Rig(AcquirerSystem(world, known.get), world, sent)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_played_to_its_end_and_the_money_follows(script: str) -> None:
    acquirers = rig()
    acquirers.dispute(script)
    acquirers.pass_days(60)
    row = acquirers.state()
    assert [step["stage"] for step in row["history"]] == [stage for _, stage in SCRIPTS[script]]
    assert row["is_closed"]
    assert row["is_lost"] == (row["state"] in LOST)
    assert row["net"] == Decimal("-43.95") if row["is_lost"] else Decimal("-15.00")
    assert row["net"] == sum(step["money"] for step in row["history"])


def test_a_dispute_takes_its_money_at_once_and_gives_it_back_when_won() -> None:
    acquirers = rig()
    acquirers.dispute("won", amount="10.00")
    assert (acquirers.state()["net"], acquirers.state()["is_closed"]) == (Decimal("-25.00"), False)
    acquirers.pass_days(16)
    assert acquirers.state()["net"] == Decimal("-15.00")


@given(st.sampled_from(sorted(SCRIPTS)), st.integers(1, 10**7), st.integers(0, 5000))
def test_no_script_takes_more_than_the_sale_and_the_fee_or_gives_more_back(
    script: str, pence: int, fee_pence: int
) -> None:
    amount, fee, net = Decimal(pence) / 100, Decimal(fee_pence) / 100, Decimal(0)
    for _, stage in SCRIPTS[script]:
        net += effect(stage, amount, fee)
        assert -amount - fee <= net <= -fee


@pytest.mark.parametrize(
    ("sold", "amount", "script", "words"),
    [
        (sale(batchid=""), "1.00", "won", "settled"),
        (sale(captured=Decimal(0)), "1.00", "won", "settled"),
        (sale(), "28.96", "won", "cannot be disputed"),
        (sale(), "0.00", "won", "cannot be disputed"),
        (sale(scheme="PAYPAL"), "1.00", "won", "no disputes over PAYPAL"),
        (sale(), "1.00", "sulked", "not 'sulked'"),
    ],
)
def test_what_cannot_be_disputed_is_refused_in_words(
    sold: dict[str, Any], amount: str, script: str, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        rig(sold=sold).dispute(script, amount)


def test_a_sale_nobody_made_cannot_be_disputed() -> None:
    with pytest.raises(ValueError, match="no sale HF-9"):
        rig().dispute(code="HF-9")


def test_american_express_decides_its_own_disputes_and_charges_nothing() -> None:
    amex = sale(vendortxcode="HF-2-1", scheme="AMEX", acquirer="American Express")
    acquirers = rig(amex=amex)
    acquirers.dispute("lost", code="HF-2-1")
    row = acquirers.state()
    assert (row["acquirer"], row["scheme"], row["fee"]) == ("American Express", "American Express", 0)
    assert row["reason_code"][0] in "FC"


# Files


def test_each_acquirer_writes_the_same_notice_in_its_own_columns() -> None:
    worldpay = sale(vendortxcode="HF-2-1", acquirer="Worldpay")
    amex = sale(vendortxcode="HF-3-1", scheme="AMEX", acquirer="American Express")
    acquirers = rig(worldpay=worldpay, amex=amex)
    cases = [acquirers.dispute(code=code) for code in ("HF-1-1", "HF-2-1", "HF-3-1")]
    assert [row["Case Number"] for row in acquirers.rows()] == cases
    (mine,) = acquirers.rows(acquirer="elavon")
    assert (mine["Case Number"], mine["Case Status"]) == (cases[0], "New chargeback")
    assert (mine["Card Number"], mine["Dispute Amount"], mine["Currency"]) == (
        "************0006",
        "28.95",
        "GBP",
    )
    assert (mine["Transaction Date"], mine["Authorisation Code"]) == ("20/11/2026", "999777")
    (other,) = acquirers.rows(acquirer="worldpay")
    assert (other["disputeReference"], other["status"], other["feeAmount"]) == (
        cases[1],
        "CHARGED_BACK",
        "20.00",
    )
    (third,) = acquirers.rows(acquirer="amex")
    assert (third["Case Number"], third["Charge Date"]) == (cases[2], "20261120")


def test_every_stage_has_a_word_in_every_layout() -> None:
    stages = {stage for steps in SCRIPTS.values() for _, stage in steps}
    acquirers = rig()
    acquirers.dispute()
    notice = decode(acquirers.get("/disputes.json").body)["notices"][0]
    notice |= dict.fromkeys(("on", "sold_on", "raised_on", "respond_by"))
    notice |= {name: Decimal(notice[name]) for name in ("amount", "sale_amount", "fee")}
    for layout in LAYOUTS.values():
        words = {layout.write([{**notice, "stage": stage}]).splitlines()[1] for stage in stages}
        assert len(words) == len(stages)


def test_a_card_number_is_never_whole() -> None:
    acquirers = rig()
    acquirers.dispute()
    assert b"4929" not in acquirers.get("/disputes.csv").body


def test_only_news_since_a_moment_are_given() -> None:
    acquirers = rig()
    acquirers.dispute("won")
    acquirers.pass_days(8)
    since = acquirers.state()["history"][1]["at"]
    assert [row["Case Status"] for row in acquirers.rows(since=since.isoformat())] == ["Representment sent"]
    assert len(acquirers.rows(since=str(since.date()))) == 1
    assert acquirers.rows(since="2999-01-01") == []


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/disputes.csv", {"since": "yesterday"}, 400),
        ("/disputes.csv", {"acquirer": "piggy"}, 404),
        ("/other", {}, 404),
        ("/", {}, 200),
    ],
)
def test_what_is_not_offered_is_refused(path: str, query: dict[str, str], status: int) -> None:
    assert rig().get(path, **query).status == status


def test_a_name_without_a_layout_writes_like_elavon() -> None:
    assert layout_of("Barclaycard") is ELAVON
    assert layout_of("American Express").slug == "amex"


def test_every_scheme_knows_fraud_and_consumer_reasons() -> None:
    for payment_system in ("VISA", "DELTA", "MC", "MCDEBIT", "AMEX"):
        families = {reason.family for reason in reasons_of(scheme_of(payment_system))}
        assert families == {"fraud", "consumer"}
    assert len({(reason.scheme, reason.code) for reason in REASONS}) == len(REASONS)


# Posts


def test_each_notice_is_posted_until_it_is_taken() -> None:
    acquirers = rig()
    acquirers.system.poster.connect(url="http://127.0.0.1:9/disputes", authorization="Bearer x")
    acquirers.dispute()
    (call,) = acquirers.sent
    assert call.headers["authorization"] == "Bearer x"
    assert call.body.decode().splitlines()[0].startswith("Notice Number,")
    acquirers.system.failed(call.key, "dropped")
    acquirers.system.replied(call.key, Reply(503))
    assert [each.key for each in acquirers.sent] == [call.key] * 3
    assert acquirers.sent[-1].not_before > acquirers.world.clock.machine()
    acquirers.system.replied(call.key, Reply(202))
    acquirers.system.failed(call.key, "too late")
    assert len(acquirers.sent) == 3


def test_a_file_refused_for_good_is_not_posted_again() -> None:
    acquirers = rig()
    acquirers.system.poster.connect(url="http://127.0.0.1:9/disputes")
    acquirers.dispute()
    acquirers.system.replied(acquirers.sent[0].key, Reply(422))
    acquirers.system.failed(acquirers.sent[0].key, "late")
    assert len(acquirers.sent) == 1


def test_without_an_address_nothing_is_posted() -> None:
    acquirers = rig()
    acquirers.dispute()
    acquirers.system.poster.connect(url="")
    acquirers.pass_days(20)
    assert acquirers.sent == []


def test_a_restart_forgets_no_case_and_no_post() -> None:
    store = Store()
    before = rig(store)
    before.system.poster.connect(url="http://127.0.0.1:9/disputes")
    case = before.dispute("lost")
    after = rig(store)
    after.pass_days(20)
    assert (after.state()["case_id"], after.state()["state"]) == (case, "lost")
    assert len({call.key for call in after.sent}) == 3
