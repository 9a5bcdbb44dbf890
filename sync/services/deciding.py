"""What the pair's flows and rules say of the orders, payments and refunds of a batch.

A flow rules on a record when it arrives, and again when the shop changes an order, or while the record still waits.
What is in the books already goes on, whatever becomes of the flow. Where the flow is on and asks nothing, which is how it
is shipped, no record is looked at and nothing is stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils import timezone

from integrations.core.money import Money
from integrations.models import Order, Payment, Refund
from mapping.core.enrichment import Sources
from mapping.core.flows.compiled import CompiledFlow
from mapping.core.flows.run import FlowRun, Means, Message, StepOutcome, run_flow
from mapping.core.rules.decision import Decision, Reason, combined
from mapping.services.counting import count_steps
from mapping.services.documents import DocumentMaker, Handling
from mapping.services.looking_up import sources_of
from mapping.services.records import Credit, payment_source, refund_source
from sync.models import Posting, RecordKey, Ruling
from sync.services.messages import Told, write_messages
from sync.services.standing import GOES, Standing, handling_json, is_kept_back, standing_of, stands

_KIND_OF_TARGET: Final = {
    "xero:Contact": "contact", "xero:Invoice": "invoice", "xero:Payment": "payment", "xero:CreditNote": "credit_note",
}  # fmt: skip
"""What the pipeline makes of a mapping's document, by its target."""
_JUDGING: Final = frozenset({"enrich", "validate", "rules", "approve"})
_RULED: Final = [
    "outcome", "role", "reasons", "tags", "handling", "flow", "ruled_at",
    "settlement", "settled_by", "settled_at", "settled_reason",
]  # fmt: skip
_KINDS: Final = frozenset({*_KIND_OF_TARGET.values(), "refund"})


@dataclass(frozen=True, slots=True)
class _Record:
    """An order, or a payment or refund of it, as a flow sees it.

    `again` tells a change of the order from its first telling.
    """

    order: Order
    payment: Payment | None
    values: Mapping[str, Any]
    event: str
    again: str = ""
    refund: Refund | None = None

    @property
    def key(self) -> RecordKey:
        refund = self.refund.pk if self.refund else None
        # A refund's payment tells who it is about; the ruling is on the refund.
        return self.order.pk, self.payment.pk if self.payment and refund is None else None, refund


@dataclass
class Deciding:
    """The rulings of one batch, in memory until `write`."""

    maker: DocumentMaker
    amended: Mapping[str, int] = field(default_factory=dict)
    """Orders whose content changed in this batch, with the event."""
    rulings: dict[RecordKey, Ruling] = field(default_factory=dict)
    changed: dict[RecordKey, Ruling] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    tally: Counter[tuple[str, str, StepOutcome]] = field(default_factory=Counter)
    _sources: Sources | None = None
    _plain: dict[str, Standing] = field(default_factory=dict)

    def load(self, orders: Iterable[Order]) -> None:
        """What was ruled before about these orders and their payments. One query."""
        rows = Ruling.objects.filter(order__in=[order.pk for order in orders])
        self.rulings = {row.record: row for row in rows}

    def of_order(self, order: Order, *, is_booked: bool, is_sent: bool) -> Standing:
        """How an order stands. `is_booked`: it has an invoice posting; `is_sent`: that is in Xero, or on its way."""
        flow, ruling = self.maker.flows.orders, self.rulings.get((order.pk, None, None))
        is_amended = order.number in self.amended
        if ruling is None and ((is_booked and not is_amended) or _asks_nothing(flow)):
            return self.plain(flow)
        if ruling is not None and stands(ruling) and not is_amended:
            return self._settled(ruling, flow, is_sent=is_sent)
        again = str(self.amended.get(order.number, ""))
        record = _Record(order, None, order.document, "order.received", again)
        return self._rule(flow, record, is_sent=is_sent)

    def of_payment(self, order: Order, payment: Payment, *, is_booked: bool) -> Standing:
        """How a payment stands; only captured money that is not in the books yet is ruled on."""
        flow, ruling = self.maker.flows.payments, self.rulings.get((order.pk, payment.pk, None))
        if ruling is None:
            is_new = payment.state == Payment.State.CAPTURED and not is_booked
            if not is_new or _asks_nothing(flow):
                return self.plain(flow)
        elif stands(ruling):
            return self._settled(ruling, flow, is_sent=False)
        record = _Record(order, payment, self._payment_values(order, payment), "payment.received")
        return self._rule(flow, record, is_sent=False)

    def of_refund(self, order: Order, refund: Refund, *, is_booked: bool) -> Standing:
        """How a refund stands; only one that stands at Opayo and is not in the books yet is ruled on."""
        flow, ruling = self.maker.flows.refunds, self.rulings.get((order.pk, None, refund.pk))
        if ruling is None:
            if is_booked or refund.is_voided or _asks_nothing(flow):
                return self.plain(flow)
        elif stands(ruling):
            return self._settled(ruling, flow, is_sent=False)
        amount = Money(refund.amount_minor, refund.currency)
        values = refund_source(refund, order, Credit(amount, refund.lines))
        record = _Record(order, refund.payment, values, "refund.received", refund=refund)
        return self._rule(flow, record, is_sent=False)

    def plain(self, flow: CompiledFlow | None) -> Standing:
        """The standing of records that simply go, by the mappings of the flow's own steps."""
        if flow is None:
            return GOES
        if flow.flow.id not in self._plain:
            own = [_mapping_of(step.step.settings) for step in flow.of_kind("map")]
            uses = self._by_kind({name: name for name in own}, flow)
            self._plain[flow.flow.id] = Standing(handling=Handling(uses)) if uses else GOES
        return self._plain[flow.flow.id]

    def made(self, posting: Posting) -> None:
        """Count a new posting at its map step, and at the post step of its flow."""
        flow = self._flow_of(posting)
        if flow is None or posting.kind not in _KINDS:
            return
        failed = posting.state == Posting.State.DEAD or posting.problem is not None
        for compiled in flow.of_kind("map"):
            if self._kind(_mapping_of(compiled.step.settings), flow) == posting.kind:
                self.tally[flow.flow.id, compiled.step.id, "failed" if failed else "passed"] += 1
        if posting.kind not in {Posting.Kind.CONTACT, Posting.Kind.CREDIT_NOTE}:
            outcome: StepOutcome = "failed" if failed else "stopped" if is_kept_back(posting) else "passed"
            for compiled in flow.of_kind("post"):
                self.tally[flow.flow.id, compiled.step.id, outcome] += 1

    def _flow_of(self, posting: Posting) -> CompiledFlow | None:
        if posting.kind == Posting.Kind.PAYMENT:
            return self.maker.flows.payments
        if posting.kind in {Posting.Kind.CREDIT_NOTE, Posting.Kind.REFUND}:
            return self.maker.flows.refunds
        return self.maker.flows.orders

    def messages_of_release(self, ruling: Ruling) -> list[Told]:
        """What the flow of an order has to tell now that a person has let the order go."""
        flow = self.maker.flows.orders
        if flow is None or ruling.payment_id is not None or ruling.refund_id is not None:
            return []
        record = _Record(ruling.order, None, ruling.order.document, "order.received")
        run = self._run(flow, record, let_go=True)
        return [_told(record, message) for message in run.messages if message.waits]

    def write(self) -> int:
        """Store rulings, messages and counts, within the batch's transaction. Returns how many messages there are."""
        rows = list(self.changed.values())
        Ruling.objects.bulk_create([row for row in rows if row._state.adding])
        Ruling.objects.bulk_update([row for row in rows if not row._state.adding], _RULED, batch_size=200)
        day = timezone.now().astimezone(ZoneInfo(self.maker.pair.zone)).date()
        count_steps(self.maker.pair, day, self.tally)
        return write_messages(self.maker.pair, self.told)

    def _settled(self, ruling: Ruling, flow: CompiledFlow | None, *, is_sent: bool) -> Standing:
        if is_sent and ruling.settlement == Ruling.Settlement.REFUSED:
            # What a person refused was a change of something in Xero: the rest goes on.
            return self.plain(flow)
        return standing_of(ruling)

    def _rule(self, flow: CompiledFlow | None, record: _Record, *, is_sent: bool) -> Standing:
        """Let the flow rule, and write down what it says."""
        ruling = self.rulings.get(record.key)
        if flow is None or (flow.flow.mode == "off" and not is_sent):
            return self._passed_over(flow, record)
        run = self._run(flow, record)
        decision = _of_sent(run.decision) if is_sent else run.decision
        outcome = _outcome(decision, flow, is_sent=is_sent)
        if ruling is None or record.again:
            self._count(flow, run)
        self._tell(flow, record, run, is_going=outcome == Ruling.Outcome.GO)
        handling = Handling(
            self._by_kind(run.uses, flow), dict(run.decision.sets), dict(run.context.get("enriched", {}))
        )
        says_nothing = outcome == Ruling.Outcome.GO and not (decision.tags or decision.reasons)
        plain = self.plain(flow)
        if ruling is None and says_nothing and handling == plain.handling:
            return plain
        if outcome == Ruling.Outcome.SHADOW:
            words = f"shadow: made for the flow “{flow.flow.name}”, and never sent while it is in shadow."
            decision = replace(decision, reasons=(Reason("", words), *decision.reasons))
        return standing_of(self._write_down(flow, record, outcome, decision, handling))

    def _passed_over(self, flow: CompiledFlow | None, record: _Record) -> Standing:
        name = f"The flow “{flow.flow.name}” is switched off" if flow else "No flow books this"
        decision = Decision(reasons=(Reason("", f"{name}: kept, and booked as soon as it is on."),))
        outcome = Ruling.Outcome.OFF
        return standing_of(self._write_down(flow, record, outcome, decision, Handling()))

    def _run(self, flow: CompiledFlow, record: _Record, *, let_go: bool = False) -> FlowRun:
        flows = self.maker.flows
        if self._sources is None:
            self._sources = sources_of(self.maker.pair, flows.found.blueprint)
        context = {**self.maker.context(), "event": record.event}
        if record.order.conversion and record.payment is None:
            context["rate"] = record.order.conversion
        means = Means(sources=self._sources, targets=flows.targets)
        return run_flow(flow, record.values, context, means, let_go=let_go)

    def _payment_values(self, order: Order, payment: Payment) -> dict[str, Any]:
        amount = Money(payment.amount_minor or 0, payment.currency or order.currency)
        return {
            **payment_source(payment, amount, payment.taken_at or self.maker.now),
            "order_number": order.number,
            "vps_tx_id": payment.vps_tx_id,
            "auth_code": payment.bank_auth_code,
        }

    def _by_kind(self, uses: Mapping[str, str], flow: CompiledFlow) -> dict[str, str]:
        """The mapping for each kind of posting, where it is not the one of that name."""
        return {kind: name for own, name in uses.items() if (kind := self._kind(own, flow)) != name}

    def _kind(self, mapping: str, flow: CompiledFlow) -> str:
        kind = _KIND_OF_TARGET.get(self.maker.flows.targets.get(mapping, ""), mapping)
        gives_back = kind == "payment" and flow.flow.trigger == "refund_received"
        return "refund" if gives_back else kind

    def _write_down(
        self,
        flow: CompiledFlow | None,
        record: _Record,
        outcome: Ruling.Outcome,
        decision: Decision,
        handling: Handling,
    ) -> Ruling:
        known = self.rulings.get(record.key)
        payment = record.payment if record.refund is None else None
        ruling = known or Ruling(
            pair=self.maker.pair, order=record.order, payment=payment, refund=record.refund
        )
        ruling.outcome, ruling.role = outcome, decision.role
        ruling.reasons = [{"rule": reason.rule, "words": reason.words} for reason in decision.reasons]
        ruling.tags = list(decision.tags)
        ruling.handling = handling_json(handling)
        ruling.flow = flow.flow.id if flow else ""
        ruling.ruled_at = self.maker.now
        ruling.settlement, ruling.settled_by, ruling.settled_at = Ruling.Settlement.OPEN, None, None
        ruling.settled_reason = ""
        self.rulings[record.key] = self.changed[record.key] = ruling
        return ruling

    def _count(self, flow: CompiledFlow, run: FlowRun) -> None:
        for compiled, result in zip(flow.steps, run.steps, strict=True):
            is_empty = result.kind == "rules" and not compiled.rules
            if result.kind in _JUDGING and not is_empty:
                self.tally[flow.flow.id, result.step, result.outcome] += 1

    def _tell(self, flow: CompiledFlow, record: _Record, run: FlowRun, *, is_going: bool) -> None:
        """Messages that are due now; those that follow the posting of a payment wait until it is in Xero."""
        if flow.flow.mode == "shadow":
            return
        follows = is_going and record.payment is None
        self.told += [_told(record, message) for message in run.messages if not message.waits or follows]


def _asks_nothing(flow: CompiledFlow | None) -> bool:
    """Whether every record goes as it is, so that none has to be looked at."""
    if flow is None or flow.flow.mode != "on" or flow.judges:
        return False
    return all(step.step.settings.get("channel") in ("shop", "customer") for step in flow.of_kind("notify"))


def _outcome(decision: Decision, flow: CompiledFlow, *, is_sent: bool) -> Ruling.Outcome:
    if decision.outcome != "skip" and flow.flow.mode == "shadow" and not is_sent:
        return Ruling.Outcome.SHADOW
    return Ruling.Outcome(decision.outcome)


def _of_sent(decision: Decision) -> Decision:
    """What is in Xero cannot be skipped any more: a person looks at it."""
    if decision.outcome != "skip":
        return decision
    reason = Reason("", "Its invoice is in Xero already, so it cannot simply be left out.")
    return replace(combined(decision, Decision(reasons=(reason,))), outcome="hold")


def _told(record: _Record, message: Message) -> Told:
    return Told(
        record.order, record.payment, message.step, message.channel, message.to, message.text, record.again
    )


def _mapping_of(settings: Mapping[str, Any]) -> str:
    return str(settings.get("mapping", ""))
