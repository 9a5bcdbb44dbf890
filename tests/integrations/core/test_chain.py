from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.chain import GENESIS, Break, Link, link_hash, verify

MOMENT = datetime(2026, 11, 22, 10, 15, 0, 1, tzinfo=UTC)


def _chain(length: int) -> list[Link]:
    links: list[Link] = []
    previous = GENESIS
    for sequence in range(1, length + 1):
        link = Link(sequence, "shop", "order.created", f"msg-{sequence}", f"{sequence:064x}", MOMENT)
        previous = link_hash(previous, link)
        links.append(replace(link, chain_hash=previous))
    return links


def test_an_untouched_chain_holds() -> None:
    assert verify(_chain(5)) is None
    assert verify([]) is None


def test_a_chain_whose_beginning_was_retired_holds_from_its_anchor() -> None:
    links = _chain(5)
    assert verify(links[2:], after=2, after_hash=links[1].chain_hash) is None
    assert verify(links[2:]) == Break(1, "Event 1 is missing: the next one kept is 3.")


@pytest.mark.parametrize(
    "change",
    [
        {"source": "opayo"}, {"kind": "order.updated"}, {"dedupe_key": "msg-9"}, {"body_sha256": "f" * 64},
        {"received_at": MOMENT + timedelta(microseconds=1)}, {"chain_hash": "f" * 64},
    ],
)  # fmt: skip
@given(index=st.integers(0, 4))
def test_any_change_breaks_the_chain_where_it_was_made(change: dict[str, str], index: int) -> None:
    links = _chain(5)
    links[index] = replace(links[index], **change)  # type: ignore[arg-type]
    found = verify(links)
    assert found is not None
    assert found.sequence == index + 1


def test_a_removed_event_is_named() -> None:
    links = _chain(5)
    del links[2]
    assert verify(links) == Break(3, "Event 3 is missing: the next one kept is 4.")


def test_two_events_that_changed_places_break_it() -> None:
    links = _chain(3)
    links[0], links[1] = replace(links[1], sequence=1), replace(links[0], sequence=2)
    assert verify(links) == Break(1, "Event 1 is not what was received, or not where it was.")


def test_where_a_field_ends_is_part_of_the_hash() -> None:
    link = _chain(1)[0]
    assert link_hash(GENESIS, replace(link, source="ab", kind="c")) != link_hash(
        GENESIS, replace(link, source="a", kind="bc")
    )


def test_the_zone_a_moment_is_written_in_does_not_matter() -> None:
    link = _chain(1)[0]
    elsewhere = replace(link, received_at=MOMENT.astimezone(timezone(timedelta(hours=13))))
    assert link_hash(GENESIS, elsewhere) == link.chain_hash
