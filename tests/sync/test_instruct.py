"""The task that asks Opayo, and the sweeper that picks up what a killed worker left."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import Instruction, Pair
from sync import tasks
from sync.models import Notice
from sync.services import sweeper
from tests.factories import PaymentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    jobs: list[str] = []
    for module in (tasks, sweeper):
        monkeypatch.setattr(module, "wake", lambda job, subject: jobs.append(job))
    return jobs


def _asked(pair: Pair, **fields: object) -> Instruction:
    values: dict[str, object] = {
        "kind": "refund", "amount_minor": 100, "currency": "GBP", "vendor_tx_code": "HF-1-1-R1", "via": "shop",
        "request_key": "shop:0:RF-1", **fields,
    }  # fmt: skip
    return Instruction.objects.create(pair=pair, payment=PaymentFactory(pair=pair), **values)


def test_every_due_instruction_is_carried_out_and_refusals_are_told(
    pair: Pair, woken: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _asked(pair)
    carried: list[int] = []

    def carry_out(pk: int) -> None:
        carried.append(pk)
        Instruction.objects.filter(pk=pk).update(state="refused", error="No.")

    monkeypatch.setattr(tasks, "carry_out", carry_out)
    tasks.instruct(pair.pk)
    assert carried == [asked.pk]
    assert Notice.objects.get().content["reason"] == "No."
    assert woken == ["notify"]


@pytest.mark.parametrize(
    ("state", "seconds", "is_woken"),
    [
        ("asked", None, True),
        ("sending", -1, True),
        ("sending", 60, False),
        ("unknown", -1, True),
        ("done", None, False),
    ],
)
def test_what_a_killed_worker_left_is_picked_up_once_its_time_has_come(
    pair: Pair, woken: list[str], state: str, seconds: int | None, is_woken: bool
) -> None:
    due = None if seconds is None else timezone.now() + timedelta(seconds=seconds)
    _asked(pair, state=state, not_before=due, via="person")
    sweeper.tick(pair)
    assert ("instruct" in woken) is is_woken
