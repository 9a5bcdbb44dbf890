from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.opayo.core.reporting_xml import (
    Credentials,
    UnreadableReplyError,
    command,
    parse_reply,
    parse_time,
    request_time,
)

NOBODY = Credentials("", "", "")


def _xml(body: bytes) -> str:
    return parse_qs(body.decode())["XML"][0]


@pytest.mark.parametrize(
    ("name", "parameters", "signature"),
    [
        ("getTransactionDetail", [("vpstxid", "12345")], "4a0787ba97d65455d24be4d1768133ac"),
        ("getTokenCount", [], "eca0a57c18e960a6cba53f685597b6c2"),
        ("getFraudScreenDetail", [("vpstxid", "12345")], "85bd7f80aad73ecd5740bd6b58142071"),
    ],
)
def test_published_signatures(name: str, parameters: list[tuple[str, str]], signature: str) -> None:
    assert f"<signature>{signature}</signature></vspaccess>" in _xml(command(NOBODY, name, parameters))


def test_a_command_carries_everything_but_the_password() -> None:
    credentials = Credentials("sandbox", "api", "secret")
    dates = [("startdate", "01/06/2024 00:00:00"), ("enddate", "02/06/2024 23:59:59")]
    assert _xml(command(credentials, "getBatchList", dates)) == (
        "<vspaccess><command>getBatchList</command><vendor>sandbox</vendor><user>api</user>"
        "<startdate>01/06/2024 00:00:00</startdate><enddate>02/06/2024 23:59:59</enddate>"
        "<signature>1482e21fbd8cf0117c1b47000ae9b90c</signature></vspaccess>"
    )
    assert "secret" not in repr(credentials)


def test_values_are_escaped() -> None:
    assert "<vendortxcode>a&lt;b&amp;c</vendortxcode>" in _xml(
        command(NOBODY, "x", [("vendortxcode", "a<b&c")])
    )


def test_a_refusal_is_put_into_words() -> None:
    reply = parse_reply(b"<vspaccess><errorcode>0010</errorcode><error>Signature</error></vspaccess>")
    assert (reply.is_success, reply.code) == (False, "0010")
    assert reply.words == "Opayo does not accept the Reporting password."
    assert parse_reply(b"<vspaccess><errorcode>9</errorcode><error>Odd</error></vspaccess>").words == "Odd"


def test_one_child_is_a_list_of_one() -> None:
    reply = parse_reply(
        b"<vspaccess><errorcode>0000</errorcode><transactions><totalrows>1</totalrows>"
        b"<transaction><vpstxid>A</vpstxid></transaction></transactions></vspaccess>"
    )
    assert len(reply.rows("transactions", "transaction")) == 1
    assert reply.number("transactions", "totalrows") == 1
    assert reply.rows("batches", "batch") == []
    assert reply.number("batches", "totalrows") == 0


def test_latin_1_is_read() -> None:
    body = '<?xml version="1.0" encoding="ISO-8859-1"?><vspaccess><errorcode>0000</errorcode><a>Café</a></vspaccess>'
    assert parse_reply(body.encode("iso-8859-1")).fields()["a"] == "Café"


BOMB = b'<!DOCTYPE a [<!ENTITY x "y">]><vspaccess><errorcode>&x;</errorcode></vspaccess>'


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>oops</html>", b"<vspaccess><errorcode>0000</errorcode>", b"<vspaccess/>", b"\0", BOMB],
)
def test_what_is_no_reply_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableReplyError):
        parse_reply(body)


def test_times_are_london_s_on_the_wire() -> None:
    assert request_time(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == "02/07/2026 00:30:00"
    assert parse_time("02/07/2026 00:30:00.123") == datetime(2026, 7, 1, 23, 30, 0, 123000, tzinfo=UTC)
    assert parse_time("22/11/2026 10:15:00") == datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
    assert parse_time("") is None
    assert parse_time("2026-11-22") is None


@given(st.integers(1_356_998_400, 2_208_988_800))
def test_a_moment_survives_the_wire_but_for_the_hour_that_autumn_repeats(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    read = parse_time(request_time(moment))
    assert read is not None
    off = (moment - read).total_seconds()
    assert off in (0, 3600)
    assert off == 0 or moment.month == 10
