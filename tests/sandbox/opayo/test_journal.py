"""What the journal holds: everything a restart needs, and nothing PCI DSS forbids."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.kernel.store import Store
from sandbox.kernel.world import World
from sandbox.opayo.system import OpayoSystem
from tests.sandbox.opayo.rig import AMEX, DECLINED, VISA, Opayo, make_opayo

OpenStore = Callable[[], Store]


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[OpenStore]:
    """Opens the test's journal, as often as a process would start."""
    opened: list[Store] = []

    def open_again() -> Store:
        for store in opened:
            store.close()
        opened.append(Store(tmp_path / "journal"))
        return opened[-1]

    yield open_again
    for store in opened:
        store.close()


def exercise(opayo: Opayo) -> None:
    opayo.sell("A-1", VISA, CreateToken="1")
    opayo.pay("A-2", AMEX)
    opayo.pay("A-3", DECLINED)
    challenged = opayo.register("A-4")["VPSTxId"]
    opayo.system.customer_pays(challenged, card_number=VISA, cardholder="CHALLENGE", cvv="987")
    wrong = opayo.register("A-5")["VPSTxId"]
    opayo.system.customer_pays(wrong, card_number="4929000000007", cvv="987")
    opayo.system.pi_payment(
        vendor_tx_code="P-1", amount_minor=500, currency="GBP", card_number=AMEX, cvv="9876"
    )
    opayo.system.pi_payment(
        vendor_tx_code="P-2", amount_minor=500, currency="GBP", card_number=VISA, cardholder="CHALLENGE"
    )
    opayo.pass_time(days=2)


def test_no_card_number_and_no_security_code_reaches_the_disk(open_store: OpenStore, tmp_path: Path) -> None:
    store = open_store()
    exercise(make_opayo(store))
    store.flush()
    journal = (tmp_path / "journal").read_text()
    assert f'"{VISA[-4:]}"' in journal
    for secret in (VISA, AMEX, DECLINED, "4929000000007", '"987"', '"9876"', '"123"', '"1234"'):
        assert secret not in journal


def test_a_restart_goes_on_where_the_last_process_stopped(open_store: OpenStore) -> None:
    opayo = make_opayo(open_store())
    exercise(opayo)
    again = OpayoSystem(World(opayo.world.clock, open_store(), random.Random(7)))
    assert again.truth() == opayo.system.truth()


def test_a_waiting_transaction_is_still_cancelled_after_a_restart(open_store: OpenStore) -> None:
    vps_tx_id = make_opayo(open_store()).register()["VPSTxId"]
    restarted = make_opayo(open_store())
    restarted.pass_time(minutes=16)
    assert restarted.notification()["Status"] == "ABORT"
    assert restarted.truth_of(vps_tx_id)["state"] == 8


def test_the_abort_ladder_goes_on_after_a_restart(open_store: OpenStore) -> None:
    opayo = make_opayo(open_store())
    opayo.register()
    opayo.pass_time(minutes=16)
    opayo.system.failed(opayo.sent[-1].key, "refused")
    restarted = make_opayo(open_store())
    restarted.pass_time(minutes=21)
    assert restarted.notification()["Status"] == "ABORT"


def test_ids_are_not_given_twice_when_the_same_seed_is_used_after_a_restart(open_store: OpenStore) -> None:
    first = make_opayo(open_store()).register("A-1")["VPSTxId"]
    second = make_opayo(open_store()).register("A-2")["VPSTxId"]
    assert second != first
