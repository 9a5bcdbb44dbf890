"""What control can make the systems do: people's clicks and changes of mind, as JSON in and out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from sandbox.acquirer.system import AcquirerSystem
from sandbox.bank.system import BankSystem
from sandbox.kernel.wire_json import decode
from sandbox.opayo.system import OpayoSystem
from sandbox.shop.system import ShopSystem
from sandbox.xero.apps import DEMO_TENANT
from sandbox.xero.identity import BadAuthorization
from sandbox.xero.system import DEFAULT_SCOPES, XeroSystem

Levers = Mapping[str, Callable[..., Any]]


def levers(
    xero: XeroSystem, opayo: OpayoSystem, shop: ShopSystem, acquirer: AcquirerSystem, bank: BankSystem
) -> dict[str, Levers]:
    """By system and name, as in `POST /control/<system>/<name>`."""
    return {
        "xero": XeroLevers(xero).offered(),
        "opayo": OpayoLevers(opayo).offered(),
        "shop": _of_shop(shop),
        "acquirer": _of_acquirer(acquirer),
        "bank": {"line": bank.add_line},
    }


def _of_acquirer(acquirer: AcquirerSystem) -> Levers:
    funds = acquirer.funds
    return {
        "connect": acquirer.poster.connect,
        "dispute": acquirer.raise_dispute,
        "contract": funds.change_contract,
        "hold": funds.hold,
        "short": funds.pay_short,
        "overcharge": funds.overcharge,
        "delay": funds.delay,
        "reject": funds.reject,
        "due": funds.due,
        "truth": funds.truth,
    }


def _of_shop(shop: ShopSystem) -> Levers:
    return {"connect": shop.desk.connect, "refund": shop.desk.ask_refund}


class XeroLevers:
    """What people do in Xero."""

    def __init__(self, xero: XeroSystem) -> None:
        self._xero = xero

    def offered(self) -> Levers:
        """Every lever by name."""
        return {
            "consent": self.consent,
            "expire_tokens": self.expire_tokens,
            "revoke": self.revoke,
            "webhook": self.webhook,
            "lock": self.lock,
            "archive_account": self.archive_account,
            "restore_account": self.restore_account,
            "edit": self.edit,
        }

    def consent(
        self,
        *,
        redirect_uri: str,
        scope: str = DEFAULT_SCOPES,
        state: str = "",
        code_challenge: str | None = None,
        tenants: Sequence[str] = (DEMO_TENANT,),
    ) -> dict[str, str]:
        """Allow access as a person would on Xero's page; the code, and where the browser would go."""
        try:
            code = self._xero.consent(
                redirect_uri=redirect_uri, scope=scope, tenants=tuple(tenants), code_challenge=code_challenge
            )
        except BadAuthorization as refusal:
            raise ValueError(str(refusal)) from refusal
        answer = {"code": code, "state": state} if state else {"code": code}
        return {**answer, "location": f"{redirect_uri}?{urlencode(answer)}"}

    def expire_tokens(self) -> dict[str, str]:
        """Let every access token have run out; refresh tokens stay good."""
        self._xero.expire_tokens()
        return {}

    def revoke(self) -> dict[str, str]:
        """Disconnect the app, as a person can in Xero."""
        self._xero.revoke()
        return {}

    def webhook(
        self, *, url: str, categories: Sequence[str] = ("INVOICE", "CONTACT", "CREDITNOTE")
    ) -> dict[str, Any]:
        """Save the app's webhook subscription; the intent-to-receive check follows."""
        self._xero.configure_webhook(url, tuple(categories))
        return self._xero.webhooks.state() or {}

    def lock(self, *, period: str | None = None, end_of_year: str | None = None) -> dict[str, str]:
        """Set both lock dates (ISO 8601); none takes one away."""
        self._xero.set_lock_dates(period=_day(period), end_of_year=_day(end_of_year))
        return {}

    def archive_account(self, *, code: str) -> dict[str, str]:
        """Archive an account of the chart."""
        self._xero.archive_account(code)
        return {}

    def restore_account(self, *, code: str) -> dict[str, str]:
        """Make an archived account active again."""
        self._xero.restore_account(code)
        return {}

    def edit(self, *, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Change something as a person would in Xero; `path` is below the API's base."""
        reply = self._xero.person_edits(method, path, dict(body))
        return {"status": reply.status, "body": decode(reply.body) if reply.body else None}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


class OpayoLevers:
    """What the merchant does in MyOpayo."""

    def __init__(self, opayo: OpayoSystem) -> None:
        self._opayo = opayo

    def offered(self) -> Levers:
        """Every lever by name."""
        return {
            "refund": self.refund,
            "void": self.void,
            "release": self.release,
            "abort": self.abort,
            "cancel": self.cancel,
            "authorise": self.authorise,
            "repeat": self.repeat,
            "redeliver": self.redeliver,
            "settle": self.settle,
        }

    def refund(self, *, vpstxid: str, amount: str, vendor_tx_code: str) -> dict[str, str]:
        """Refund a settled sale, in part or whole; amount in major units."""
        return self._opayo.merchant_refunds(vpstxid, Decimal(amount), vendor_tx_code)

    def void(self, *, vpstxid: str) -> dict[str, str]:
        """Void a sale or refund on its own day."""
        return self._opayo.merchant_voids(vpstxid)

    def release(self, *, vpstxid: str, amount: str) -> dict[str, str]:
        """Release a DEFERRED; amount in major units."""
        return self._opayo.merchant_releases(vpstxid, Decimal(amount))

    def abort(self, *, vpstxid: str) -> dict[str, str]:
        """Let go of a DEFERRED."""
        return self._opayo.merchant_aborts(vpstxid)

    def cancel(self, *, vpstxid: str) -> dict[str, str]:
        """Give up an AUTHENTICATE."""
        return self._opayo.merchant_cancels(vpstxid)

    def authorise(self, *, vpstxid: str, amount: str, vendor_tx_code: str) -> dict[str, str]:
        """Take money on an AUTHENTICATE, up to 115 % of it in all; amount in major units."""
        return self._opayo.merchant_authorises(vpstxid, Decimal(amount), vendor_tx_code)

    def repeat(self, *, vpstxid: str, amount: str, vendor_tx_code: str) -> dict[str, str]:
        """Charge the card of a sale again; amount in major units."""
        return self._opayo.merchant_repeats(vpstxid, Decimal(amount), vendor_tx_code)

    def settle(self) -> dict[str, Any]:
        """Send files of what was captured so far at once, beside the nightly ones; the batches' ids."""
        return self._opayo.close_batch()

    def redeliver(self, *, vpstxid: str) -> dict[str, str]:
        """Send the last notification of a transaction once more."""
        self._opayo.redeliver(vpstxid)
        return {}
