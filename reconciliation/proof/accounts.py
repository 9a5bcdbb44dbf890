"""The clearing accounts of a pair, and which of them whose money is on."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.models import AccountRole, Pair
from integrations.pairs.selectors import account_for
from reconciliation.models import MerchantAccount

_CLEARING = AccountRole.Role.CLEARING


@dataclass(frozen=True, slots=True)
class Clearing:
    """A clearing account by its code, and the currency it is kept in."""

    code: str
    currency: str


def clearing_accounts(pair: Pair) -> list[Clearing]:
    """Each once, by code. One role set for any currency serves the base currency."""
    roles = AccountRole.objects.filter(pair=pair, role=_CLEARING, category="")
    found = {Clearing(role.account_code, role.currency or pair.base_currency) for role in roles}
    return sorted(found, key=lambda each: (each.currency != pair.base_currency, each.code))


def clearing_of_scheme(pair: Pair, currency: str, scheme: str = "") -> str:
    """The code of the account that money of a card scheme goes to; empty where none is chosen."""
    role = account_for(pair, _CLEARING, currency, scheme)
    return role.account_code if role else ""


def clearing_of(account: MerchantAccount) -> str:
    """The code of the account that a merchant account pays out of."""
    scheme = account.schemes[0] if len(account.schemes) == 1 else ""
    return clearing_of_scheme(account.pair, account.currency, scheme)
