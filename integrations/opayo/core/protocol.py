"""The form-encoded protocol of Opayo Server and its Shared requests, versions 3.00 and 4.00.

Requests are url-encoded forms, replies are `Name=Value` lines that end in CRLF (Server and Direct Shared
Protocol Guidelines).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal
from urllib.parse import quote_plus, urlencode

Outcome = Literal["captured", "waiting", "failed", "technical", "open"]
"""What something means for the books; `open` is only ever said of transactions nobody has decided yet."""

OUTCOME_BY_STATUS: Final[Mapping[str, Outcome]] = MappingProxyType(
    {
        "OK": "captured",
        "OK REPEATED": "captured",
        "NOTAUTHED": "failed",
        "REJECTED": "failed",
        "ABORT": "failed",
        "AUTHENTICATED": "waiting",
        "REGISTERED": "waiting",
        "PENDING": "waiting",
        "3DAUTH": "waiting",
        "PPREDIRECT": "waiting",
        "ERROR": "technical",
        "INVALID": "technical",
        "MALFORMED": "technical",
    }
)
"""The shipped status mapping (docs/accounting.md, status mapping). Any other status is `technical`."""

_WAITING_TX_TYPES: Final = frozenset(("DEFERRED", "AUTHENTICATE", "REPEATDEFERRED"))

# In the words of the person who keeps the books, who has to know what it means for the money.
CODE_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "0000": "Authorised by the customer's bank.",
        "2000": "Declined by the customer's bank. No money was taken; the customer may try another card.",
        "2001": "Rejected by your own fraud rules in MyOpayo. The bank's approval was given back.",
        "2002": "The bank did not answer in time. No money was taken.",
        "2003": "Opayo had an error. No money was taken.",
        "2004": "Released: the money is taken.",
        "2005": "Voided on its own day: no money was taken.",
        "2006": "Aborted: the hold on the card was let go.",
        "2008": "Cancelled because it was not finished in time. No money was taken.",
        "2009": "The bank's network was down. No money was taken.",
        "2010": "The card was authenticated; nothing is taken until you authorise it.",
        "2011": "The card was registered; nothing is taken until you authorise it.",
        "2012": "Cancelled: nothing will be taken.",
        "2013": "The customer cancelled the payment.",
        "2014": "Registered: the customer has not paid yet.",
        "2019": "The customer's bank has not decided yet.",
        "4000": "Opayo does not know this vendor name, or the account is closed.",
        "4001": "Opayo has seen this payment reference before.",
        "4008": "Your Opayo account has no merchant account for this currency.",
        "4009": "The amount is outside what your Opayo account allows.",
        "4020": "Opayo does not allow calls from the address of this server: add it in MyOpayo, Valid IPs.",
        "4042": "Opayo has seen this payment reference before.",
        "5003": "Opayo had an internal error.",
        "5006": "Opayo could not send the customer back to the shop.",
        "5036": "Opayo does not know this transaction.",
        "5996": "The bank did not answer in time.",
        "5998": "Opayo has told this before.",
    }
)
CODES_OF_USED_VENDOR_TX_CODE: Final = frozenset(("4001", "4002", "4003", "4004", "4005", "4042"))

VENDOR_TX_CODE_MAX: Final = 40
_NOT_IN_VENDOR_TX_CODE: Final = re.compile(r"[^A-Za-z0-9{}._-]+")
_CODE: Final = re.compile(r"\s*(\d{4})\s*:\s*")


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of the gateway; names as Opayo spells them."""

    fields: Mapping[str, str]

    @property
    def status(self) -> str:
        """OK, MALFORMED, INVALID, ERROR, …; empty when the reply had none."""
        return self.fields.get("Status", "")

    @property
    def detail(self) -> str:
        """StatusDetail, usually `"NNNN : text"`."""
        return self.fields.get("StatusDetail", "")

    @property
    def code(self) -> str:
        """The four digits at the start of StatusDetail; empty when there are none."""
        return detail_code(self.detail)


def encode(fields: Mapping[str, str]) -> bytes:
    """The body of a request: UTF-8, empty fields left out."""
    return urlencode({name: value for name, value in fields.items() if value}).encode("ascii")


def parse_reply(body: bytes) -> Reply:
    """Read `Name=Value` lines; a value may contain `=`. Lines without `=` are skipped.

    A reply in UTF-8, or else in ISO-8859-1. The status is empty when the reply is not one of Opayo's.
    """
    lines = (line.partition("=") for line in decoded(body).splitlines())
    return Reply({name.strip(): value.strip() for name, separator, value in lines if separator})


def reply_text(status: str, redirect_url: str, detail: str = "") -> bytes:
    """Our answer to a notification: exactly the lines Opayo Server expects, in its order (protocol, step 4)."""
    lines = f"Status={status}\r\nRedirectURL={redirect_url}\r\n"
    return (f"{lines}StatusDetail={detail}\r\n" if detail else lines).encode("utf-8")


def decoded(raw: bytes) -> str:
    """Text of Opayo: UTF-8 where it is that, else ISO-8859-1, which anything is."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("iso-8859-1")


def detail_code(status_detail: str) -> str:
    """`"2000 : The Authorisation was Declined"` gives `"2000"`; empty when it does not begin with a code."""
    match = _CODE.match(status_detail)
    return match.group(1) if match else ""


def outcome_of(status: str, tx_type: str = "PAYMENT") -> Outcome:
    """What a status means for the books.

    A DEFERRED or AUTHENTICATE that is OK has taken nothing yet: it waits for RELEASE or AUTHORISE.
    """
    outcome = OUTCOME_BY_STATUS.get(status.upper(), "technical")
    if outcome == "captured" and tx_type.upper() in _WAITING_TX_TYPES:
        return "waiting"
    return outcome


def words_for(status_detail: str) -> str:
    """An explanation for people: ours where the code is known, else Opayo's own text without its code."""
    known = CODE_WORDS.get(detail_code(status_detail))
    return known or _CODE.sub("", status_detail, count=1).strip()


def is_vendor_tx_code_used(reply: Reply) -> bool:
    """Whether a registration was refused because its VendorTxCode exists already."""
    return reply.status in ("INVALID", "MALFORMED", "ERROR") and reply.code in CODES_OF_USED_VENDOR_TX_CODE


def as_vendor_tx_code(text: str, attempt: int, distinction: str) -> str:
    """A VendorTxCode for the nth attempt to pay `text` (an order number): `HF-10042-1`.

    At most 40 characters of letters, digits and `{}._-` (Opayo Server, A1). When `text` had to be changed or
    shortened, `distinction` keeps it apart from others that look the same then.
    """
    clean = _NOT_IN_VENDOR_TX_CODE.sub("-", text)
    suffix = f"-{attempt}"
    if clean != text or len(clean) + len(suffix) > VENDOR_TX_CODE_MAX:
        suffix = f"-{distinction}{suffix}"
    return clean[: VENDOR_TX_CODE_MAX - len(suffix)] + suffix


def without_braces(vps_tx_id: str) -> str:
    """`{GUID}` of the protocol as the bare, capital GUID that Pi and Reporting use."""
    return vps_tx_id.strip().strip("{}").upper()


def with_query(url: str, **parameters: str) -> str:
    """`url` with parameters added to its query."""
    query = "&".join(f"{name}={quote_plus(value)}" for name, value in parameters.items())
    address, hash_sign, fragment = url.partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{query}{hash_sign}{fragment}"
