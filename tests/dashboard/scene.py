"""A pair in the middle of its trade: most orders in the books, some on their way, some that need a person."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.utils import timezone

from integrations.models import (
    AccountRole,
    ApiCall,
    AuditEntry,
    CallBudget,
    Connection,
    Customer,
    Event,
    Order,
    Pair,
    Payment,
    User,
)
from sync.models import Delivery, Notice, Posting, Problem
from tests.factories import (
    AccountRoleFactory,
    OpayoConnectionFactory,
    PairFactory,
    ShopConnectionFactory,
    XeroConnectionFactory,
)

_FIRST = ("Ada", "Tom", "Priya", "Callum", "Maya", "Owen", "Isla", "Noor", "Freya", "Hugo", "Zoë", "Sam")
_LAST = (
    "Moss",
    "Bright",
    "Patel",
    "Reid",
    "Okafor",
    "Lloyd",
    "Byrne",
    "Haddad",
    "Kerr",
    "Marsh",
    "Novak",
    "Finch",
)
_GOODS = (
    ("TEA-250", "Assam, 250 g", "food", 645, 0),
    ("POT-1", "Teapot, stoneware", "homeware", 2499, 20),
    ("CUP-4", "Four cups", "homeware", 3200, 20),
    ("BLK-2", "Wool blanket", "textiles", 5850, 20),
    ("JAM-3", "Three jams", "food", 1120, 0),
    ("LMP-1", "Desk lamp, brass", "homeware", 8900, 20),
)
_STUCK = 4


@dataclass
class Scene:
    """A pair with its trade, for pages to show."""

    pair: Pair
    orders: list[Order]
    dead: Posting
    problem: Problem
    stray: Payment
    dead_event: Event
    dead_notice: Notice


class _Trade:
    """Makes rows, always the same ones for the same seed."""

    def __init__(self, pair: Pair, seed: int, now: datetime) -> None:
        self.pair, self.now = pair, now
        self.random = random.Random(seed)
        self.shop = ShopConnectionFactory(pair=pair, last_good_at=now - timedelta(seconds=40))
        self.opayo = OpayoConnectionFactory(pair=pair, last_good_at=now - timedelta(seconds=95))
        self.xero = XeroConnectionFactory(
            pair=pair, last_good_at=now - timedelta(seconds=12), config=_chart()
        )

    def guid(self) -> str:
        return str(UUID(int=self.random.getrandbits(128)))

    def customer(self, number: int) -> Customer:
        first, last = self.random.choice(_FIRST), self.random.choice(_LAST)
        return Customer.objects.create(
            pair=self.pair,
            contact_number=f"C-{1000 + number}",
            name=f"{first} {last}",
            email=f"{first}.{last}{number}@example.com".lower(),
            details={},
        )

    def order(self, number: int, placed_at: datetime, customer: Customer) -> Order:
        currency = self.random.choices(["GBP", "EUR", "USD"], [86, 9, 5])[0]
        document, total = self.document(f"HF-{number}", currency, placed_at)
        return Order(
            pair=self.pair, connection=self.shop, customer=customer, number=f"HF-{number}", currency=currency,
            total_minor=total, placed_at=placed_at, document=document,
        )  # fmt: skip

    def document(self, number: str, currency: str, placed_at: datetime) -> tuple[dict[str, Any], int]:
        lines, total = [], 395
        for sku, name, category, price, rate in self.random.sample(_GOODS, self.random.randint(1, 3)):
            quantity = self.random.randint(1, 2)
            amount = price * quantity
            total += amount
            lines.append({
                "sku": sku, "name": name, "category": category, "quantity": str(quantity), "unit_price": _amount(price),
                "discount": "0.00", "tax_rate": str(rate), "tax": _amount(amount * rate // (100 + rate)),
                "total": _amount(amount),
            })  # fmt: skip
        delivery = {"name": "Royal Mail Tracked 48", "tax_rate": "20", "tax": "0.66", "total": "3.95"}
        return {
            "number": number, "placed_at": placed_at.isoformat(), "currency": currency, "prices_include_tax": True,
            "lines": lines, "delivery": delivery, "total": _amount(total),
        }, total  # fmt: skip

    def payment(self, order: Order, code: str, state: str, status: str) -> Payment:
        return Payment(
            pair=self.pair, order=order, vendor_tx_code=code, vps_tx_id=self.guid().upper(),
            channel=Payment.Channel.SHOP, state=state, status=status, amount_minor=order.total_minor,
            currency=order.currency, taken_at=order.placed_at + timedelta(minutes=2),
            card_type=self.random.choice(["VISA", "MC", "AMEX", "VISA"]),
            last_four=f"{self.random.randint(0, 9999):04}", expiry="0829", tx_auth_no=str(self.random.randint(10**6, 10**7)),
            bank_auth_code="999777", checks={"AVSCV2": "ALL MATCH", "3DSecureStatus": "OK"},
            status_detail="0000 : The Authorisation was Successful." if status == "OK" else "2000 : The Authorisation was Declined by the bank.",
        )  # fmt: skip

    def event(
        self, kind: str, source: str, key: str, body: dict[str, Any], at: datetime, order: Order | None
    ) -> Event:
        raw = json.dumps(body).encode()
        return Event(
            pair=self.pair, connection=self.shop if source == "shop" else self.opayo, source=source, kind=kind,
            dedupe_key=key, authenticity=Event.Authenticity.VERIFIED, headers={"content-type": "application/json"},
            body=raw, body_sha256=sha256(raw).hexdigest(), received_at=at, state=Event.State.PROCESSED,
            processed_at=at + timedelta(milliseconds=180), order=order,
        )  # fmt: skip

    def posting(self, kind: str, order: Order, payment: Payment | None, state: str, at: datetime) -> Posting:
        done = state == Posting.State.POSTED
        key = payment.vendor_tx_code if payment else order.number
        return Posting(
            pair=self.pair, kind=kind, natural_key=key if kind != "contact" else f"contact {key}", state=state, order=order,
            payment=payment, document=_document(kind, order, key), amount_minor=0 if kind == "contact" else order.total_minor,
            currency="" if kind == "contact" else order.currency, remote_id=self.guid() if done else "",
            remote_number=order.number if done and kind == "invoice" else "",
            remote_status=("PAID" if kind == "invoice" else "AUTHORISED") if done and kind != "contact" else "",
            ready_at=at, posted_at=at + timedelta(milliseconds=self.random.randint(350, 1900)) if done else None,
            attempts=1 if done else 0,
        )  # fmt: skip


def _amount(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def _document(kind: str, order: Order, key: str) -> dict[str, Any]:
    if kind == "invoice":
        lines = [
            {"Description": line["name"], "Quantity": line["quantity"], "UnitAmount": line["unit_price"], "AccountCode": "200",
             "TaxType": "OUTPUT2", "LineAmount": line["total"]}
            for line in order.document["lines"]
        ]  # fmt: skip
        return {
            "Type": "ACCREC", "Status": "AUTHORISED", "InvoiceNumber": order.number, "Reference": f"{order.number}-1",
            "Date": order.placed_at.date().isoformat(), "CurrencyCode": order.currency, "LineAmountTypes": "Inclusive",
            "Contact": {"ContactNumber": order.customer.contact_number if order.customer else ""}, "LineItems": lines,
        }  # fmt: skip
    if kind == "payment":
        return {
            "Invoice": {"InvoiceNumber": order.number}, "Account": {"Code": "095"}, "Reference": key,
            "Date": order.placed_at.date().isoformat(), "Amount": _amount(order.total_minor),
        }  # fmt: skip
    return {"Name": order.customer.name if order.customer else "", "ContactNumber": key}


def _chart() -> dict[str, Any]:
    accounts = [
        ("095", "Opayo clearing GBP", "BANK"),
        ("200", "Sales", "REVENUE"),
        ("404", "Bank fees", "EXPENSE"),
        ("860", "Rounding", "EXPENSE"),
    ]
    return {
        "organisation": "Harbour & Finch Ltd",
        "base_currency": "GBP",
        "vat_scheme": "ACCRUALS",
        "lock_date": "2026-03-31",
        "chart": [
            {"code": code, "name": name, "type": kind, "klass": "", "status": "ACTIVE"}
            for code, name, kind in accounts
        ],
        "tax_rates": [
            {"type": "OUTPUT2", "name": "20% (VAT on Income)", "status": "ACTIVE", "classes": ["REVENUE"]}
        ],
        "findings": [
            {
                "code": "payments_not_enabled",
                "subject": "095",
                "message": "Account 095 (Opayo clearing GBP) takes no payments.",
                "fix": "In Xero, open Chart of accounts, account 095, and tick “Enable payments to this account”.",
            }
        ],
    }


def make_scene(*, orders: int = 60, seed: int = 7, slug: str = "harbour-finch", days: int = 5) -> Scene:
    """`orders` orders over the last `days` days: most posted, the newest on their way, a few that need a person."""
    now = timezone.now()
    pair = PairFactory(name="Harbour & Finch", slug=slug)
    trade = _Trade(pair, seed, now)
    for role, code in (("clearing", "095"), ("sales", "200"), ("fees", "404"), ("rounding", "860")):
        AccountRoleFactory(pair=pair, role=AccountRole.Role(role), account_code=code)
    customers = [trade.customer(number) for number in range(max(orders // 3, 1))]
    step = timedelta(days=days) / max(orders, 1)
    made = [
        trade.order(
            10_000 + number,
            now - step * (orders - number - 1) - timedelta(minutes=3),
            trade.random.choice(customers),
        )
        for number in range(orders)
    ]
    made = Order.objects.bulk_create(made)
    _pay(trade, made)
    _calls(trade, orders)
    return _stuck(trade, made)


def _pay(trade: _Trade, orders: list[Order]) -> None:
    """Pays orders and posts them; the newest are still on their way, every ninth was refused once."""
    payments, events, plans = [], [], []
    for place, order in enumerate(orders):
        left = len(orders) - place
        events.append(
            trade.event(
                "order.created", "shop", f"msg-{order.number}", order.document, order.placed_at, order
            )
        )
        if left == 1:
            continue
        if place % 9 == 4:
            payments.append(trade.payment(order, f"{order.number}-0", "failed", "NOTAUTHED"))
        paid = trade.payment(order, f"{order.number}-1", "captured", "OK")
        payments.append(paid)
        told = {"VPSTxId": paid.vps_tx_id, "VendorTxCode": paid.vendor_tx_code, "Status": "OK"}
        events.append(
            trade.event(
                "notification", "opayo", f"ntf-{order.number}", told, paid.taken_at or order.placed_at, order
            )
        )
        state = {2: "ready", 3: "sending", 4: "waiting"}.get(left, "posted")
        plans.append((order, paid, state))
    for payment in Payment.objects.bulk_create(payments):
        payment.created_at = (payment.taken_at or trade.now) - timedelta(seconds=70)
    Payment.objects.bulk_update(payments, ["created_at"])
    Event.objects.bulk_create(events)
    _post(trade, plans)


def _post(trade: _Trade, plans: list[tuple[Order, Payment, str]]) -> None:
    postings = []
    for order, paid, state in plans:
        at = (paid.taken_at or order.placed_at) + timedelta(milliseconds=400)
        invoice_state = "posted" if state in ("posted", "sending", "ready") else state
        postings.append(trade.posting("invoice", order, None, invoice_state, at))
        postings.append(trade.posting("payment", order, paid, state, at + timedelta(milliseconds=50)))
        order.captured_minor, order.state = order.total_minor, Order.State.PAID
    made = Posting.objects.bulk_create(postings)
    for posting in made:
        Posting.objects.filter(pk=posting.pk).update(
            created_at=(posting.ready_at or trade.now) - timedelta(milliseconds=90)
        )
    Order.objects.bulk_update([order for order, _, _ in plans], ["captured_minor", "state"])
    _deliver(trade, [posting for posting in made if posting.posted_at])
    _tell(trade, plans)


def _deliver(trade: _Trade, posted: list[Posting]) -> None:
    for start in range(0, len(posted), 2):
        members = posted[start : start + 2]
        at = max(posting.ready_at for posting in members if posting.ready_at) + timedelta(milliseconds=120)
        body = json.dumps({"Invoices": [posting.document for posting in members]})
        delivery = Delivery.objects.create(
            pair=trade.pair, connection=trade.xero, kind=members[0].kind, purpose="invoices", method="POST",
            path="/Invoices", body=body, idempotency_key=trade.guid(), posting_ids=[posting.pk for posting in members],
            state=Delivery.State.ANSWERED, attempts=1, first_sent_at=at, last_sent_at=at,
            answered_at=at + timedelta(milliseconds=240), status_code=200,
            results=[{"outcome": "posted", "id": posting.remote_id, "messages": []} for posting in members],
        )  # fmt: skip
        Posting.objects.filter(pk__in=[posting.pk for posting in members]).update(delivery=delivery)


def _tell(trade: _Trade, plans: list[tuple[Order, Payment, str]]) -> None:
    Notice.objects.bulk_create(
        Notice(
            public_id=f"ntc_{trade.guid()}", pair=trade.pair, connection=trade.shop, channel=Notice.Channel.SHOP,
            type=Notice.Type.CONFIRMED, natural_key=paid.vendor_tx_code, order=order, payment=paid,
            content={"type": "payment.confirmed", "order_number": order.number}, state=Notice.State.SENT, attempts=1,
            sent_at=(paid.taken_at or trade.now) + timedelta(seconds=3),
        )
        for order, paid, state in plans
        if state == "posted"
    )  # fmt: skip


def _calls(trade: _Trade, orders: int) -> None:
    purposes = ("invoices", "payments", "contacts", "polling")
    outcomes = trade.random.choices(["ok", "limited", "unknown", "failed"], [94, 3, 2, 1], k=orders * 2)
    ApiCall.objects.bulk_create(
        ApiCall(
            pair=trade.pair, connection=trade.xero, system="xero", purpose=purposes[place % 4], method="POST",
            path="/Invoices" if place % 4 == 0 else "/Payments",
            started_at=trade.now - timedelta(minutes=trade.random.randint(0, 1400), seconds=trade.random.randint(0, 59)),
            milliseconds=trade.random.randint(90, 900), status_code={"ok": 200, "limited": 429, "failed": 500}.get(outcome),
            outcome=outcome, rows=trade.random.randint(1, 50),
            error="" if outcome == "ok" else "Xero did not answer in time.",
        )
        for place, outcome in enumerate(outcomes)
    )  # fmt: skip
    CallBudget.objects.create(
        connection=trade.xero,
        day_limit=5000,
        minute_limit=60,
        day_remaining=4480,
        minute_remaining=57,
        seen_at=trade.now,
    )


def _stuck(trade: _Trade, orders: list[Order]) -> Scene:
    pair, now = trade.pair, trade.now
    problem = Problem.objects.create(
        pair=pair, code="account_unknown", subject="260",
        message="Xero has no account 260, where sales of textiles go.",
        fix="Create account 260 in Xero, or choose another account for textiles under Settings, Accounts.",
    )  # fmt: skip
    posted = list(Posting.objects.filter(pair=pair, state="posted", kind="payment").order_by("-pk")[:_STUCK])
    held = posted[1:]
    Posting.objects.filter(pk__in=[posting.pk for posting in held]).update(
        state="held",
        remote_id="",
        posted_at=None,
        problem=problem,
        error=problem.message,
        error_class="configuration",
    )
    dead = posted[0]
    dead.state, dead.remote_id, dead.posted_at, dead.error_class = "dead", "", None, "permanent"
    dead.error = "Xero refused the payment: “Payment amount exceeds the amount outstanding on this document”."
    dead.save()
    strays = [_stray(trade, orders, "HF1OO12-1", 40), _stray(trade, orders, "TEL-ORDER-7", 55)]
    bad = trade.event(
        "order.created", "shop", "msg-broken", {"order": {"number": "HF-9"}}, now - timedelta(hours=2), None
    )
    bad.state, bad.error, bad.attempts = (
        Event.State.DEAD,
        "The order HF-9 has no lines and no total, so nothing was made of it.",
        1,
    )
    bad.save()
    notice = Notice.objects.filter(pair=pair).order_by("pk").first()
    assert notice is not None
    notice.state, notice.sent_at, notice.attempts = Notice.State.DEAD, None, 12
    notice.error = "The shop answered 404 to every attempt: its confirmation address may have moved."
    notice.save()
    return Scene(pair, orders, dead, problem, strays[0], bad, notice)


def _stray(trade: _Trade, orders: list[Order], code: str, minutes: int) -> Payment:
    likely = trade.random.sample(orders[-20:], 2)
    return Payment.objects.create(
        pair=trade.pair, vendor_tx_code=code, vps_tx_id=trade.guid().upper(), channel=Payment.Channel.SWEEP,
        state=Payment.State.CAPTURED, status="OK", amount_minor=likely[0].total_minor, currency=likely[0].currency,
        taken_at=trade.now - timedelta(minutes=minutes), card_type="VISA", last_four="4242", is_unmatched=True,
        candidates=[
            {"order": likely[0].pk, "number": likely[0].number, "score": 86,
             "reasons": ["same amount", "code differs by 2 letters", "placed 12 min before"]},
            {"order": likely[1].pk, "number": likely[1].number, "score": 41, "reasons": ["placed 1 h before"]},
        ],
    )  # fmt: skip


def audited(pair: Pair, actor: User) -> None:
    """A few acts of a person."""
    AuditEntry.objects.create(pair=pair, actor=actor, action="settings.changed", subject="failed_grace_hours")
    AuditEntry.objects.create(
        pair=pair, actor=actor, action="posting.retried", subject="3 postings", data={"ids": [1, 2, 3]}
    )


def broken_xero(pair: Pair) -> Connection:
    """The pair's Xero connection, after Xero refused to renew the consent."""
    connection = Connection.objects.get(pair=pair, system=Connection.System.XERO)
    connection.status, connection.last_error = Connection.Status.BROKEN, "Xero no longer accepts the consent."
    connection.save()
    return connection
