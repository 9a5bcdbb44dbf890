from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from integrations.core.failures import ConfigurationFailure
from integrations.models import Connection
from integrations.pairs.selectors import account_for, accounts_of, connection_of, live_connections, xero_of
from tests.factories import AccountRoleFactory, OpayoConnectionFactory, PairFactory, XeroConnectionFactory
from tests.factories.pairs import usual_accounts

pytestmark = pytest.mark.django_db


def test_accounts_are_told_as_mappings_read_them(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    pair = PairFactory()
    usual_accounts(pair)
    AccountRoleFactory(pair=pair, role="clearing", currency="GBP", scheme="AMEX", account_code="098")
    AccountRoleFactory(pair=pair, role="sales", category="tea", account_code="201")
    AccountRoleFactory(role="sales", category="tea", account_code="999")
    with django_assert_num_queries(1):
        accounts = accounts_of(pair)
    assert accounts["clearing"] == {"GBP": "095", "EUR": "096", "USD": "097", "GBP:AMEX": "098"}
    assert (accounts["sales"], accounts["rounding"], accounts["fees"]) == ("200", "860", "404")
    assert accounts["by_category"] == {"tea": "201"}


def test_a_clearing_account_of_no_currency_is_the_base_currencys() -> None:
    pair = PairFactory(base_currency="EUR")
    AccountRoleFactory(pair=pair, role="clearing", account_code="095")
    assert accounts_of(pair)["clearing"] == {"EUR": "095"}


def test_the_narrowest_account_wins() -> None:
    pair = PairFactory()
    AccountRoleFactory(pair=pair, role="clearing", account_code="any")
    AccountRoleFactory(pair=pair, role="clearing", currency="GBP", account_code="pounds")
    AccountRoleFactory(pair=pair, role="clearing", currency="GBP", scheme="AMEX", account_code="amex")
    found = [
        account_for(pair, "clearing", *key) for key in (("GBP", "AMEX"), ("GBP", "VISA"), ("EUR", "AMEX"))
    ]
    assert [role.account_code for role in found if role] == ["amex", "pounds", "any"]
    assert account_for(pair, "fees") is None


def test_a_pairs_connection_comes_with_what_calls_need(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    made = XeroConnectionFactory()
    XeroConnectionFactory()
    with django_assert_num_queries(1):
        found = xero_of(made.pair)
        assert found == made
        assert found.grant is not None
        assert found.pair.name


@pytest.mark.parametrize("status", [None, Connection.Status.OFF])
def test_without_a_connection_a_person_is_told_what_to_do(status: str | None) -> None:
    pair = PairFactory()
    if status:
        OpayoConnectionFactory(pair=pair, status=status)
    with pytest.raises(ConfigurationFailure) as caught:
        connection_of(pair, "opayo")
    assert caught.value.code == "opayo_not_connected"
    assert "Connect Opayo" in caught.value.fix


def test_only_what_works_is_polled() -> None:
    live = XeroConnectionFactory()
    XeroConnectionFactory(status=Connection.Status.BROKEN)
    XeroConnectionFactory(pair=PairFactory(is_active=False))
    OpayoConnectionFactory()
    assert live_connections("xero") == [live]
