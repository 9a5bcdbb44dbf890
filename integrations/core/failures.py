"""The three kinds of failure, and the fourth that is none of them: not knowing.

Every failure says what happened and what to do, in the accountant's words. Clients and parsers
raise these and nothing else for what the outside world does to us.
"""

from __future__ import annotations


class Failure(Exception):
    """Something did not work; `message` is shown to people."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class TransientFailure(Failure):
    """It will be tried again by itself. `retry_after` in seconds, when the other side said so."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class OutcomeUnknown(TransientFailure):
    """No answer came, or not a whole one: the work may or may not have been done."""


class ConfigurationFailure(Failure):
    """A person puts it right once, and everything waiting flows on.

    `code` and `subject` name the problem (`account_unknown`, `200`), `fix` says what to do.
    """

    def __init__(self, code: str, subject: str, message: str, fix: str) -> None:
        super().__init__(message)
        self.code = code
        self.subject = subject
        self.fix = fix


class PermanentFailure(Failure):
    """It will never work as it stands; a person decides."""
