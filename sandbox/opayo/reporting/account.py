"""Commands about the account: merchant accounts, currencies, saved cards, version."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.opayo.core.london import report_millis
from sandbox.opayo.core.reporting_xml import Command, CommandError, Node
from sandbox.opayo.gateway import Gateway
from sandbox.opayo.records import Record
from sandbox.opayo.reporting.access import Answerer
from sandbox.opayo.reporting.fraud import Screening
from sandbox.opayo.reporting.transactions import TransactionReports

_CARDS = ("VISA", "DELTA", "UKE", "MC", "MCDEBIT", "MAESTRO", "DC", "JCB", "AMEX")


class AccountReports:
    """Answers about the vendor's account, and the fraud screen of a transaction."""

    def __init__(self, gateway: Gateway, reports: TransactionReports, screening: Screening) -> None:
        self._gateway = gateway
        self._reports = reports
        self._screening = screening

    def commands(self) -> Mapping[str, Answerer]:
        """The commands answered here, by name."""
        return {
            "version": self.version,
            "getCurrencies": self.get_currencies,
            "getMerchantAccounts": self.merchant_accounts,
            "getTokenCount": self.token_count,
            "getTokenDetails": self.token_details,
            "getFraudScreenDetail": self.fraud_screen_detail,
        }

    def version(self, command: Command) -> list[Node]:
        """version: of the Reporting & Admin API."""
        return [("version", "1.02")]

    def get_currencies(self, command: Command) -> list[Node]:
        """getCurrencies: the currencies of the vendor's merchant accounts."""
        rows: list[Node] = [("currency", currency) for currency in sorted(self._gateway.currencies)]
        return [("currencies", rows)]

    def merchant_accounts(self, command: Command) -> list[Node]:
        """getMerchantAccounts: one per acquirer and currency."""
        rows: list[Node] = [
            ("merchantaccount", self._merchant_account(account))
            for account in self._gateway.merchant_accounts()
        ]
        return [("merchantaccounts", rows)]

    def _merchant_account(self, account: Mapping[str, str]) -> list[Node]:
        cards = [card for card in _CARDS if self._gateway.acquirer_of(card) == account["acquirer"]]
        return [
            ("merchantnumber", account["mid"]),
            ("authprocessor", account["acquirer"]),
            ("currency", account["currency"]),
            ("paymentsystems", ",".join(cards)),
        ]

    def token_count(self, command: Command) -> list[Node]:
        """getTokenCount: how many cards are saved."""
        return [("totalnumber", str(len(self._gateway.tokens)))]

    def token_details(self, command: Command) -> list[Node]:
        """getTokenDetails: what is kept of a saved card (2236 for an unknown token)."""
        row = self._gateway.tokens.row(command.required("token"))
        if row is None:
            raise CommandError("2236")
        card = row["card"]
        return [
            ("token", f"{{{row['token']}}}"),
            ("paymentsystem", card["payment_system"]),
            ("last4digits", card["last_four"]),
            ("expirydate", card["expiry"]),
            ("cardholder", card["holder"]),
            ("created", report_millis(row["created"])),
        ]

    def fraud_screen_detail(self, command: Command) -> list[Node]:
        """getFraudScreenDetail: score and rules, once the screening has them."""
        record: Record = self._reports.find(command, "2238")
        return list(self._screening.answer(record))
