"""Cards that go: at Opayo and here."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.cards.deleting import ask_deletion, notice_deleted
from integrations.instructions.asking import NotAllowedError
from integrations.instructions.carrying_out import carry_out
from integrations.models import (
    ApiCall,
    Connection,
    Instruction,
    SavedCard,
    User,
)
from integrations.secrets import decrypt
from sandbox.kernel.faults import Kind as Fault
from sync.services.actions import ActionRefusedError
from tests.integrations.running_sandbox import SandboxInThread
from tests.sync.cards.conftest import charge, due

pytestmark = pytest.mark.django_db


def test_a_deleted_card_is_gone_at_opayo_and_here(
    card: SavedCard, sandbox: SandboxInThread, ada: User
) -> None:
    token = decrypt(card.token)
    asked = ask_deletion(card, by=ada, reason="The customer wishes it")
    with pytest.raises(NotAllowedError, match="being deleted"):
        ask_deletion(card, by=ada, reason="Again")
    sandbox.fail("opayo.shared", Fault.TIMEOUT_AFTER)
    assert carry_out(asked.pk).state == "unknown"
    Instruction.objects.update(not_before=None)
    assert carry_out(asked.pk).state == "done"
    card.refresh_from_db()
    assert (card.state, card.token, card.last_four) == ("deleted", "", "0006")
    assert sandbox.do(lambda: sandbox.opayo.gateway.tokens.card(token)) is None
    assert {"sent_for_deletion", "deleted"} <= set(card.accesses.values_list("what", flat=True))
    with pytest.raises(ActionRefusedError, match="was deleted"):
        charge(card.pair, ada, (due(card), card))


def test_a_card_deleted_at_opayo_is_noticed(
    card: SavedCard, opayo: Connection, sandbox: SandboxInThread
) -> None:
    assert notice_deleted(opayo) == 0
    sandbox.do(lambda: sandbox.opayo.gateway.tokens.remove(decrypt(card.token)))
    assert notice_deleted(opayo) == 0
    SavedCard.objects.update(checked_at=timezone.now() - timedelta(days=2))
    assert notice_deleted(opayo) == 1
    card.refresh_from_db()
    assert (card.state, card.token) == ("deleted", "")


def test_a_card_identifier_of_pi_is_deleted_by_pi_and_deleting_twice_does_no_harm(
    card: SavedCard, sandbox: SandboxInThread, ada: User
) -> None:
    SavedCard.objects.update(kind="card_identifier")
    token = decrypt(card.token)
    asked = ask_deletion(card, by=ada, reason="The customer wishes it")
    sandbox.do(lambda: sandbox.opayo.gateway.tokens.remove(token))
    assert carry_out(asked.pk).state == "done"
    card.refresh_from_db()
    assert (card.state, card.token) == ("deleted", "")
    assert not ApiCall.objects.filter(path__contains=token).exists()
