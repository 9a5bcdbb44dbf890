"""A fraud score as the third-party screening gives one: advice, some time after the authorisation."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b


@dataclass(frozen=True, slots=True)
class FraudScore:
    """The score of one transaction and what made it."""

    identifier: str
    score: int
    rules: tuple[tuple[str, int], ...]

    @property
    def action(self) -> str:
        """OK below 30, HOLD below 50, REJECT from there."""
        if self.score < 30:
            return "OK"
        return "HOLD" if self.score < 50 else "REJECT"


@dataclass(frozen=True, slots=True)
class Signals:
    """What the screening looks at."""

    amount: Decimal
    post_code_result: str
    security_code_result: str
    three_d_secure: str
    is_delivered_elsewhere: bool
    is_foreign_delivery: bool
    email: str
    phone: str


def score(vps_tx_id: str, signals: Signals) -> FraudScore:
    """Add up the rules that fire and a part that only the transaction's own id decides."""
    noise = int.from_bytes(blake2b(vps_tx_id.encode(), digest_size=8).digest())
    fired = [(text, points) for text, points, fires in _rules(signals) if fires]
    fired.append(("Card velocity within the screening network", noise % 18 - 6))
    total = sum(points for _, points in fired)
    return FraudScore(str(1_000_000_000 + noise % 9_000_000_000), total, tuple(fired))


def _rules(signals: Signals) -> tuple[tuple[str, int, bool], ...]:
    mobile = signals.phone.startswith(("+447", "07"))
    return (
        ("Post code does not match the card's", 14, signals.post_code_result == "NOTMATCHED"),
        ("Security code does not match", 22, signals.security_code_result == "NOTMATCHED"),
        ("No liability shift by 3-D Secure", 9, signals.three_d_secure not in ("OK", "ATTEMPTONLY")),
        ("Delivery address differs from billing address", 5, signals.is_delivered_elsewhere),
        ("Delivery to another country than billing", 16, signals.is_foreign_delivery),
        ("High value order", 12, signals.amount >= 500),
        ("No e-mail address given", 7, not signals.email),
        ("Telephone number is a mobile number", 4, mobile),
        ("Cardholder fully authenticated", -8, signals.three_d_secure == "OK"),
    )
