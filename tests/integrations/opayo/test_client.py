from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from integrations.core.failures import ConfigurationFailure, Failure, OutcomeUnknown, TransientFailure
from integrations.core.money import Money
from integrations.models import ApiCall, Connection
from integrations.opayo.client import OpayoClient
from integrations.opayo.core.registration import PaymentRequest, VendorTxCodeUsed
from integrations.secrets import set_secret
from sandbox.kernel.faults import Kind
from tests.integrations.messages import order_document
from tests.integrations.running_sandbox import SandboxInThread


def _request(code: str = "HF-1-1", amount: Money | None = None, **customer: Any) -> PaymentRequest:
    return PaymentRequest(
        code, amount or Money(3834, "GBP"), "Order HF-1", "http://127.0.0.1:9/in/opayo/k/notify",
        {**order_document()["customer"], **customer},
    )  # fmt: skip


def test_a_payment_page_is_registered(client_of_opayo: OpayoClient, sandbox: SandboxInThread) -> None:
    registration = client_of_opayo.register_server(_request())
    assert registration.next_url.startswith(f"{sandbox.url}/opayo/pay/")
    assert len(registration.security_key) == 10
    assert sandbox.state_of(registration.vps_tx_id) == 2


def test_every_call_is_logged_without_secrets(client_of_opayo: OpayoClient) -> None:
    client_of_opayo.register_server(_request())
    call = ApiCall.objects.get()
    assert (call.system, call.purpose, call.method, call.path, call.status_code, call.outcome, call.rows) == (
        "opayo", "checkout", "POST", "/gateway/service/vspserver-register.vsp", 200, "ok", 1,
    )  # fmt: skip


def test_customers_with_strange_names_and_addresses_can_pay_too(client_of_opayo: OpayoClient) -> None:
    address = {"line1": "Плошча № 1 <b>", "city": "Łódź", "postcode": "90-001!", "country": "PL"}
    odd: dict[str, Any] = {
        "first_name": "山田",
        "last_name": "O'Brien-Ångström \U0001f600" * 3,
        "phone": "+48 (0)12/34",
        "email": "x",
    }
    client_of_opayo.register_server(_request(**odd, billing_address=address, shipping_address={}))


def test_a_used_vendor_tx_code_is_told_from_other_refusals(client_of_opayo: OpayoClient) -> None:
    client_of_opayo.register_server(_request())
    with pytest.raises(VendorTxCodeUsed):
        client_of_opayo.register_server(_request())


def test_a_wrong_vendor_is_a_thing_to_set_right(connection: Connection) -> None:
    connection.config["vendor"] = "nobody"
    with pytest.raises(ConfigurationFailure) as raised:
        OpayoClient(connection).register_server(_request())
    assert raised.value.code == "opayo_vendor_unknown"
    assert raised.value.fix


def test_a_currency_without_merchant_account_is_a_thing_to_set_right(client_of_opayo: OpayoClient) -> None:
    with pytest.raises(ConfigurationFailure, match="no merchant account for this currency"):
        client_of_opayo.register_server(_request(amount=Money(1000, "JPY")))


@pytest.mark.parametrize(
    ("kind", "failure"),
    [
        (Kind.DROP, OutcomeUnknown),
        (Kind.TIMEOUT_AFTER, OutcomeUnknown),
        (Kind.TRUNCATE, OutcomeUnknown),
        (Kind.SERVER_ERROR, OutcomeUnknown),
        (Kind.UNAVAILABLE, TransientFailure),
        (Kind.TOO_MANY, TransientFailure),
    ],
)
def test_a_registration_that_breaks_off_may_have_been_made(
    client_of_opayo: OpayoClient, sandbox: SandboxInThread, kind: Kind, failure: type[Failure]
) -> None:
    sandbox.fail("opayo.register", kind)
    with pytest.raises(failure) as raised:
        client_of_opayo.register_server(_request())
    assert type(raised.value) is failure
    call = ApiCall.objects.get()
    assert call.error == raised.value.message
    client_of_opayo.register_server(_request("HF-1-2"))


def test_an_unreachable_opayo_certainly_did_nothing(client_of_opayo: OpayoClient, settings: Settings) -> None:
    settings.OPAYO_TEST_URL = "http://127.0.0.1:9"
    with pytest.raises(TransientFailure, match="cannot be reached") as raised:
        client_of_opayo.register_server(_request())
    assert not isinstance(raised.value, OutcomeUnknown)
    assert ApiCall.objects.get().status_code is None


def test_live_and_test_are_different_places(connection: Connection, settings: Settings) -> None:
    connection.config["environment"] = "live"
    with pytest.raises(TransientFailure):
        OpayoClient(connection).register_server(_request())
    settings.OPAYO_LIVE_URL = settings.OPAYO_TEST_URL
    OpayoClient(connection).register_server(_request())


def test_a_transaction_is_found_by_either_name(
    client_of_opayo: OpayoClient, sandbox: SandboxInThread
) -> None:
    vps_tx_id = sandbox.sell("HF-1-1")
    by_code = client_of_opayo.transaction_detail(vendor_tx_code="HF-1-1")
    assert by_code is not None
    assert by_code == client_of_opayo.transaction_detail(vps_tx_id=vps_tx_id)
    assert (by_code.vps_tx_id, by_code.tx_state_id, by_code.amount) == (vps_tx_id, 16, Money(3834, "GBP"))
    assert (by_code.payment_system, by_code.last_four, by_code.surname) == ("VISA", "0006", "Moss")
    assert len(by_code.security_key) == 10
    assert by_code.started is not None
    assert abs(sandbox.now() - by_code.started) < timedelta(minutes=1)


def test_an_unknown_transaction_is_none(client_of_opayo: OpayoClient) -> None:
    assert client_of_opayo.transaction_detail(vendor_tx_code="nobody") is None


@pytest.mark.parametrize("names", [{}, {"vendor_tx_code": "A", "vps_tx_id": "B"}])
def test_a_transaction_is_asked_for_by_exactly_one_name(
    client_of_opayo: OpayoClient, names: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="just one"):
        client_of_opayo.transaction_detail(**names)


def test_a_list_comes_in_pages_of_fifty(client_of_opayo: OpayoClient, sandbox: SandboxInThread) -> None:
    for number in range(52):
        sandbox.sell(f"HF-{number}")
    now = sandbox.now()
    first = client_of_opayo.transaction_list(now - timedelta(hours=1), now + timedelta(hours=1))
    second = client_of_opayo.transaction_list(now - timedelta(hours=1), now + timedelta(hours=1), 2)
    assert (len(first.rows), len(second.rows), first.total) == (50, 2, 52)
    assert len({row.vendor_tx_code for row in first.rows + second.rows}) == 52


def test_a_wrong_reporting_password_is_a_thing_to_set_right(connection: Connection) -> None:
    set_secret(connection, "reporting_password", "wrong")
    with pytest.raises(ConfigurationFailure, match="Reporting password"):
        OpayoClient(connection).test()


def test_a_throttled_report_is_asked_for_later(
    client_of_opayo: OpayoClient, sandbox: SandboxInThread
) -> None:
    sandbox.switch("opayo.reporting_commands_per_minute", 1)
    client_of_opayo.transaction_detail(vendor_tx_code="A")
    with pytest.raises(TransientFailure) as raised:
        client_of_opayo.transaction_detail(vendor_tx_code="A")
    assert raised.value.retry_after == 60


@pytest.mark.parametrize("kind", [Kind.DROP, Kind.TRUNCATE, Kind.SERVER_ERROR, Kind.TIMEOUT_AFTER])
def test_a_report_that_breaks_off_may_simply_be_asked_for_again(
    client_of_opayo: OpayoClient, sandbox: SandboxInThread, kind: Kind
) -> None:
    sandbox.fail("opayo.reporting", kind)
    with pytest.raises(TransientFailure) as raised:
        client_of_opayo.transaction_detail(vendor_tx_code="A")
    assert not isinstance(raised.value, OutcomeUnknown)


def test_the_day_s_settlement_is_listed(client_of_opayo: OpayoClient, sandbox: SandboxInThread) -> None:
    sandbox.sell("HF-1-1", "10.00")
    sandbox.sell("HF-2-1", "5.50")
    sandbox.advance(26 * 3600)
    now = sandbox.now()
    (batch,) = client_of_opayo.batch_list(now - timedelta(days=2), now)
    (total,) = batch.totals
    assert (total.sales, total.refunds, total.net) == (
        Money(1550, "GBP"),
        Money(0, "GBP"),
        Money(1550, "GBP"),
    )


def test_a_screening_is_there_after_a_while(client_of_opayo: OpayoClient, sandbox: SandboxInThread) -> None:
    vps_tx_id = sandbox.sell("HF-1-1")
    assert client_of_opayo.fraud_detail(vps_tx_id) is None
    sandbox.advance(3600)
    told = client_of_opayo.fraud_detail(vps_tx_id)
    assert told is not None
    assert told.action in {"OK", "HOLD", "REJECT", "NORESULT"}


def test_pi_shows_its_own_transactions_and_knows_no_others(
    client_of_opayo: OpayoClient, sandbox: SandboxInThread
) -> None:
    assert client_of_opayo.pi_transaction("00000000-0000-0000-0000-000000000000") is None
    sale = sandbox.do(
        lambda: sandbox.opayo.pi_payment(
            vendor_tx_code="PI-1", amount_minor=3834, currency="GBP", description="Order", card_number="4929000000006",
            cardholder="SUCCESSFUL", customer_first_name="Ada", customer_last_name="Moss",
            customer_email="ada@example.com",
            billing_address={"address1": "88", "city": "Leeds", "postalCode": "412", "country": "GB"},
        )
    )  # fmt: skip
    told = client_of_opayo.pi_transaction(sale["transactionId"])
    assert told is not None
    assert (told["status"], told["amount"]["totalAmount"]) == ("Ok", 3834)


def test_the_test_tries_every_credential(client_of_opayo: OpayoClient, connection: Connection) -> None:
    assert client_of_opayo.test().count("accepted") == 1
    set_secret(connection, "integration_password", "wrong")
    with pytest.raises(ConfigurationFailure, match="integration key and password"):
        client_of_opayo.test()
    connection.secrets.all().delete()
    with pytest.raises(ConfigurationFailure, match="no credentials"):
        client_of_opayo.test()
