"""Everything we ask of Opayo, for one connection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.core.failures import ConfigurationFailure
from integrations.models import Connection, Secret
from integrations.opayo import gateway, pi, reports, settings
from integrations.opayo.core.batches import Batch, FraudScreening, read_batches, read_screening
from integrations.opayo.core.registration import PaymentRequest, Registration
from integrations.opayo.core.reporting import OpayoTransaction, parse_transaction
from integrations.opayo.core.reporting_xml import MAX_ROWS, fields_of, request_time


@dataclass(frozen=True, slots=True)
class TransactionPage:
    """Up to 50 rows of getTransactionList, and how many there are in all."""

    rows: tuple[OpayoTransaction, ...]
    total: int


class OpayoClient:
    """Calls for one connection. Raises only the classes of `integrations.core.failures`.

    Each call is one attempt and leaves one ApiCall row. Times given and returned are aware.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def connection(self) -> Connection:
        return self._connection

    def register_server(self, request: PaymentRequest) -> Registration:
        """Register a payment page with Opayo Server.

        Raises VendorTxCodeUsed (a PermanentFailure) when the code is taken, OutcomeUnknown when no whole answer
        came: then the page may exist, but nobody has its address, and Opayo cancels it after 15 minutes.
        """
        return gateway.register(self._connection, request)

    def transaction_detail(self, *, vendor_tx_code: str = "", vps_tx_id: str = "") -> OpayoTransaction | None:
        """Everything about one transaction, by one of its two names; None when Opayo does not know it."""
        if bool(vendor_tx_code) == bool(vps_tx_id):
            raise ValueError("getTransactionDetail takes a vendortxcode or a vpstxid, and just one of them.")
        name = ("vendortxcode", vendor_tx_code) if vendor_tx_code else ("vpstxid", vps_tx_id)
        reply = reports.ask(self._connection, "getTransactionDetail", [name])
        return None if reply is None else parse_transaction(reply.fields())

    def transaction_list(self, start: datetime, end: datetime, page: int = 1) -> TransactionPage:
        """One page of the transactions started in a period of at most a month; pages count from 1."""
        first = (page - 1) * MAX_ROWS + 1
        parameters = [
            ("startdate", request_time(start)),
            ("enddate", request_time(end)),
            ("startrow", str(first)),
            ("endrow", str(first + MAX_ROWS - 1)),
        ]
        reply = reports.ask(self._connection, "getTransactionList", parameters)
        if reply is None:
            return TransactionPage((), 0)
        rows = tuple(parse_transaction(fields_of(row)) for row in reply.rows("transactions", "transaction"))
        return TransactionPage(rows, reply.number("transactions", "totalrows"))

    def batch_list(self, start: datetime, end: datetime) -> tuple[Batch, ...]:
        """The settlement batches completed in a period of at most a month."""
        parameters = [("startdate", request_time(start)), ("enddate", request_time(end))]
        reply = reports.ask(self._connection, "getBatchList", parameters, purpose="settlement")
        return () if reply is None else read_batches(reply)

    def batch_detail(self, batch: Batch, page: int = 1) -> TransactionPage:
        """One page of the transactions of a batch, counting from 1.

        Rows may lack type, amount and currency. Opayo does not promise a total here: where it tells none, a full page
        counts as one more to come.
        """
        first = (page - 1) * MAX_ROWS + 1
        parameters = [
            ("batchid", batch.batch_id),
            ("authprocessor", batch.auth_processor),
            ("startrow", str(first)),
            ("endrow", str(first + MAX_ROWS - 1)),
        ]
        reply = reports.ask(self._connection, "getBatchDetail", parameters, purpose="settlement")
        if reply is None:
            return TransactionPage((), 0)
        rows = tuple(parse_transaction(fields_of(row)) for row in reply.rows("transactions", "transaction"))
        told = reply.number("transactions", "totalrows")
        return TransactionPage(rows, told or first - 1 + len(rows) + (len(rows) == MAX_ROWS))

    def fraud_detail(self, vps_tx_id: str) -> FraudScreening | None:
        """The fraud screening of a transaction; None while there is no result yet."""
        reply = reports.ask(
            self._connection, "getFraudScreenDetail", [("vpstxid", vps_tx_id)], purpose="fraud"
        )
        return None if reply is None else read_screening(reply)

    def pi_transaction(self, transaction_id: str) -> dict[str, Any] | None:
        """The transaction as Opayo Pi shows it; None when it does not (yet) exist there."""
        return pi.read_transaction(self._connection, transaction_id)

    def test(self) -> str:
        """Try the credentials for real; sentences about what works. Raises the failure of what does not."""
        tried = []
        if self._has(settings.REPORTING_PASSWORD):
            reports.ask(self._connection, "getTokenCount", purpose="test")
            tried.append("The Reporting user may read your account.")
        if self._has(settings.INTEGRATION_PASSWORD):
            pi.new_session_key(self._connection)
            tried.append("The integration key and password are accepted.")
        if not tried:
            raise ConfigurationFailure(
                "opayo_credentials_missing",
                "Opayo",
                "There are no credentials for Opayo yet.",
                "Enter the Reporting user and password; without them nothing that Opayo took can be checked.",
            )
        return " ".join(tried)

    def _has(self, secret: str) -> bool:
        return Secret.objects.filter(connection_id=self._connection.pk, name=secret).exists()
