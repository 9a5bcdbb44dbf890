"""Commands about transactions: getTransactionDetail, getTransactionList, getRelatedTransactions, …"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from sandbox.opayo.core.amounts import show
from sandbox.opayo.core.london import report_millis
from sandbox.opayo.core.reporting_xml import (
    Command,
    CommandError,
    Node,
    read_range,
    read_rows,
)
from sandbox.opayo.core.status_codes import status_detail
from sandbox.opayo.core.transaction import State, TxType
from sandbox.opayo.gateway import Gateway
from sandbox.opayo.records import Record
from sandbox.opayo.reporting.access import Answerer
from sandbox.opayo.reporting.fraud import Screening

TYPE_NAMES = {
    TxType.PAYMENT: "Payment",
    TxType.DEFERRED: "Deferred",
    TxType.AUTHENTICATE: "Authenticate",
    TxType.AUTHORISE: "Authorise",
    TxType.REFUND: "Refund",
    TxType.REPEAT: "Repeat",
    TxType.REPEATDEFERRED: "RepeatDeferred",
}
_ACCOUNT_TYPES = {"E": "Ecommerce", "M": "MOTO", "C": "Continuous"}
_SUCCESS = frozenset(
    (State.DEFERRED, State.AUTHENTICATED, State.AUTHORISED, State.REGISTERED, State.VOIDED,
     State.DEFERRED_ABORTED, State.AUTHENTICATE_CANCELLED, State.NOT_SETTLED,
     State.AUTHENTICATE_USED_UP, State.DEFERRED_EXPIRED)
)  # fmt: skip
_STANDING = {
    State.VOIDED: "2005",
    State.DEFERRED_ABORTED: "2006",
    State.AUTHENTICATE_CANCELLED: "2012",
    State.CANCELLED_INACTIVE: "2008",
    State.TIMED_OUT: "2008",
}
_FIELD_NAMES = (
    ("billingfirstnames", "BillingFirstnames"), ("billingsurname", "BillingSurname"),
    ("billingaddress", "BillingAddress1"), ("billingaddress2", "BillingAddress2"),
    ("billingcity", "BillingCity"), ("billingstate", "BillingState"),
    ("billingpostcode", "BillingPostCode"), ("billingcountry", "BillingCountry"),
    ("billingphone", "BillingPhone"), ("deliveryfirstnames", "DeliveryFirstnames"),
    ("deliverysurname", "DeliverySurname"), ("deliveryaddress", "DeliveryAddress1"),
    ("deliveryaddress2", "DeliveryAddress2"), ("deliverycity", "DeliveryCity"),
    ("deliverystate", "DeliveryState"), ("deliverypostcode", "DeliveryPostCode"),
    ("deliverycountry", "DeliveryCountry"), ("deliveryphone", "DeliveryPhone"),
    ("customeremail", "CustomerEMail"), ("clientip", "ClientIPAddress"), ("basket", "Basket"),
    ("customerxml", "CustomerXML"), ("vendordata", "VendorData"), ("website", "Website"),
    ("callbackurl", "NotificationURL"), ("locale", "Language"),
)  # fmt: skip


def result_of(record: Record) -> str:
    """SUCCESS for whatever stood at least once, FAILURE for the rest."""
    return "SUCCESS" if record.tx.state in _SUCCESS else "FAILURE"


def status_of(record: Record) -> str:
    """The sentence on how a transaction stands."""
    code = _STANDING.get(record.tx.state)
    return status_detail(code) if code else record.results.get("StatusDetail", status_detail("2014"))


class TransactionReports:
    """Answers about single transactions and lists of them."""

    def __init__(self, gateway: Gateway, screening: Screening) -> None:
        self._gateway = gateway
        self._screening = screening

    def commands(self) -> Mapping[str, Answerer]:
        """The commands answered here, by name."""
        return {
            "getTransactionDetail": self.detail,
            "getTransactionList": self.transactions,
            "getRelatedTransactions": self.related,
            "getTransactionTypes": self.types,
            "getTransactionIPDetails": self.ip_details,
        }

    def find(self, command: Command, missing: str = "0043") -> Record:
        """The transaction a command names by `vpstxid` or `vendortxcode` (0042, `missing`)."""
        vps_tx_id = command.parameters.get("vpstxid", "")
        code = command.parameters.get("vendortxcode", "")
        if bool(vps_tx_id) == bool(code):
            raise CommandError("0042")
        record = self._gateway.records.get(vps_tx_id) if vps_tx_id else self._latest(code)
        hidden = self._gateway.switches["reporting_active"] == "hidden"
        if record is None or (hidden and is_active(record)):
            raise CommandError(missing)
        return record

    def _latest(self, code: str) -> Record | None:
        attempts = self._gateway.records.by_code(code)
        return attempts[-1] if attempts else None

    def detail(self, command: Command) -> list[Node]:
        """getTransactionDetail: everything about one transaction, flat."""
        record = self.find(command)
        groups = (
            self._identity(record),
            self._related_fields(record),
            _money_and_time(record, self._gateway.amount_told(record.tx)),
            self._card_fields(record),
            _address_fields(record),
            self._flags(record),
            _check_fields(record),
            self._screening.detail_fields(record),
        )
        return [node for group in groups for node in group]

    def _identity(self, record: Record) -> list[Node]:
        tx = record.tx
        return [
            ("vpstxid", tx.vps_tx_id),
            ("vendortxcode", tx.vendor_tx_code),
            ("transactiontype", TYPE_NAMES[tx.tx_type]),
            ("txstateid", str(tx.state.value)),
            ("status", status_of(record)),
            ("description", record.fields.get("Description", "")),
            ("securitykey", tx.security_key),
            ("systemused", record.system),
            ("vpsprotocol", record.protocol),
            ("accounttype", _ACCOUNT_TYPES[record.fields.get("AccountType", "E")]),
            ("vpsauthcode", str(tx.tx_auth_no) if tx.tx_auth_no else ""),
            ("batchid", tx.batch_id),
        ]

    def _related_fields(self, record: Record) -> list[Node]:
        original = self._gateway.records.get(record.tx.related) if record.tx.related else None
        if original is None:
            return []
        tx = original.tx
        return [
            ("relatedtransactionid", tx.vps_tx_id),
            ("relatedvendortxcode", tx.vendor_tx_code),
            ("relatedamount", show(tx.amount, tx.currency)),
            ("relatedcurrency", tx.currency),
            ("relatedstarted", report_millis(tx.started)),
        ]

    def _card_fields(self, record: Record) -> list[Node]:
        card = record.card
        if not card:
            return []
        system = card["payment_system"]
        return [
            ("paymentsystem", system),
            ("last4digits", card["last_four"]),
            ("expirydate", card["expiry"]),
            ("cardholder", card["holder"]),
            ("authprocessor", self._gateway.acquirer_of(system)),
            ("merchantnumber", self._gateway.merchant_number(system, record.tx.currency)),
        ]

    def _flags(self, record: Record) -> list[Node]:
        yes = str(self._gateway.switches["refunded_value"])
        tx = record.tx
        repeats = (TxType.REPEAT, TxType.REPEATDEFERRED)
        was_repeated = any(
            other.tx.tx_type in repeats for other in self._gateway.records.related_to(tx.vps_tx_id)
        )
        released = tx.captured_at is not None and tx.tx_type in (TxType.DEFERRED, TxType.REPEATDEFERRED)
        return [
            ("refunded", yes if tx.refunded else "NO"),
            ("repeated", yes if was_repeated else "NO"),
            ("released", yes if released else "NO"),
            ("aborted", yes if tx.state is State.DEFERRED_ABORTED else "NO"),
        ]

    def transactions(self, command: Command) -> list[Node]:
        """getTransactionList: transactions started in a range of time, up to 50 a call, oldest first."""
        start, end = read_range(command)
        first, last = read_rows(command)
        show_active = self._gateway.switches["reporting_active"] == "all"
        started = self._gateway.records.started_between(start, end)
        found = [record for record in started if show_active or not is_active(record)]
        rows: list[Node] = [("transaction", self._row(record)) for record in found[first - 1 : last]]
        counts: list[Node] = [
            ("startrow", str(first)),
            ("endrow", str(first + len(rows) - 1)),
            ("totalrows", str(len(found))),
        ]
        return [("transactions", counts + rows)]

    def _row(self, record: Record) -> list[Node]:
        tx = record.tx
        amounts: list[Node] = [("amount", show(self._gateway.amount_told(tx), tx.currency))]
        return [
            ("transactiontype", TYPE_NAMES[tx.tx_type]),
            ("vpstxid", tx.vps_tx_id),
            ("vendortxcode", tx.vendor_tx_code),
            ("result", result_of(record)),
            ("txstateid", str(tx.state.value)),
            ("status", status_of(record)),
            *(amounts if self._gateway.switches["list_amounts"] == "yes" else ()),
            ("currency", tx.currency),
            ("started", report_millis(tx.started)),
            ("completed", report_millis(tx.decided_at) if tx.decided_at else ""),
            ("last4digits", str(record.card.get("last_four", ""))),
            ("paymentsystem", tx.payment_system),
            ("vpsauthcode", str(tx.tx_auth_no) if tx.tx_auth_no else ""),
            ("authprocessor", self._gateway.acquirer_of(tx.payment_system) if tx.payment_system else ""),
            ("fraudcodedetail", ""),
            ("t3maction", self._screening.action(record)),
            ("location", ""),
        ]

    def related(self, command: Command) -> list[Node]:
        """getRelatedTransactions: refunds, repeats and authorises of a transaction."""
        record = self.find(command, "2238")
        rows: list[Node] = [
            ("transaction", self._row(other))
            for other in self._gateway.records.related_to(record.tx.vps_tx_id)
        ]
        return [("transactions", rows)]

    def types(self, command: Command) -> list[Node]:
        """getTransactionTypes: the kinds of transaction the account may make."""
        return [("transactiontypes", [("transactiontype", kind.value) for kind in TYPE_NAMES])]

    def ip_details(self, command: Command) -> list[Node]:
        """getTransactionIPDetails: the customer's address on the network."""
        record = self.find(command, "2238")
        return [("clientip", record.fields.get("ClientIPAddress", "")), ("iplocation", "")]


def is_active(record: Record) -> bool:
    """Not finished, or cancelled while the vendor has not yet answered the ABORT."""
    cancelled = record.tx.state is State.CANCELLED_INACTIVE
    return record.tx.is_unfinished or (cancelled and record.notice.get("abort_due") is not None)


def _money_and_time(record: Record, amount: Decimal) -> list[Node]:
    tx = record.tx
    return [
        ("amount", show(amount, tx.currency)),
        ("currency", tx.currency),
        ("started", report_millis(tx.started)),
        ("completed", report_millis(tx.decided_at) if tx.decided_at else ""),
    ]


def _address_fields(record: Record) -> list[Node]:
    named: list[Node] = [
        (name, record.fields[source]) for name, source in _FIELD_NAMES if source in record.fields
    ]
    first, last = (record.fields.get(f"Billing{part}", "") for part in ("Firstnames", "Surname"))
    return [*named, ("customername", f"{first} {last}".strip())]


def _check_fields(record: Record) -> list[Node]:
    get = record.results.get
    return [
        ("giftaid", record.fields.get("GiftAidPayment", "0")),
        ("applyavscv2", record.fields.get("ApplyAVSCV2", "0")),
        ("apply3dsecure", record.fields.get("Apply3DSecure", "0")),
        ("authattempt", "1" if record.card else "0"),
        ("cv2result", get("CV2Result", "NOTCHECKED")),
        ("addressresult", get("AddressResult", "NOTCHECKED")),
        ("postcoderesult", get("PostCodeResult", "NOTCHECKED")),
        ("threedattempt", "1" if get("3DSecureStatus", "NOTCHECKED") != "NOTCHECKED" else "0"),
        ("threedresult", get("3DSecureStatus", "NOTCHECKED")),
        ("eci", "05" if get("3DSecureStatus") == "OK" else ""),
        ("bankauthcode", get("BankAuthCode", "")),
        ("declinecode", get("DeclineCode", "")),
        ("surcharge", ""),
    ]
