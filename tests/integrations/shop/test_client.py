from __future__ import annotations

import pytest

from integrations.core.failures import ConfigurationFailure, OutcomeUnknown, TransientFailure
from integrations.models import ApiCall, Connection
from integrations.secrets import set_secret
from integrations.shop.client import ShopClient
from sandbox.kernel.faults import Kind
from tests.factories import ShopConnectionFactory
from tests.integrations.running_sandbox import SandboxInThread

CONFIRMED = {
    "id": "ntc_1", "type": "payment.confirmed", "order_number": "HF-1", "vendor_tx_code": "HF-1-1",
    "amount": {"amount": "38.34", "currency": "GBP"}, "occurred_at": "2026-11-22T10:16:12Z",
}  # fmt: skip


@pytest.fixture
def connection(db: None, sandbox: SandboxInThread) -> Connection:
    config = {"confirmation_url": f"{sandbox.url}/shop/confirmations"}
    return ShopConnectionFactory(config=config)


def _received(sandbox: SandboxInThread) -> list[tuple[str, int]]:
    rows = sandbox.do(lambda: sandbox.shop.truth()["confirmations"])
    return [(row["id"], row["received"]) for row in rows]


def test_a_confirmation_reaches_the_shop(connection: Connection, sandbox: SandboxInThread) -> None:
    ShopClient(connection).confirm([CONFIRMED], "msg_1")
    assert _received(sandbox) == [("ntc_1", 1)]
    call = ApiCall.objects.get()
    assert (call.system, call.purpose, call.path, call.rows, call.outcome) == (
        "shop", "confirmations", "/shop/confirmations", 1, "ok",
    )  # fmt: skip


def test_a_message_sent_again_is_recognised_by_its_ids(
    connection: Connection, sandbox: SandboxInThread
) -> None:
    for _ in range(2):
        ShopClient(connection).confirm([CONFIRMED], "msg_1")
    assert _received(sandbox) == [("ntc_1", 2)]


@pytest.mark.parametrize("count", [0, 101])
def test_a_message_carries_1_to_100_events(connection: Connection, count: int) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        ShopClient(connection).confirm([CONFIRMED] * count, "msg_1")


def test_a_shop_that_does_not_know_our_secret_is_a_thing_to_set_right(connection: Connection) -> None:
    set_secret(connection, "signing_secret", "another")
    with pytest.raises(ConfigurationFailure, match="does not accept our signature"):
        ShopClient(connection).confirm([CONFIRMED], "msg_1")
    with pytest.raises(ConfigurationFailure, match="does not accept our signature"):
        ShopClient(connection).test()


@pytest.mark.parametrize("secret", ["whsec_no base64"])
def test_an_unusable_secret_is_a_thing_to_set_right(connection: Connection, secret: str) -> None:
    set_secret(connection, "signing_secret", secret)
    with pytest.raises(ConfigurationFailure, match="not base64"):
        ShopClient(connection).test()


def test_a_wrong_address_is_a_thing_to_set_right(connection: Connection, sandbox: SandboxInThread) -> None:
    connection.config = {"confirmation_url": f"{sandbox.url}/shop/nowhere"}
    with pytest.raises(ConfigurationFailure, match="HTTP 404"):
        ShopClient(connection).confirm([CONFIRMED], "msg_1")
    connection.config = {"confirmation_url": ""}
    with pytest.raises(ConfigurationFailure, match="no address"):
        ShopClient(connection).test()


@pytest.mark.parametrize("kind", [Kind.SERVER_ERROR, Kind.DROP, Kind.TIMEOUT_AFTER])
def test_a_broken_confirmation_may_have_arrived(
    connection: Connection, sandbox: SandboxInThread, kind: Kind
) -> None:
    sandbox.fail("shop.*", kind)
    with pytest.raises(OutcomeUnknown):
        ShopClient(connection).confirm([CONFIRMED], "msg_1")
    ShopClient(connection).confirm([CONFIRMED], "msg_1")


def test_any_other_refusal_is_tried_again(connection: Connection) -> None:
    with pytest.raises(TransientFailure, match="HTTP 400"):
        ShopClient(connection).confirm([{"id": "ntc_1"}], "msg_1")


def test_the_test_needs_only_an_accepted_signature(connection: Connection, sandbox: SandboxInThread) -> None:
    assert ShopClient(connection).test() == "The shop accepts our signature."
    assert _received(sandbox) == []
