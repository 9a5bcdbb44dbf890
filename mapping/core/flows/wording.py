"""How flows, their triggers, steps and modes are called on pages: one way, everywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mapping.core.flows.document import Mode, Step, StepKind, Trigger


@dataclass(frozen=True, slots=True)
class Words:
    """A title, a sentence that explains it to finance staff, and the name of its icon (lucide)."""

    title: str
    sentence: str
    icon: str


TRIGGER_WORDS: Final[dict[Trigger, Words]] = {
    "order_received": Words("Order received", "A shop sent an order, or changed one.", "shopping-bag"),
    "payment_received": Words("Payment received", "Opayo took a card payment.", "credit-card"),
    "refund_received": Words("Refund received", "Money went back to a customer.", "undo-2"),
    "dispute_changed": Words("Dispute changed", "A chargeback was opened, won or lost.", "scale"),
    "settlement_received": Words("Settlement received", "Opayo paid out a batch.", "landmark"),
    "xero_invoice_changed": Words("Invoice changed in Xero", "Somebody changed an invoice in Xero.", "file-pen"),
    "xero_contact_changed": Words("Contact changed in Xero", "Somebody changed a contact in Xero.", "user-pen"),
    "schedule": Words("On a schedule", "At set times, without a record.", "calendar-clock"),
    "partner_call": Words("Partner call", "A partner's system asked through the API.", "webhook"),
}  # fmt: skip

STEP_WORDS: Final[dict[StepKind, Words]] = {
    "enrich": Words("Enrich", "Look something up and keep it beside the record.", "search"),
    "validate": Words("Check", "Stop records that must not go on.", "shield-check"),
    "rules": Words("Rules", "Apply the business rules.", "split"),
    "map": Words("Map", "Make the Xero document.", "arrow-left-right"),
    "approve": Words("Approve", "Wait for a person's yes.", "user-check"),
    "post": Words("Post", "Send the documents to Xero.", "send"),
    "notify": Words("Notify", "Tell the shop, the customer or the team.", "bell"),
}

MODE_WORDS: Final[dict[Mode, Words]] = {
    "on": Words("On", "Works on every record.", "circle-play"),
    "shadow": Words("Shadow", "Does everything but post and notify, and shows what it would have done.", "ghost"),
    "off": Words("Off", "Does nothing.", "circle-pause"),
}  # fmt: skip
MODE_TONES: Final[dict[Mode, str]] = {"on": "ok", "shadow": "work", "off": "mute"}

ENRICHMENTS: Final[dict[str, str]] = {
    "customer": "the customer",
    "account": "an account",
    "rate": "an exchange rate",
    "table": "a look-up table",
}
CHANNELS: Final[dict[str, str]] = {
    "shop": "the shop",
    "customer": "the customer",
    "chat": "the team's chat",
    "email": "an e-mail address",
}
APPROVERS: Final[dict[str, str]] = {"operator": "an operator", "administrator": "an administrator"}


def step_title(step: Step) -> str:
    """The step in two or three words: "Map invoice", "Notify the shop"."""
    title = STEP_WORDS[step.kind].title
    settings = step.settings
    if step.kind == "map" and settings.get("mapping"):
        return f"{title} {mapping_title(str(settings['mapping'])).lower()}"
    if step.kind == "notify" and settings.get("channel") in CHANNELS:
        return f"{title} {CHANNELS[str(settings['channel'])]}"
    return title


def step_sentence(step: Step) -> str:
    """What the step does, in one sentence, by its settings."""
    return _SENTENCES[step.kind](step.settings)


def mapping_title(name: str) -> str:
    """The name of a mapping for people: "credit_note" → "Credit note"."""
    return name.replace("_", " ").strip().capitalize()


def _enrich(settings: Mapping[str, Any]) -> str:
    what = ENRICHMENTS.get(str(settings.get("what", "")), "nothing yet")
    table = f" “{settings['table']}”" if settings.get("what") == "table" and settings.get("table") else ""
    key = f" by {settings['key']}" if settings.get("key") else ""
    into = f", kept as {settings['into']}" if settings.get("into") else ""
    return f"Looks up {what}{table}{key}{into}."


def _validate(settings: Mapping[str, Any]) -> str:
    checks = settings.get("checks") or ()
    if not checks:
        return "Checks nothing yet."
    stopping = sum(check.get("effect", "stop") == "stop" for check in checks)
    return f"{_counted(len(checks), 'check')}, {stopping} of them stopping."


def _rules(settings: Mapping[str, Any]) -> str:
    only: Sequence[str] = settings.get("only") or ()
    return f"Applies {_counted(len(only), 'chosen rule')}." if only else "Applies every rule, from the top."


def _map(settings: Mapping[str, Any]) -> str:
    name = str(settings.get("mapping", ""))
    return f"Makes the document by the mapping “{name}”." if name else "No mapping is chosen yet."


def _approve(settings: Mapping[str, Any]) -> str:
    who = APPROVERS.get(str(settings.get("role", "")), "an operator")
    when = str(settings.get("when", ""))
    return f"Waits for {who} where {when}." if when else f"Waits for {who}, every time."


def _post(settings: Mapping[str, Any]) -> str:
    return "Sends what was made to Xero, each document once."


def _notify(settings: Mapping[str, Any]) -> str:
    whom = CHANNELS.get(str(settings.get("channel", "")), "nobody yet")
    to = f" ({settings['to']})" if settings.get("to") else ""
    when = f" where {settings['when']}" if settings.get("when") else ""
    return f"Tells {whom}{to}{when}."


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


_SENTENCES: Final[dict[StepKind, Callable[[Mapping[str, Any]], str]]] = {
    "enrich": _enrich,
    "validate": _validate,
    "rules": _rules,
    "map": _map,
    "approve": _approve,
    "post": _post,
    "notify": _notify,
}
