"""Versions as pages show them: their state in words, and the way to publishing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from mapping.core.checking import Finding

Tone = Literal["ok", "wait", "bad", "mute", "work"]


@dataclass(frozen=True, slots=True)
class VersionWords:
    """The state of a version: its label, the colour of it, and what it means."""

    label: str
    tone: Tone
    sentence: str


_WORDS: Final[dict[str, VersionWords]] = {
    "draft": VersionWords("Draft", "work", "Can be changed; nothing is made by it yet."),
    "review": VersionWords("In review", "wait", "Waits for somebody to publish it or send it back."),
    "published": VersionWords("In use", "ok", "Every new document is made by it."),
    "archived": VersionWords("Archived", "mute", "Was in use; the documents it made still lead here."),
}


@dataclass(frozen=True, slots=True)
class WayStep:
    """One step on the way to publishing."""

    title: str
    words: str
    tone: Tone
    icon: str
    href: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """A finding with the places it belongs to, and the page where it is put right."""

    message: str
    severity: str
    where: str
    href: str


def version_words(state: str) -> VersionWords:
    """The words for a state of MappingVersion."""
    return _WORDS[state]


def counted(count: int, one: str, many: str = "") -> str:
    """ "1 change", "12 changes": `many` only where it is not `one` with an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def problem_words(findings: Sequence[Finding]) -> str:
    """How many findings stop publishing and how many only warn."""
    stops = sum(finding.stops for finding in findings)
    warns = len(findings) - stops
    parts = [counted(stops, "error")] if stops else []
    return ", ".join([*parts, counted(warns, "warning")] if warns else parts)


def problems_step(findings: Sequence[Finding], href: str = "") -> WayStep:
    """Whether the blueprint is sound."""
    if not findings:
        return WayStep("Sound", "Checked field by field: nothing wrong was found.", "ok", "check")
    if not any(finding.stops for finding in findings):
        words = f"Nothing forbids publishing. {problem_words(findings)} to think about."
        return WayStep("Sound", words, "wait", "triangle-alert", href, "See")
    words = f"{problem_words(findings)}: they have to be put right first."
    return WayStep("Not sound yet", words, "bad", "circle-alert", href, "See")


def review_step(*, state: str, needs_second_person: bool, may_approve: bool) -> WayStep:
    """Whether a second person is wanted, and whether the person who looks may be that one."""
    if not needs_second_person:
        words = "In review." if state == "review" else "Not asked for by this pair; you may still ask for it."
        return WayStep("Review", words, "ok" if state == "review" else "mute", "eye")
    if not may_approve:
        words = "This pair wants a second person: somebody who has not worked on it publishes it."
        return WayStep("A second person", words, "wait", "users")
    return WayStep("A second person", "You have not worked on it: you may publish it.", "ok", "user-check")


@dataclass(frozen=True, slots=True)
class DryRunState:
    """What is known of a version's effect on the books.

    `is_warned`: nobody has looked at this very content, though it may change something. `moves_money`: money or VAT moves
    for some record. `words` say it in a sentence.
    """

    words: str
    is_warned: bool = False
    moves_money: bool = False
    is_running: bool = False


def dry_run_step(run: DryRunState, href: str) -> WayStep:
    """What the last dry run found."""
    if run.is_running:
        return WayStep("Dry run", "Running now.", "work", "loader-circle", href, "Look at it")
    if run.is_warned:
        return WayStep("Dry run", run.words, "wait", "flask-conical", href, "Dry-run it")
    return WayStep(
        "Dry run", run.words, "wait" if run.moves_money else "ok", "flask-conical", href, "Look at it"
    )


def reason_asked(run: DryRunState) -> str:
    """Why publishing asks for a reason; empty where it does not."""
    if run.moves_money:
        return "Money or VAT moves. Say why; it is kept with the version and in the audit log."
    if run.is_warned:
        return "Nobody has looked at what it moves. Say why it is published all the same."
    return ""
