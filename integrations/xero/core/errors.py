"""From Xero's refusals to our kinds of failure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from integrations.core.failures import ConfigurationFailure, Failure, PermanentFailure
from integrations.xero.core.catalogue import CONFIGURATION, PERMANENT, VERDICTS, Meaning, Verdict

_GENERAL = "A validation exception occurred"


def classify(messages: Sequence[str], *, kind: str, account: str = "") -> Failure | Verdict:
    """What one refused document's messages mean.

    `kind` is the document in plain words ("invoice", "payment"), `account` the account code it was booked to, for
    messages that do not name it. Several messages: one that says the document exists already comes first, then what
    a person can set right once for all, then a payment that is not wanted, then the rest, said together.
    """
    told = [text.strip() for text in messages if text.strip() and text.strip() != _GENERAL]
    verdicts = {meaning.verdict for meaning, _ in _matches(VERDICTS, told)}
    for verdict in (Verdict.KEY_REUSED, Verdict.ALREADY_EXISTS):
        if verdict in verdicts:
            return verdict
    for meaning, match in _matches(CONFIGURATION, told):
        return _configuration(meaning, match, account)
    if Verdict.ALREADY_PAID in verdicts:
        return Verdict.ALREADY_PAID
    return PermanentFailure(_sentence(told, kind))


def _matches(meanings: Sequence[Meaning], told: Sequence[str]) -> list[tuple[Meaning, re.Match[str]]]:
    found = []
    for text in told:
        for meaning in meanings:
            match = meaning.pattern.fullmatch(text)
            if match:
                found.append((meaning, match))
                break
    return found


def _configuration(meaning: Meaning, match: re.Match[str], account: str) -> ConfigurationFailure:
    words = {"code": account, **match.groupdict()}
    message = " ".join(meaning.message.format(**words).split())
    return ConfigurationFailure(
        meaning.code, meaning.subject.format(**words).strip(), message, meaning.fix.format(**words)
    )


def _sentence(told: Sequence[str], kind: str) -> str:
    """All reasons in one line: our words where we have them, else Xero's own."""
    if not told:
        return f"Xero refused the {kind} and gave no reason."
    parts = []
    for text in told:
        match = next(iter(_matches(PERMANENT, [text])), None)
        parts.append(match[0].message.format(**match[1].groupdict()) if match else f"Xero says: {text}")
    return f"Xero refused the {kind}. {' '.join(parts)}"
