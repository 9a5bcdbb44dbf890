"""Programs that answer line by line, and our commands run by one of them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.demo.answering import Answering
from config.demo.processes import ChildFailed

_ANSWERS = "import sys\nfor n, _ in enumerate(sys.stdin): print('{\"asked\": %d}' % n, flush=True)"


@pytest.fixture
def program(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Answering]:
    program = Answering("It", [sys.executable, "-c", request.param], os.environ, tmp_path / "log")
    yield program
    program.close()


@pytest.mark.parametrize("program", [_ANSWERS], indirect=True)
def test_one_process_answers_every_time(program: Answering) -> None:
    assert [program.ask(), program.ask("again")] == [{"asked": 0}, {"asked": 1}]


@pytest.mark.parametrize("program", [_ANSWERS], indirect=True)
def test_after_its_end_it_is_started_again(program: Answering) -> None:
    program.ask()
    program.close()

    assert program.ask() == {"asked": 0}


@pytest.mark.parametrize("program", ["input()", "print('no table')"], indirect=True)
def test_no_answer_is_a_failure(program: Answering) -> None:
    with pytest.raises(ChildFailed, match="It does not answer"):
        program.ask()


@pytest.mark.parametrize("program", ["raise SystemExit('out of order')"], indirect=True)
def test_a_failure_says_what_the_program_complained_about(program: Answering) -> None:
    with pytest.raises(ChildFailed, match="out of order"):
        program.ask()


@pytest.fixture
def commands(tmp_path: Path) -> Iterator[Answering]:
    command = [sys.executable, "-m", "config.demo.commands"]
    commands = Answering("Our commands", command, os.environ, tmp_path / "log")
    yield commands
    commands.close()


def test_our_commands_run_one_after_another_and_a_refusal_ends_none_of_them(commands: Answering) -> None:
    refused = commands.ask(json.dumps(["diffsettings", "--output", "upside-down"]))
    told = commands.ask(json.dumps(["diffsettings", "--output", "hash"]))

    assert "upside-down" in refused["refusal"]
    assert "ROOT_URLCONF" in told["told"]
    assert told["refusal"] == ""
