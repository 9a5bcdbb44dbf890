"""Transforms of text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from string import Formatter
from typing import Any, Final

import regex as backtracking  # re, with an end to its patience

from mapping.core.problems import Noted, TransformError
from mapping.core.transforms.presence import is_missing
from mapping.core.transforms.registry import Example, Parameter, nonzero, transform, within
from mapping.core.values import as_text

# What XML 1.0 cannot carry and no document wants: control characters other than tab and line ends, lone surrogates.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_PATIENCE: Final = 0.2  # seconds for one pattern on one text
_SPACES: Final = re.compile(r"\s+")
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


@transform(
    "trim",
    title="Trim",
    sentence="Take off spaces at both ends",
    example=Example("  Ada Moss ", "Ada Moss"),
    takes="text",
    gives="text",
)
def trim(value: Any) -> str:
    """Without white space at either end."""
    return as_text(value).strip()


@transform(
    "tidy",
    title="Tidy text",
    sentence="Tidy the text: one line, single spaces[, without {forbidden}]",
    example=Example(" Ada   <Moss>\n", "Ada Moss", {"forbidden": "<>"}),
    takes="text",
    gives="text",
    parameters=(Parameter("forbidden", "text", "Characters to take out", ""),),
)
def tidy(value: Any, *, forbidden: str = "") -> str | None:
    """One line with single spaces, without control characters and the `forbidden` ones; None when nothing is left.

    Xero trims and joins spaces in contact names by itself and refuses < and > in them (Xero Accounting API, Contacts).
    """
    text = as_text(value)
    if not text.isprintable():
        text = _CONTROL.sub("", text)
    for character in forbidden:
        text = text.replace(character, "")
    return " ".join(text.split()) or None


@transform(
    "case",
    title="Capitals",
    sentence="Write in {style} letters",
    example=Example("ls1 4ab", "LS1 4AB", {"style": "upper"}),
    takes="text",
    gives="text",
    parameters=(Parameter("style", "choice", "Letters", choices=("upper", "lower", "title", "sentence")),),
)
def case(value: Any, *, style: str) -> str:
    """In upper, lower, title or sentence case."""
    text = as_text(value)
    if style == "upper":
        return text.upper()
    if style == "lower":
        return text.lower()
    return text.title() if style == "title" else text[:1].upper() + text[1:]


@transform(
    "replace",
    title="Replace",
    sentence="Replace “{find}” by “{by}”",
    example=Example("HF/10042", "HF-10042", {"find": "/", "by": "-"}),
    takes="text",
    gives="text",
    parameters=(Parameter("find", "text", "Text to find"), Parameter("by", "text", "Put in its place", "")),
)
def replace(value: Any, *, find: str, by: str = "") -> str:
    """Every occurrence of `find` replaced."""
    return as_text(value).replace(find, by)


def _prepare_regex(parameters: dict[str, Any]) -> None:
    try:
        parameters["pattern"] = backtracking.compile(parameters["pattern"])
    except backtracking.error as error:
        raise ValueError(f"The pattern cannot be read: {error}.") from None


@transform(
    "regex",
    title="Find by pattern",
    sentence="Take {take} of the pattern {pattern}",
    example=Example("Order HF-10042 / web", "10042", {"pattern": r"HF-(\d+)", "take": r"\1"}),
    takes="text",
    gives="text",
    parameters=(
        Parameter("pattern", "text", "Pattern (regular expression)"),
        Parameter("take", "text", "What to take, \\1 is the first group", r"\g<0>"),
    ),
    prepare=_prepare_regex,
)
def regex(value: Any, *, pattern: backtracking.Pattern[str] | str, take: str = r"\g<0>") -> str | None:
    """The first match rewritten as `take`, or None without a match.

    Raises TransformError for a pattern that goes round in circles on this text: one record must not hold up all.
    """
    try:
        match = backtracking.search(pattern, as_text(value), timeout=_PATIENCE)
    except TimeoutError:
        raise TransformError(
            "The pattern takes too long on this text: write it without repeats inside repeats.", "mapping"
        ) from None
    if match is None:
        return None
    try:
        return match.expand(take)
    except (backtracking.error, IndexError):
        raise TransformError(
            f"“{take}” asks for a group that the pattern does not have.", "mapping"
        ) from None


@transform(
    "concatenate",
    title="Join",
    sentence="Join the sources with “{separator}”",
    example=Example(["Ada", "", "Moss"], "Ada Moss", {"separator": " "}),
    takes="text",
    gives="text",
    parameters=(Parameter("separator", "text", "Between them", " "),),
    takes_many=True,
)
def concatenate(values: Sequence[Any], *, separator: str = " ") -> str | None:
    """The filled-in values joined; None when none is."""
    return separator.join([as_text(value).strip() for value in values if not is_missing(value)]) or None


def _prepare_template(parameters: dict[str, Any]) -> None:
    try:
        parts = list(Formatter().parse(parameters["text"]))
    except ValueError as error:
        raise ValueError(f"The text cannot be read: {error}.") from None
    if any(
        name is not None and (not name.isdigit() or name == "0" or spec or way)
        for _, name, spec, way in parts
    ):
        raise ValueError("Placeholders are the numbers of the sources: {1}, {2} …")


@transform(
    "template",
    title="Write a text",
    sentence="Write “{text}”",
    example=Example(["Assam", "2"], "2 × Assam", {"text": "{2} × {1}"}),
    takes="text",
    gives="text",
    parameters=(Parameter("text", "text", "Text, {1} is the first source"),),
    takes_many=True,
    accepts_missing=True,
    prepare=_prepare_template,
)
def template(values: Sequence[Any], *, text: str) -> str:
    """`text` with {1}, {2} … replaced by the sources in order; a missing source leaves nothing in its place."""
    try:
        return text.format("", *[as_text(value) for value in values])
    except IndexError:
        raise TransformError(f"“{text}” names a source that this row does not have.", "mapping") from None


@transform(
    "split",
    title="Split",
    sentence="Split at “{separator}” and take part {part}",
    example=Example("Moss, Ada", "Ada", {"separator": ",", "part": 2}),
    takes="text",
    gives="text",
    parameters=(
        Parameter("separator", "text", "Split at"),
        Parameter("part", "integer", "Part to take, -1 is the last", check=nonzero),
    ),
)
def split(value: Any, *, separator: str, part: int) -> str | None:
    """Part number `part` (from 1; from the end when negative), trimmed; None when there is no such part."""
    parts = as_text(value).split(separator) if separator else as_text(value).split()
    index = part - 1 if part > 0 else part
    return parts[index].strip() if -len(parts) <= index < len(parts) and part else None


@transform(
    "truncate",
    title="Shorten",
    sentence="No longer than {length} characters",
    example=Example("Short enough", "Short enough", {"length": 255}),
    takes="text",
    gives="text",
    parameters=(
        Parameter("length", "integer", "Most characters", check=within(1, 100_000)),
        Parameter("when_longer", "choice", "When it is longer", "cut", choices=("cut", "leave_out")),
    ),
)
def truncate(value: Any, *, length: int, when_longer: str = "cut") -> Any:
    """At most `length` characters; a longer text is cut, or left out, and the fact is reported."""
    text = as_text(value)
    if len(text) <= length:
        return text
    if when_longer == "leave_out":
        return Noted(
            None, f"Left out because it has {len(text)} characters and at most {length} are allowed."
        )
    return Noted(text[:length].rstrip(), f"Cut from {len(text)} to {length} characters.")


@transform(
    "email",
    title="E-mail address",
    sentence="Only a valid e-mail address",
    example=Example(" Ada@Example.com ", "Ada@example.com"),
    takes="text",
    gives="text",
)
def email(value: Any) -> Any:
    """The address with its domain in small letters; an invalid one is left out and reported.

    Xero answers "Email address must be valid." and takes no letters outside ASCII, so the document goes without it.
    """
    text = as_text(value).strip()
    if len(text) > 255 or not _EMAIL.fullmatch(text):
        return Noted(None, f"“{text[:80]}” is not an e-mail address Xero accepts, so it is left out.")
    local, _, domain = text.rpartition("@")
    return f"{local}@{domain.lower()}"
