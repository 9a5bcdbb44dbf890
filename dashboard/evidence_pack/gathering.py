"""What we hold of a disputed sale, gathered for the pack; card numbers never, whatever a text contains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from dashboard.core.deadlines import ANSWER_DUE
from dashboard.core.wording import counted, written_money
from dashboard.evidence_pack.pack import Chapter, Facts, Grid, Pack, Words
from dashboard.selectors.order_lines import Line, lines_of
from dashboard.tables.disputes import reason_words
from dashboard.tables.payments import card_words
from integrations.clock import business_now
from integrations.core.pci import mask
from integrations.disputes.core.helping import WHAT_HELPS, WORDS_3D_SECURE
from integrations.disputes.core.states import label
from integrations.models import Dispute, Order, Payment
from sync.models import Notice
from sync.services.noticing import words_for_customer

_NUMERIC: Final = frozenset({2, 3, 4, 5})
_CHECKS: Final = (
    ("AVS/CV2", ("AVSCV2",)),
    ("Address", ("AddressResult", "addressresult")),
    ("Postcode", ("PostCodeResult", "postcoderesult")),
    ("Security code (CV2)", ("CV2Result", "cv2result")),
    ("Electronic commerce indicator", ("eci",)),
    ("Fraud screening", ("FraudResponse", "fraudscreenrecommendation", "t3maction")),
    ("Fraud score", ("t3mscore",)),
    ("IP address of the customer", ("clientip",)),
    ("Where that address is", ("iplocation",)),
)
_ADDRESS: Final = ("line1", "line2", "city", "region", "postcode", "country")


def gather(dispute: Dispute) -> Pack:
    """The pack of a dispute as things stand now; a few small queries."""
    pair, zone = dispute.pair, ZoneInfo(dispute.pair.zone)
    chapters = [
        _notice(dispute),
        _order(dispute.order, zone),
        _customer(dispute.order),
        _payment(dispute.payment, zone),
        _refunds(dispute.payment, zone),
        _messages(dispute.order, zone),
    ]
    made = business_now().astimezone(zone)
    return Pack(
        title=f"Evidence for dispute {clean(dispute.case_id)}",
        merchant=pair.name,
        made=f"{made:%d %B %Y %H:%M} ({pair.zone})",
        chapters=(_summary(dispute, chapters), *chapters),
    )


def clean(text: object) -> str:
    """A text without card numbers and security codes."""
    masked, _ = mask(str(text).encode())
    return masked.decode()


def facts(rows: Iterable[tuple[str, object]], title: str = "") -> Facts:
    """Only what is known."""
    known = ((name, clean(value)) for name, value in rows if value not in (None, ""))
    return Facts(tuple(known), title)


def _day(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    if at is None:
        return ""
    return f"{at.astimezone(zone):%d %B %Y %H:%M:%S} ({at.astimezone(UTC):%H:%M:%S} UTC)"


def _money(minor: int | None, currency: str) -> str:
    return written_money(minor, currency) if minor is not None and currency else ""


def _summary(dispute: Dispute, chapters: Iterable[Chapter]) -> Chapter:
    due = dispute.respond_by if dispute.state in ANSWER_DUE else None
    return Chapter(
        "Summary",
        (
            facts([
                ("Case", dispute.case_id),
                ("Acquirer", dispute.acquirer),
                ("In dispute", _money(dispute.amount_minor, dispute.currency)),
                ("Reason", f"{dispute.scheme} {reason_words(dispute)}".strip()),
                ("Kind of dispute", dispute.get_family_display()),
                ("Answer due by", _day(due)),
                ("Order", dispute.order.number if dispute.order else ""),
                ("Payment", dispute.payment.vendor_tx_code if dispute.payment else ""),
                ("Authenticated (3-D Secure)", _authenticated(dispute.payment)),
            ]),
            Words(WHAT_HELPS[dispute.family], "What usually helps in such a case", is_list=True),
            Words(
                tuple(
                    f"{chapter.title}: {'nothing is held' if chapter.missing else 'enclosed'}" for chapter in chapters
                ),
                "What this pack holds",
                is_list=True,
            ),
        ),
    )  # fmt: skip


def _notice(dispute: Dispute) -> Chapter:
    steps = tuple(
        (
            _day(change.happened_on),
            label(change.state),
            _money(change.amount_minor or None, dispute.currency),
            clean(change.note),
        )
        for change in dispute.changes.exclude(state="").order_by("happened_on", "pk")
    )
    told = facts([
        ("Case", dispute.case_id),
        ("State", label(dispute.state)),
        ("Raised", _day(dispute.raised_on)),
        ("Respond by", _day(dispute.respond_by)),
        ("In dispute", _money(dispute.amount_minor, dispute.currency)),
        ("Card", f"{dispute.scheme} •••• {dispute.last_four}".strip() if dispute.last_four else dispute.scheme),
        ("Reason code", reason_words(dispute)),
        ("Retrieval reference", dispute.retrieval_reference),
        ("Authorisation code", dispute.bank_auth_code),
        ("Day of the sale", _day(dispute.sold_on)),
    ])  # fmt: skip
    grid = Grid(("Day", "State", "Amount", "Said"), steps, frozenset({2}), (4, 4, 3, 7), "What has happened")
    return Chapter("The acquirer's notice", (told, grid) if steps else (told,))


def _order(order: Order | None, zone: ZoneInfo) -> Chapter:
    if order is None:
        return Chapter("The order", (), "The sale of this dispute has not been found.")
    lines = lines_of(order)
    money = order.currency
    rows = [_line(line, money) for line in lines.rows]
    if lines.delivery:
        rows.append(_line(lines.delivery, money, "Delivery"))
    if lines.discount_minor:
        rows.append(
            (f"Discount {lines.discount_code}".strip(), "", "", "", "", _money(-lines.discount_minor, money))
        )
    rows.append(("Total", "", "", "", "", _money(order.total_minor, money)))
    says = "include" if lines.prices_include_tax else "exclude"
    return Chapter(
        "The order",
        (
            facts([("Order", order.number), ("Placed", _moment(order.placed_at, zone)), ("Total", _money(order.total_minor, money))]),
            Grid(
                ("What", "SKU", "Quantity", "Price", "VAT", "Amount"), tuple(rows), _NUMERIC, (8, 3, 3, 3, 2, 3),
                f"Lines (prices {says} VAT)",
            ),
        ),
    )  # fmt: skip


def _line(line: Line, currency: str, otherwise: str = "") -> tuple[str, ...]:
    return (
        clean(line.name or otherwise),
        clean(line.sku),
        line.quantity,
        _money(line.unit_minor, currency),
        f"{line.tax_rate} %" if line.tax_rate else "",
        _money(line.total_minor, currency),
    )


def _customer(order: Order | None) -> Chapter:
    title = "Customer and delivery"
    told: Mapping[str, Any] = (order.document.get("customer") or {}) if order else {}
    if order is None or not (told or order.customer):
        return Chapter(title, (), "The shop has told nothing of the customer.")
    customer = order.customer
    name = told.get("name") or (customer.name if customer else "")
    email = told.get("email") or (customer.email if customer else "")
    delivery = order.document.get("delivery")
    how = delivery.get("name", "") if isinstance(delivery, Mapping) else ""
    blocks = [
        facts([("Name", name), ("E-mail", email), ("Telephone", told.get("phone", "")), ("Sent by", how)]),
        *(
            facts([(heading, _address(told.get(key)))])
            for heading, key in (
                ("Billing address", "billing_address"),
                ("Delivery address", "shipping_address"),
            )
            if _address(told.get(key))
        ),
    ]
    return Chapter(title, tuple(blocks))


def _address(address: object) -> str:
    if not isinstance(address, Mapping):
        return ""
    return ", ".join(str(address[part]) for part in _ADDRESS if address.get(part))


def _payment(payment: Payment | None, zone: ZoneInfo) -> Chapter:
    title = "Payment and checks"
    if payment is None:
        return Chapter(title, (), "The sale of this dispute has not been found.")
    taken = facts([
        ("VendorTxCode", payment.vendor_tx_code),
        ("Opayo transaction", payment.vps_tx_id),
        ("Amount", _money(payment.amount_minor, payment.currency)),
        ("Taken", _moment(payment.taken_at, zone)),
        ("Card", card_words(payment)),
        ("Opayo's answer", f"{payment.status} {payment.status_detail}".strip()),
        ("Bank authorisation code", payment.bank_auth_code),
        ("Retrieval reference", payment.retrieval_reference or payment.tx_auth_no),
    ])  # fmt: skip
    checks = facts([("3-D Secure", _authenticated(payment)), *_checks(payment)], "Checks")
    return Chapter(title, (taken, checks) if checks.rows else (taken,))


def _checks(payment: Payment) -> list[tuple[str, object]]:
    found = []
    for name, keys in _CHECKS:
        value = next((payment.checks[key] for key in keys if payment.checks.get(key)), "")
        found.append((name, value))
    return found


def _authenticated(payment: Payment | None) -> str:
    if payment is None:
        return ""
    status = str(payment.checks.get("3DSecureStatus") or payment.checks.get("threedresult") or "")
    words = WORDS_3D_SECURE.get(status.upper(), "")
    return f"{status}: {words}" if words else status


def _refunds(payment: Payment | None, zone: ZoneInfo) -> Chapter:
    refunds = list(payment.refunds.filter(is_voided=False).order_by("happened_at", "pk")) if payment else []
    if not refunds:
        return Chapter("Refunds", (), "No money of this sale was given back before.")
    rows = tuple(
        (
            _moment(row.happened_at, zone),
            row.vendor_tx_code,
            clean(row.reason),
            _money(row.amount_minor, row.currency),
        )
        for row in refunds
    )
    heads = ("Given back", "VendorTxCode", "Reason", "Amount")
    return Chapter(
        "Refunds", (Grid(heads, rows, frozenset({3}), (5, 4, 5, 3), counted(len(rows), "refund")),)
    )


def _messages(order: Order | None, zone: ZoneInfo) -> Chapter:
    title = "Messages to the customer"
    sent = Notice.objects.filter(order=order, channel=Notice.Channel.EMAIL, state=Notice.State.SENT)
    notices = list(sent.select_related("order", "pair").order_by("sent_at", "pk")) if order else []
    if not notices:
        return Chapter(title, (), "Tillbridge has sent the customer no message about this order.")
    return Chapter(title, tuple(_message(notice, zone) for notice in notices))


def _message(notice: Notice, zone: ZoneInfo) -> Words:
    subject, text = words_for_customer(notice)
    head = f"{subject} (to {clean(notice.recipient)}, {_moment(notice.sent_at, zone)})"
    return Words(tuple(clean(line) for line in text.strip().splitlines() if line.strip()), head)
