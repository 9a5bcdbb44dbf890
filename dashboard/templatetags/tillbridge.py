"""The only ways by which money and times get into a page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.db.models import Model
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dashboard.core import states
from dashboard.core.evidence import highlighted, pretty_json, pretty_value, readable
from dashboard.core.states import StateWords, state_words
from dashboard.core.wording import counted, written_ago, written_moment, written_money

register = template.Library()


@register.filter
def money(minor: int | None, currency: str) -> str:
    """`{{ minor|money:currency }}`: whole minor units of an ISO currency, as people write it."""
    if minor is None or not currency:
        return "—"
    return written_money(minor, currency)


@register.filter
def moment(at: datetime | None, zone: str) -> SafeString | str:
    """`{{ at|moment:pair.zone }}`: in the pair's zone, the UTC on hover."""
    if at is None:
        return "—"
    return time_element(at, written_moment(at, zone, timezone.now()))


@register.filter
def clock(at: datetime | None, zone: str) -> SafeString | str:
    """As `moment`, to the second: for things that follow each other closely."""
    if at is None:
        return "—"
    words = written_moment(at, zone, timezone.now())
    return time_element(at, f"{words}:{at.astimezone(ZoneInfo(zone)):%S}")


@register.filter
def ago(at: datetime | None) -> SafeString | str:
    """`{{ at|ago }}`: how long ago, kept fresh by static/js/times.js; the UTC on hover."""
    if at is None:
        return "never"
    return time_element(at, written_ago(at, timezone.now()), relative=True)


def time_element(at: datetime, words: str, *, relative: bool = False) -> SafeString:
    """A `<time>` that reads `words` and shows the UTC on hover."""
    utc = at.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC"{}>{}</time>',
        utc.isoformat(timespec="seconds"),
        f"{utc:%Y-%m-%d %H:%M:%S}",
        SafeString(" data-relative") if relative else "",
        words,
    )


_WORDS = {
    "order": states.ORDER,
    "payment": states.PAYMENT,
    "posting": states.POSTING,
    "delivery": states.DELIVERY,
    "event": states.EVENT,
    "notice": states.NOTICE,
    "connection": states.CONNECTION,
    "instruction": states.INSTRUCTION,
    "dispute": states.DISPUTE,
    "rollback": states.ROLLBACK,
    "rollbackstep": states.ROLLBACK_STEP,
    "match": states.MATCH,
    "settlement": states.SETTLEMENT,
    "bankline": states.BANK_LINE,
}


@register.filter
def state_words_of(row: Model) -> StateWords:
    """The words for the state of a record: its label, tone and sentence."""
    name = row._meta.model_name or ""
    field = "status" if name == "connection" else "state"
    return state_words(_WORDS[name], getattr(row, field))


@register.filter
def state_badge(row: Model) -> SafeString:
    """The state of a record as a badge."""
    words = state_words_of(row)
    return format_html('<span class="badge badge--{}">{}</span>', words.tone, words.label)


@register.filter
def dispute_state(state: str) -> str:
    """`{{ "evidence_due"|dispute_state }}`: what a state of a dispute is called."""
    return state_words(states.DISPUTE, state).label


@register.filter
def count_of(count: int, words: str) -> str:
    """`{{ n|count_of:"order" }}`: "1 order", "3 orders"; `"query,queries"` where the s is not enough."""
    one, _, many = words.partition(",")
    return counted(count, one, many)


@register.simple_tag(takes_context=True)
def with_query(context: dict[str, Any], **changes: object) -> str:
    """The page's own query string with some values changed; empty ones leave."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in ("", None):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.filter
def code(value: object) -> SafeString:
    """A text or a JSON value as marked-up code; escaped."""
    text = value if isinstance(value, str) else pretty_value(value)
    return SafeString(f'<pre class="code" tabindex="0">{highlighted(text)}</pre>')


@register.filter
def readable_body(body: bytes | memoryview) -> SafeString:
    """A raw body, made readable."""
    return code(readable(bytes(body)))


@register.filter
def pretty_code(text: str) -> SafeString:
    """JSON text as it was stored, indented and marked up."""
    return code(pretty_json(text))
