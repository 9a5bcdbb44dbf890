"""Asking the product what is under way."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from config.demo.processes import ChildFailed
from config.demo.status import StatusAsker

_ANSWERS = "import sys\nfor n, _ in enumerate(sys.stdin): print('{\"asked\": %d}' % n, flush=True)"


@pytest.fixture
def asker(request: pytest.FixtureRequest) -> Iterator[StatusAsker]:
    asker = StatusAsker([sys.executable, "-c", request.param], os.environ)
    yield asker
    asker.close()


@pytest.mark.parametrize("asker", [_ANSWERS], indirect=True)
def test_one_process_answers_every_time(asker: StatusAsker) -> None:
    assert [asker.ask(), asker.ask()] == [{"asked": 0}, {"asked": 1}]


@pytest.mark.parametrize("asker", [_ANSWERS], indirect=True)
def test_after_its_end_it_is_started_again(asker: StatusAsker) -> None:
    asker.ask()
    asker.close()

    assert asker.ask() == {"asked": 0}


@pytest.mark.parametrize("asker", ["input()", "print('no table')"], indirect=True)
def test_no_answer_is_a_failure(asker: StatusAsker) -> None:
    with pytest.raises(ChildFailed, match="does not say"):
        asker.ask()
