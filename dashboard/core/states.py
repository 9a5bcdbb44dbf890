"""Every state in a person's words, with its tone: `ok`, `work` (moves by itself), `wait`, `bad` (needs you), `mute`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Tone = Literal["ok", "work", "wait", "bad", "mute"]


@dataclass(frozen=True, slots=True)
class StateWords:
    """`label` fits a badge, `sentence` says what it means."""

    label: str
    tone: Tone
    sentence: str = ""


ORDER: Final[dict[str, StateWords]] = {
    "open": StateWords("Waiting for payment", "wait", "No payment has been captured for this order yet."),
    "paid": StateWords("Paid", "ok", "Captured in full."),
    "part_paid": StateWords(
        "Part paid", "wait", "Less was captured than the order asks; the rest is still due."
    ),
    "overpaid": StateWords(
        "Paid too much", "bad", "More was captured than the order asks; the rest is the customer's."
    ),
    "failed": StateWords(
        "Payment failed",
        "mute",
        "The customer may try again until the grace time ends; then the invoice is closed.",
    ),
    "cancelled": StateWords("Cancelled", "mute", "The shop cancelled this order."),
    "invalid": StateWords(
        "Does not add up", "bad", "The order is kept but not posted until the shop sends it right."
    ),
}

PAYMENT: Final[dict[str, StateWords]] = {
    "registered": StateWords("Registered", "mute", "The customer has not finished paying."),
    "waiting": StateWords(
        "Waiting", "wait", "Authorised or deferred; nothing is posted until it is captured."
    ),
    "captured": StateWords("Captured", "ok", "Opayo has authorised this money and will settle it."),
    "failed": StateWords("Failed", "mute", "Refused by the bank, the rules or the customer; no money moved."),
    "reversed": StateWords(
        "Reversed", "mute", "Opayo cancelled it after all; its Xero payment is taken back."
    ),
}

INSTRUCTION: Final[dict[str, StateWords]] = {
    "asked": StateWords("Asked for", "work", "Written down; Opayo is asked next."),
    "sending": StateWords("At Opayo", "work", "Opayo is being asked."),
    "unknown": StateWords(
        "No answer yet", "work", "The answer was lost; Opayo's reports tell what became of it."
    ),
    "done": StateWords("Done", "ok", "Opayo has done it."),
    "refused": StateWords("Refused", "bad", "It was not done."),
}

BEING_BOOKED: Final = StateWords("Being booked", "work", "Opayo has done it; the books follow.")

REFUND: Final[dict[str, StateWords]] = {
    "given": StateWords("Given back", "ok", "Opayo has given this money back."),
    "voided": StateWords("Voided", "mute", "The refund was taken back before it was settled."),
}

DISPUTE: Final[dict[str, StateWords]] = {
    "received": StateWords("Received", "bad", "The acquirer has taken the money; answer it or accept it."),
    "evidence_due": StateWords("Evidence due", "bad", "The acquirer waits for evidence."),
    "evidence_submitted": StateWords("Evidence submitted", "work", "The acquirer has the evidence."),
    "represented": StateWords("Represented", "work", "The cardholder's bank has the case before it."),
    "pre_arbitration": StateWords("Pre-arbitration", "bad", "Open again; go on or accept it."),
    "won": StateWords("Won", "ok", "The acquirer has given the money back."),
    "reversed": StateWords("Reversed", "ok", "The cardholder's bank has withdrawn it; the money is back."),
    "lost": StateWords("Lost", "mute", "The money stays with the cardholder."),
    "accepted": StateWords("Accepted", "mute", "Not contested: the money stays with the cardholder."),
    "expired": StateWords("Expired", "mute", "Nobody answered in time; it counts as lost."),
}

SETTLEMENT: Final[dict[str, StateWords]] = {
    "expected": StateWords(
        "Expected", "wait", "Opayo's batch says that it will be paid; the acquirer has not stated it yet."
    ),
    "stated": StateWords(
        "Stated", "wait", "The acquirer has stated it; its money is on the way to the bank."
    ),
    "banked": StateWords("In the bank", "ok", "Matched with the bank's statement."),
    "short": StateWords("Short or over", "bad", "The bank received another sum; say why."),
    "missing": StateWords(
        "Not arrived", "bad", "The day it was due is over, and the bank's statement does not show it."
    ),
    "nothing": StateWords("Nothing to pay", "mute", "Sales and what is taken off come to nothing."),
}

MATCH: Final[dict[str, StateWords]] = {
    "auto": StateWords("Matched by itself", "ok", "The money is exact, and nothing else comes near."),
    "confirmed": StateWords("Confirmed", "ok", "A person says so."),
    "suggested": StateWords("Suggested", "wait", "A person decides."),
    "rejected": StateWords("Rejected", "mute", "A person said no; it is not offered again."),
    "undone": StateWords("Undone", "mute", "It stood, and does so no more."),
    "taken_back": StateWords("Taken back", "mute", "A slip, taken back at once; nothing is learned from it."),
    "superseded": StateWords("No longer suggested", "mute", "Something else fits better by now."),
}

BANK_LINE: Final[dict[str, StateWords]] = {
    "open": StateWords("Open", "wait", "Nobody has explained it yet."),
    "suggested": StateWords("Suggested", "work", "There is a suggestion; a person decides."),
    "matched": StateWords("Matched", "ok", "It is known what it is."),
    "not_ours": StateWords("Not ours", "mute", "It has nothing to do with what acquirers pay."),
}

POSTING: Final[dict[str, StateWords]] = {
    "waiting": StateWords("Waiting", "wait", "Waits for another posting or record."),
    "ready": StateWords("Ready", "work", "Goes with the next call to Xero."),
    "sending": StateWords("Sending", "work", "On its way to Xero."),
    "retrying": StateWords("Retrying", "work", "Will be sent again by itself."),
    "posted": StateWords("Posted", "ok", "Stands in Xero."),
    "held": StateWords("Held", "bad", "Held until a person puts one thing right; then it flows on."),
    "dead": StateWords("Needs you", "bad", "Xero refused it as it stands; a person decides."),
    "cancelled": StateWords("Cancelled", "mute", "No longer wanted; it was never posted."),
    "reversed": StateWords("Undone", "mute", "Undone in Xero."),
}

DELIVERY: Final[dict[str, StateWords]] = {
    "prepared": StateWords("Written down", "work", "The call is stored with its key and goes next."),
    "sending": StateWords("Sending", "work", "On its way to Xero."),
    "unknown": StateWords("No answer yet", "work", "The same call goes again under the same key."),
    "answered": StateWords("Answered", "ok", "Xero answered."),
    "abandoned": StateWords(
        "Looked up", "mute", "No answer in time; the documents were looked up in Xero instead."
    ),
}

ROLLBACK: Final[dict[str, StateWords]] = {
    "draft": StateWords("Plan", "wait", "A plan; nothing is undone before an administrator asks for it."),
    "awaiting_approval": StateWords(
        "Waits for approval", "wait", "A second administrator has to approve it."
    ),
    "running": StateWords("Running", "work", "It goes on by itself until everything is undone and proved."),
    "blocked": StateWords("Needs you", "bad", "Xero refused a step; the rest is undone as far as it can be."),
    "done": StateWords("Done", "ok", "Everything is undone, and read back from Xero."),
    "cancelled": StateWords("Stopped", "mute", "Ended by a person; what was undone by then stays undone."),
}
ROLLBACK_STEP: Final[dict[str, StateWords]] = {
    "planned": StateWords("Planned", "mute"),
    "under_way": StateWords("Under way", "work"),
    "undone": StateWords("Done", "ok"),
    "stuck": StateWords("Needs you", "bad"),
    "left": StateWords("Left as it is", "mute"),
}
PROVED: Final = StateWords("To the penny", "ok", "Xero's report and every document are as they must be.")
UNPROVED: Final = StateWords("Differs", "bad", "Xero does not show what it should.")

EVENT: Final[dict[str, StateWords]] = {
    "received": StateWords("Received", "work", "Safely stored, not read yet."),
    "processed": StateWords("Processed", "ok", "Read, and everything it means is under way."),
    "ignored": StateWords("Nothing to do", "mute", "Read; it changes nothing."),
    "dead": StateWords("Needs you", "bad", "It could not be read; a person decides."),
}

NOTICE: Final[dict[str, StateWords]] = {
    "ready": StateWords("Ready", "work", "Goes out next."),
    "sending": StateWords("Sending", "work", "On its way."),
    "retrying": StateWords("Retrying", "work", "Will be sent again by itself."),
    "sent": StateWords("Sent", "ok", "Delivered."),
    "dead": StateWords("Needs you", "bad", "It could not be delivered; a person decides."),
    "cancelled": StateWords("Cancelled", "mute", "No longer wanted."),
}

CONNECTION: Final[dict[str, StateWords]] = {
    "incomplete": StateWords("Not finished", "wait", "Some details are still missing."),
    "live": StateWords("Working", "ok", "The last call went well."),
    "broken": StateWords("Needs you", "bad", "It stopped working and does not mend itself."),
    "off": StateWords("Switched off", "mute", "A person switched it off."),
}

CALL: Final[dict[str, StateWords]] = {
    "ok": StateWords("OK", "ok"),
    "refused": StateWords("Refused", "bad"),
    "limited": StateWords("Limited", "wait"),
    "failed": StateWords("Failed", "bad"),
    "unknown": StateWords("No answer", "wait"),
}


def state_words(of: dict[str, StateWords], state: str) -> StateWords:
    """The words for a state; an unknown one keeps its own name rather than break a page."""
    return of.get(state) or StateWords(state.replace("_", " ").capitalize(), "mute")


UNMATCHED: Final = StateWords("Fits no order", "bad", "Captured, but its code belongs to no order we know.")
