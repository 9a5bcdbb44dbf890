"""The notification Opayo Server posts to the vendor, and how the vendor's answer is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from sandbox.opayo.core.signature import vps_signature

ORDER = (
    "VPSProtocol", "TxType", "VendorTxCode", "VPSTxId", "Status", "StatusDetail", "TxAuthNo", "AVSCV2",
    "AddressResult", "PostCodeResult", "CV2Result", "GiftAid", "3DSecureStatus", "CAVV", "AddressStatus",
    "PayerStatus", "CardType", "Last4Digits", "VPSSignature", "FraudResponse", "Surcharge", "DeclineCode",
    "ExpiryDate", "BankAuthCode", "Token", "ACSTransID", "DSTransID", "SchemeTraceID",
)  # fmt: skip
ONLY_IN_4 = frozenset(("ACSTransID", "DSTransID", "SchemeTraceID"))


def sign_and_encode(fields: Mapping[str, str], vendor: str, security_key: str) -> bytes:
    """The form-encoded body of a notification, signed, without the fields that are empty."""
    sent = dict(fields)
    if sent["VPSProtocol"] != "4.00":
        for name in ONLY_IN_4:
            sent.pop(name, None)
    sent["VPSSignature"] = vps_signature(sent, vendor, security_key)
    return urlencode([(name, sent[name]) for name in ORDER if sent.get(name)]).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the vendor said to a notification; `problem` set means it does not count as an answer."""

    status: str = ""
    redirect_url: str = ""
    detail: str = ""
    problem: str = ""

    @property
    def is_acknowledged(self) -> bool:
        """`Status=OK` with a usable RedirectURL."""
        return not self.problem and self.status == "OK"

    @property
    def is_refused(self) -> bool:
        """The vendor said INVALID or ERROR: the transaction is cancelled at once."""
        return self.status in ("INVALID", "ERROR")


def read_answer(http_status: int, body: bytes) -> Answer:
    """Read the vendor's answer: plain `Name=Value` lines, nothing before them.

    Opayo Server protocol 4.00, step 4. A blank body, a page of HTML, a byte order mark, an unknown
    Status or (with OK) a missing RedirectURL is no answer.
    """
    if http_status != 200:
        return Answer(problem=f"the vendor answered HTTP {http_status}")
    if not body.strip():
        return Answer(problem="the vendor's answer was blank")
    values = _lines(body)
    answer = Answer(values.get("Status", ""), values.get("RedirectURL", ""), values.get("StatusDetail", ""))
    problem = _problem_of(answer, body)
    return Answer(answer.status, answer.redirect_url, answer.detail, problem) if problem else answer


def _lines(body: bytes) -> dict[str, str]:
    text = body.decode("utf-8", "replace")
    pairs = (line.partition("=") for line in text.split("\n"))
    return {name: value.strip() for name, separator, value in pairs if separator}


def _problem_of(answer: Answer, body: bytes) -> str:
    if not body.startswith(b"Status="):
        return "the vendor's answer did not begin with Status="
    if answer.status not in ("OK", "INVALID", "ERROR"):
        return f"the vendor's Status {answer.status!r} is none of OK, INVALID and ERROR"
    if answer.status == "OK" and not is_web_address(answer.redirect_url):
        return "the vendor's answer had no valid RedirectURL"
    return ""


def is_web_address(url: str) -> bool:
    """A full http or https address of at most 255 characters."""
    if len(url) > 255:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
