from __future__ import annotations

import json
import re
import timeit
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.card_numbers import is_card_number, passes_luhn
from integrations.core.pci import mask, mask_text

PUBLISHED_TEST_CARDS = [
    "4929000000006", "4929000005559", "4484000000002", "4462000000000003", "4917300000000008",
    "5186150660000009", "5185690060000001", "6759000000005", "6705000000008", "374200000000004",
    "36000000000008", "3569990000000009", "2223000048400011", "6011000990139424",
]  # fmt: skip


@pytest.mark.parametrize("number", PUBLISHED_TEST_CARDS)
def test_a_card_number_keeps_its_last_four_digits_only(number: str) -> None:
    masked, found = mask(f"paid with {number}.".encode())
    assert found
    assert masked == f"paid with {'*' * (len(number) - 4)}{number[-4:]}.".encode()


@pytest.mark.parametrize(
    "written",
    [
        "4462 0000 0000 0003", "4462-0000-0000-0003", "4462  0000  0000  0003", "44620000 00000003",
        "4462+0000+0000+0003", "4462%200000%200000%200003", "4462\u00a00000\u00a00000\u00a00003",
        "4462\\u00a00000\\u00a00000\\u00a00003", "Visa4462000000000003", "**4462000000000003**",
        "12 4462 0000 0000 0003 07", "4462 0000 0000 0003 1234", "4462 - 0000 - 0000 0003",
    ],
)  # fmt: skip
def test_a_card_number_is_found_however_it_is_written(written: str) -> None:
    masked = mask_text(f"note: {written} thanks")
    assert "************0003" in masked
    assert "4462" not in masked


@pytest.mark.parametrize(
    "body",
    [
        urlencode({"note": "é4462000000000003"}).encode(),
        json.dumps({"note": "\u00d94462 0000 0000 0003"}).encode(),
        json.dumps({"note": "\u00d9 4462000000000003"}).encode(),
        b"a=1%2B4462%2B0000%2D0000%2b0003",
    ],
)
def test_the_digits_of_an_escape_do_not_hide_a_card_number(body: bytes) -> None:
    masked, found = mask(body)
    assert found
    assert b"************0003" in masked


def test_a_card_number_in_a_note_leaves_the_order_readable() -> None:
    order = {
        "type": "order.created",
        "order": {"number": "HF-1", "note": 'card "4462 0000 0000 0003", cvv 123'},
    }
    masked, found = mask(json.dumps(order).encode())
    assert found
    assert json.loads(masked)["order"] == {"number": "HF-1", "note": 'card "************0003", cvv ***'}


def test_a_bare_number_in_json_becomes_a_string_so_that_the_json_stays_valid() -> None:
    masked, _ = mask(b'{"card":4462000000000003,"cvv":123,"list":[ 4462000000000003 ],"quantity":123}')
    assert json.loads(masked) == {
        "card": "************0003", "cvv": "***", "list": ["************0003"], "quantity": 123,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "masked"),
    [
        (b'{"securityCode":"123"}', b'{"securityCode":"***"}'),
        (b'{"security_code" : "1234"}', b'{"security_code" : "****"}'),
        (b'{"card_verification_value":"123"}', b'{"card_verification_value":"***"}'),
        (b"CV2=123&Amount=123", b"CV2=***&Amount=123"),
        (b"<cv2>123</cv2>", b"<cv2>***</cv2>"),
        (b"my CVV is 123, code CVC2: 999", b"my CVV is ***, code CVC2: ***"),
        (b'{"raw":"{\\"cvc\\":\\"123\\"}"}', b'{"raw":"{\\"cvc\\":\\"***\\"}"}'),
    ],
)
def test_security_codes_are_masked_by_the_name_of_their_field(body: bytes, masked: bytes) -> None:
    assert mask(body) == (masked, True)


@pytest.mark.parametrize(
    "clean",
    [
        b"AVSCV2=ALL MATCH&CV2Result=MATCHED&Last4Digits=0006&TxAuthNo=4255",
        b"VPSTxId={44620000-0000-4003-8123-446200000000}",
        b"+44 7700 900123", b"+441234567890", b"00441234567890", b"20261122101500123",
        b"1700000000123", b"44620000000000030001", b"4462000000000004", b"12-34-56 12345678",
        b"2026-11-22T10:15:00.123456Z", b"************0003", b'{"cvv":null,"quantity":"100"}',
        b'{"zip":"12345","total":"4462.00"}', b"Call 01234 567890 from 0900 to 1700",
    ],
)  # fmt: skip
def test_what_is_no_card_stays_as_it_is(clean: bytes) -> None:
    assert mask(clean) == (clean, False)


def test_a_guid_made_of_digits_is_no_card_number() -> None:
    guid = b"00000000-4462-0000-0000-000300000000"
    assert mask(guid) == (guid, False)
    assert mask(guid + b" 4462000000000003")[0] == guid + b" ************0003"


def test_masking_twice_changes_nothing_more() -> None:
    body = b"4462 0000 0000 0003 4462000000000003 4929000000006"
    once, found = mask(body)
    assert found
    assert mask(once) == (once, False)


def test_luhn_check_digit() -> None:
    assert passes_luhn("79927398713")
    assert not passes_luhn("79927398710")


def _with_check_digit(body: str) -> str:
    return next(body + digit for digit in "0123456789" if passes_luhn(body + digit))


prefixes = st.sampled_from(
    ["4", "51", "55", "2221", "2720", "34", "37", "36", "38", "3528", "6011", "62", "50", "67"]
)


@st.composite
def card_numbers(draw: st.DrawFn) -> str:
    prefix = draw(prefixes)
    lengths = {
        "34": [15],
        "37": [15],
        "36": [14, 16, 19],
        "38": [14, 16],
        "3528": [16, 19],
        "2221": [16],
        "2720": [16],
    }
    length = draw(st.sampled_from(lengths.get(prefix, [13, 16, 18, 19])))
    rest = draw(st.text("0123456789", min_size=length - len(prefix) - 1, max_size=length - len(prefix) - 1))
    return _with_check_digit(prefix + rest)


@st.composite
def written_card_numbers(draw: st.DrawFn) -> tuple[str, str]:
    number = draw(card_numbers())
    gap = draw(st.sampled_from(["", " ", "-", "  "]))
    size = draw(st.integers(2, 8))
    return number, gap.join(number[i : i + size] for i in range(0, len(number), size))


def _runs(text: str) -> list[list[str]]:
    """Independent of the guard: digit groups with up to three blanks or dashes between them."""
    return [re.findall(r"\d+", run) for run in re.findall(r"\d+(?:[ -]{1,3}\d+)*", text)]


def _card_numbers_left(text: str) -> list[str]:
    left = []
    text = re.sub(r"\*{9,}\d{4}(?!\d)", "masked", text)
    for groups in _runs(text):
        joined = ["".join(groups[i:j]) for i in range(len(groups)) for j in range(i + 1, len(groups) + 1)]
        left += [digits for digits in joined if is_card_number(digits)]
    return left


@given(written_card_numbers(), st.text(max_size=20), st.text(max_size=20))
def test_no_card_number_survives_in_any_text(card: tuple[str, str], before: str, after: str) -> None:
    number, written = card
    text = f"{before}|{written}|{after}"
    masked = mask_text(text)
    assert _card_numbers_left(masked) == []
    assert f"*{number[-4:]}" in masked


@given(
    st.lists(
        st.one_of(written_card_numbers().map(lambda pair: pair[1]), st.text("0123456789 -", max_size=25))
    )
)
def test_no_card_number_survives_among_other_numbers(parts: list[str]) -> None:
    masked = mask_text(" ".join(parts))
    assert _card_numbers_left(masked) == []
    assert mask_text(masked) == masked


@given(written_card_numbers(), st.text(max_size=20))
def test_masked_json_and_forms_can_still_be_read(card: tuple[str, str], text: str) -> None:
    document = {"note": f"{text} {card[1]} {text}", "number": int(card[0])}
    read = json.loads(mask(json.dumps(document).encode())[0])
    assert read["number"] == "*" * (len(card[0]) - 4) + card[0][-4:]
    form = parse_qs(mask(urlencode({"note": card[1], "order": "HF-1"}).encode())[0].decode())
    assert form["order"] == ["HF-1"]
    assert _card_numbers_left(form["note"][0]) == []


def test_the_scheme_s_own_id_of_a_transaction_is_kept_so_that_its_signature_can_be_checked_later() -> None:
    notification = b"Last4Digits=0006&SchemeTraceID=374200000000004&Note=374200000000004"

    assert mask(notification)[0] == b"Last4Digits=0006&SchemeTraceID=374200000000004&Note=***********0004"


@given(st.binary(max_size=200))
def test_any_bytes_at_all_can_be_masked(body: bytes) -> None:
    masked, found = mask(body)
    assert found == (masked != body)


@given(st.text(st.characters(exclude_categories=["Nd"]), max_size=200))
def test_text_without_digits_is_never_touched(text: str) -> None:
    assert mask_text(text) == text


def test_a_hostile_body_takes_no_more_time_than_its_size() -> None:
    for hostile in (b"4 " * 200_000, b"44620000-0000-4003-8123-446200000000 " * 10_000, b"cvv:::::" * 50_000):
        assert timeit.timeit(lambda body=hostile: mask(body), number=1) < 10  # type: ignore[misc]


def test_an_identifier_that_passes_for_a_card_number_stays() -> None:
    body = b"SchemeTraceID=371449635398431&VPSSignature=8CC371449635398431AB&Note=4929000000006"
    masked, found = mask(body, identifiers={b"371449635398431", b"8CC371449635398431AB"})
    assert found
    assert masked == body.replace(b"4929000000006", b"*********0006")
