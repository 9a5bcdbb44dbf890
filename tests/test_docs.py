"""The documentation names only what is there: links, paths, commands, and the pages that code cites."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands

from benchmarks.__main__ import NAMES as BENCHMARKS

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_CODE_FOLDERS = (
    "benchmarks", "bin", "config", "dashboard", "integrations", "mapping", "reconciliation", "sandbox", "static", "sync",
    "templates", "tests",
)  # fmt: skip
_CODE_ENDINGS = {"", ".css", ".html", ".js", ".json", ".py", ".sh", ".txt"}
_CODE_FILES = (".env.example", ".importlinter", "manage.py", "pyproject.toml")

_LINK = re.compile(r"\]\(([^()\s]+)\)")
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_BACKTICKED = re.compile(r"`([^`\n]+)`")
_CITED = re.compile(r"(?<![\w./-])docs/[\w/-]+(?:\.\w+)+")
_COMMAND = re.compile(r"manage\.py\s+([a-z][a-z_]+)")
_BENCHMARK = re.compile(r"bin/bench ([a-z_]+)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").strip().lower()).replace(" ", "-")


def broken_links(document: Path) -> list[str]:
    """Relative links of a page whose file, or whose heading in it, is not there."""
    links = (link for link in _LINK.findall(_FENCED.sub("", document.read_text())) if ":" not in link)
    return [link for link in links if not _leads_somewhere(document, link)]


def _leads_somewhere(document: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = document.parent / path if path else document
    if not target.exists() or not anchor:
        return target.exists()
    return anchor in {slug(heading) for heading in _HEADING.findall(_FENCED.sub("", target.read_text()))}


def missing_paths(text: str) -> list[str]:
    """Paths of this repository that a page names in backticks and that are not there."""
    words = (word for quoted in _BACKTICKED.findall(text) for word in quoted.split()[:1])
    return [word for word in words if _is_our_path(word) and not (ROOT / word).exists()]


def _is_our_path(word: str) -> bool:
    return bool(re.fullmatch(r"[\w.-]+(?:/[\w.-]*)+", word)) and word.split("/")[0] in {
        *_CODE_FOLDERS,
        "docs",
    }


def cited_pages(text: str) -> list[str]:
    """The `docs/…` files that a piece of code refers its reader to."""
    return _CITED.findall(text)


def _code() -> Iterator[Path]:
    for folder in _CODE_FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix in _CODE_ENDINGS and "__pycache__" not in path.parts:
                yield path
    yield from (ROOT / name for name in _CODE_FILES)


@pytest.mark.parametrize("document", PAGES, ids=_name)
def test_every_relative_link_resolves(document: Path) -> None:
    assert broken_links(document) == []


@pytest.mark.parametrize("document", PAGES, ids=_name)
def test_every_path_a_page_names_is_there(document: Path) -> None:
    assert missing_paths(document.read_text()) == []


@pytest.mark.parametrize("document", PAGES, ids=_name)
def test_every_command_a_page_names_can_be_run(document: Path) -> None:
    text = document.read_text()

    assert set(_COMMAND.findall(text)) - set(get_commands()) == set()
    assert set(_BENCHMARK.findall(text)) - set(BENCHMARKS) == set()


def test_every_page_that_code_cites_is_there() -> None:
    cited = {(_name(path), page) for path in _code() for page in cited_pages(path.read_text())}

    assert ("sync/core/books/__init__.py", "docs/accounting.md") in cited
    assert [(path, page) for path, page in sorted(cited) if not (ROOT / page).exists()] == []


def test_every_decision_is_listed() -> None:
    index = (ROOT / "docs" / "adr" / "README.md").read_text()
    decisions = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))

    assert [path.name[:4] for path in decisions] == [
        f"{number:04}" for number in range(1, len(decisions) + 1)
    ]
    assert [path.name for path in decisions if f"({path.name})" not in index] == []


def test_a_link_to_a_missing_file_or_heading_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# One `two`, three\n[here](#one-two-three) [gone](#four) [self](page.md) [lost](lost.md) "
        "[far](https://example.com/lost.md)\n```\n[shown](only.md)\n```\n"
    )

    assert broken_links(page) == ["#four", "lost.md"]


def test_a_path_that_is_not_there_is_found() -> None:
    text = "`sync/core/books/__init__.py`, `sync/core/`, `bin/nothing --loud`, `text/html`, sync/lost.py, `/sync/lost.py`"

    assert missing_paths(text) == ["bin/nothing"]


def test_a_cited_page_is_found_within_a_sentence() -> None:
    folder = "docs"

    assert cited_pages(f"as {folder}/adr/0003-x.md says ({folder}/a.md, rows).") == [
        f"{folder}/adr/0003-x.md",
        f"{folder}/a.md",
    ]
    assert cited_pages(f"https://example.com/{folder}/a.md and {folder}/adr") == []
