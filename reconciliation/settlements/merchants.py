"""The merchant account that a batch or a statement is of; made with the usual defaults where nobody has yet."""

from __future__ import annotations

from typing import Final

from django.db import IntegrityError, transaction

from integrations.models import Pair
from reconciliation.models import BankAccount, MerchantAccount

_AMEX: Final = "american express"
_USUAL_LAG: Final = 2
_USUAL_LAG_AMEX: Final = 3


def merchant_of_batch(pair: Pair, auth_processor: str, currency: str) -> MerchantAccount:
    """The account of Opayo's name for the acquirer and a currency; the one with the lowest id where there are several.

    One that is made here says so (`is_complete` is False) until a person or a statement completes it.
    """
    rows = MerchantAccount.objects.filter(
        pair=pair, auth_processor__iexact=auth_processor, currency=currency, is_active=True
    )
    return rows.order_by("pk").first() or _make(pair, auth_processor, auth_processor, currency)


def merchant_of_statement(pair: Pair, acquirer: str, mid: str, currency: str) -> MerchantAccount:
    """The account of a merchant number and currency.

    Where it is not known, an account of the same acquirer that still lacks its number takes it; else one is made.
    """
    known = MerchantAccount.objects.filter(pair=pair, mid=mid, currency=currency).first()
    if known is not None:
        return known
    unnumbered = MerchantAccount.objects.filter(
        pair=pair, acquirer__iexact=acquirer, currency=currency, is_complete=False, is_active=True
    )
    account = unnumbered.order_by("pk").first()
    if account is None:
        return _make(pair, acquirer, acquirer, currency, mid=mid)
    account.mid, account.is_complete = mid, True
    account.save(update_fields=["mid", "is_complete"])
    return account


def _make(pair: Pair, acquirer: str, auth_processor: str, currency: str, mid: str = "") -> MerchantAccount:
    is_amex = _AMEX in auth_processor.casefold()
    made = MerchantAccount(
        pair=pair,
        mid=mid or _placeholder(acquirer),
        acquirer=acquirer[:80],
        auth_processor=auth_processor[:80],
        currency=currency,
        schemes=["AMEX"] if is_amex else [],
        usual_lag_days=_USUAL_LAG_AMEX if is_amex else _USUAL_LAG,
        bank_account=only_bank_account(pair, currency),
        is_complete=bool(mid),
    )
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        # Somebody else has made it this moment.
        return MerchantAccount.objects.get(pair=pair, mid=made.mid, currency=currency)
    return made


def _placeholder(acquirer: str) -> str:
    return f"? {acquirer}"[:40]


def only_bank_account(pair: Pair, currency: str) -> BankAccount | None:
    """The pair's bank account of a currency, if there is just one."""
    accounts = list(BankAccount.objects.filter(pair=pair, currency=currency)[:2])
    return accounts[0] if len(accounts) == 1 else None
