"""Writing a batch: all or nothing, or element by element with `summarizeErrors=false`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.kernel.wire import Reply
from sandbox.xero.call import Call
from sandbox.xero.wire import body, replies
from sandbox.xero.wire.dates import ms_date, parse_date
from sandbox.xero.wire.fields import Invalid

Save = Callable[[Call, body.Element], dict[str, Any]]
"""Validate one element, store it and return it as the reply shows it; raise Invalid to refuse it."""

_DATES = ("Date", "DueDate", "ExpectedPaymentDate", "PlannedPaymentDate")


@dataclass(frozen=True, slots=True)
class Kind:
    """What is written: the collection's name, its id, and how an element says that it is bad."""

    plural: str
    id_field: str
    error_flag: str = "HasValidationErrors"


class NotFound(Exception):
    """The path names something that does not exist."""


def write(call: Call, kind: Kind, save: Save, *, path_id: str | None = None) -> Reply:
    """Save each element of the body and reply with them; `path_id` names the one element's id."""
    elements = call.elements(kind.plural)
    if path_id is not None:
        for element in elements:
            element[kind.id_field] = path_id
    singly = not call.asked("summarizeerrors", default=True)
    good, bad = _save_each(call, kind, save, elements, singly=singly)
    if bad and not singly:
        call.books.undo.rollback()
        call.books.events.clear()
        echoed = good if call.books.choices("echo_good_elements") else []
        return replies.validation([*echoed, *(element for _, element in bad)], as_json=call.as_json)
    return call.reply(kind.plural, _in_order(good, bad))


def _save_each(
    call: Call, kind: Kind, save: Save, elements: list[body.Element], *, singly: bool
) -> tuple[list[dict[str, Any]], list[tuple[int, dict[str, Any]]]]:
    good: list[dict[str, Any]] = []
    bad: list[tuple[int, dict[str, Any]]] = []
    undo = call.books.undo
    for place, element in enumerate(elements):
        savepoint, told = undo.savepoint(), len(call.books.events)
        try:
            saved = save(call, element)
        except Invalid as refusal:
            undo.rollback(savepoint)
            del call.books.events[told:]
            bad.append((place, refused(kind, element, refusal, singly=singly)))
        else:
            if singly:
                saved["StatusAttributeString"] = "WARNING" if saved.get("Warnings") else "OK"
            good.append(saved)
    return good, bad


def _in_order(good: list[dict[str, Any]], bad: list[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Good and bad elements in the order of the request."""
    rows = list(good)
    for place, element in bad:
        rows.insert(place, element)
    return rows


def refused(kind: Kind, element: body.Element, refusal: Invalid, *, singly: bool) -> dict[str, Any]:
    """The echo of an element that was not saved."""
    echo = {kind.id_field: replies.ZERO_GUID, **element}
    for name in _DATES:
        if isinstance(echo.get(name), str):
            try:
                echo[name] = ms_date(parse_date(echo[name]))
            except (ValueError, OverflowError):
                del echo[name]
    if singly:
        echo["StatusAttributeString"] = "ERROR"
    echo[kind.error_flag] = True
    echo["ValidationErrors"] = [{"Message": reason} for reason in refusal.reasons]
    return echo


def one(call: Call, kind: Kind, save: Save) -> Reply:
    """Save the single element of endpoints that take no batch."""
    elements = call.elements(kind.plural)
    if len(elements) != 1:
        raise body.BadBody(f"{kind.plural} takes one element at a time")
    try:
        saved = save(call, elements[0])
    except Invalid as refusal:
        call.books.undo.rollback()
        call.books.events.clear()
        return replies.validation([refused(kind, elements[0], refusal, singly=False)], as_json=call.as_json)
    return call.reply(kind.plural, [saved])
