from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.core.compiler import check_document, compile_mapping
from mapping.core.pasting import LONGEST_TEXT, parse_pasted
from mapping.core.problems import errors
from mapping.core.reading import from_json
from mapping.core.schemas.context import context_schema
from mapping.core.tables import MOST_ROWS, Table, as_context, check_table, entries, reads_table

ACCOUNTS = Table("accounts", "Accounts", ("category", "account"), (("Food", "202"), ("Books", "203")))
WIDE = Table("goods", "Goods", ("sku", "account", "tax type"), (("TEA", "202", "ZERORATEDOUTPUT"),))


def mapping(**parameters: Any) -> Any:
    row = {"target": "Name", "sources": ["who"], "transforms": [{"name": "lookup", "parameters": parameters}]}
    return from_json({"target": "xero:Contact", "rows": [row]})


def looked_up(value: str, *tables: Table, **parameters: Any) -> tuple[Any, list[str]]:
    result = compile_mapping(mapping(**parameters)).evaluate(
        {"who": value}, as_context({table.id: table for table in tables})
    )
    return result.document.get("Name"), [problem.message for problem in result.problems]


def test_a_mapping_reads_a_table_of_two_columns_by_key_whatever_its_case() -> None:
    table = {"from": "context:tables.accounts"}
    assert looked_up("Food", ACCOUNTS, table=table) == ("202", [])
    assert looked_up(" food ", ACCOUNTS, table=table) == ("202", [])
    assert looked_up("Toys", ACCOUNTS, table=table, otherwise="200") == ("200", [])


def test_a_mapping_takes_one_column_of_a_wider_table() -> None:
    table = {"from": "context:tables.goods"}
    assert looked_up("TEA", WIDE, table=table, column="tax type")[0] == "ZERORATEDOUTPUT"
    assert "take one of account, tax type" in looked_up("TEA", WIDE, table=table, column="price")[1][0]
    assert "several columns: say which to take" in looked_up("TEA", WIDE, table=table)[1][0]


def test_a_table_nobody_has_made_holds_nothing() -> None:
    table = {"from": "context:tables.accounts"}
    assert looked_up("Food", table=table, otherwise="200") == ("200", [])
    assert "add it there" in looked_up("Food", table=table, must_exist=True)[1][0]


def test_a_table_the_blueprint_does_not_have_is_reported_while_editing() -> None:
    document = mapping(table={"from": "context:tables.acounts"})
    (problem,) = check_document(document, context=context_schema({"accounts": ACCOUNTS}))
    assert (
        problem.message == "There is no look-up table “acounts”: make it under Tables. Did you mean accounts?"
    )
    assert check_document(document) == ()
    known = mapping(table={"from": "context:tables.accounts"})
    assert check_document(known, context=context_schema({"accounts": ACCOUNTS})) == ()


def test_of_rows_with_the_same_key_the_first_counts_and_blank_keys_do_not() -> None:
    table = Table("t", "", rows=(("a", "1"), ("a", "2"), ("", "3"), (" b ", "4")))
    assert entries(table) == {"a": "1", "b": "4"}


def test_blank_and_repeated_keys_are_named_by_row() -> None:
    table = Table("t", "T", ("sku", "code"), (("A", "1"), ("", "2"), ("a", "3"), ("B", "")))
    assert [(p.message, p.target, p.severity) for p in check_table(table)] == [
        ("Row 2 has no sku: fill it in, or take the row out.", "t", "error"),
        ("Row 3 has the key “a” of row 1 again: only one can count.", "t", "error"),
        ("Row 4 has nothing beside the key.", "t", "warning"),
    ]


def test_a_table_that_no_mapping_reads_is_pointed_out() -> None:
    used = mapping(table={"from": "context:tables.accounts"})
    assert reads_table(used, "accounts")
    assert not reads_table(used, "account")
    assert check_table(ACCOUNTS, [used]) == ()
    assert [problem.message for problem in check_table(ACCOUNTS, [mapping(table={"a": "b"})])] == [
        "No mapping reads the table “Accounts”."
    ]


@pytest.mark.parametrize(
    "text",
    [
        'category,account\n"Tea, loose",202\nBooks,203\n',
        'category;account\n"Tea, loose";202\nBooks;203',
        "category\taccount\r\nTea, loose\t202\r\n\r\nBooks\t203\r\n",
        '\ufeff category , account\r"Tea, loose", 202\rBooks,203',
    ],
)
def test_commas_semicolons_and_tabs_are_read_alike(text: str) -> None:
    pasted = parse_pasted(text)
    assert pasted.columns == ("category", "account")
    assert pasted.rows == (("Tea, loose", "202"), ("Books", "203"))
    assert pasted.problems == ()


def test_quoted_cells_hold_line_ends_and_quotation_marks() -> None:
    assert parse_pasted('key,value\n"a\nb","say ""hi"""').rows == (("a\nb", 'say "hi"'),)


def test_a_first_line_of_data_is_not_taken_for_headings() -> None:
    assert parse_pasted("food,202\nbooks,203") == (("key", "value"), (("food", "202"), ("books", "203")), ())
    assert parse_pasted("food,drink", has_header=False).rows == (("food", "drink"),)
    assert parse_pasted("a,b\nc,d", has_header=True).columns == ("a", "b")


def test_columns_of_the_same_name_are_told_apart_and_short_rows_filled_up() -> None:
    pasted = parse_pasted("sku,code,code\nA,1\n")
    assert (pasted.columns, pasted.rows) == (("sku", "code", "code 2"), (("A", "1", ""),))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There is nothing to paste"),
        (" \n\t\n", "There is nothing to paste"),
        ('key,value\n"a,1', "a quotation mark is not closed"),
        ("key,value\na,1,2", "Row 1 has 3 cells, but there are 2 columns"),
        ("key,value\na,1\n,2", "Row 2 has no key"),
        ("key,value\na,1\nA,2", "Row 2 has the key “A” of row 1 again"),
        ("key,value\na," + "x" * 1001, "Row 1 has a cell of more than 1,000 characters"),
        (",".join("abcdefghijklmnopqrstuvwxyz" * 2) + "\n1", "it can have 50"),
        ("x" * (LONGEST_TEXT + 1), "can be read"),
    ],
)
def test_a_paste_that_cannot_be_used_says_why(text: str, said: str) -> None:
    assert any(said in problem.message for problem in errors(parse_pasted(text).problems))


def test_more_rows_than_a_table_can_have_are_refused_in_words() -> None:
    pasted = parse_pasted("key,value\n" + "\n".join(f"k{number},v" for number in range(MOST_ROWS + 1)))
    assert len(pasted.rows) == MOST_ROWS
    assert "20,001 rows; it can have 20,000" in pasted.problems[0].message


@given(st.text(alphabet="ab\"',;\t\r\n 0", max_size=60))
def test_whatever_is_pasted_never_raises_and_gives_rows_as_wide_as_the_columns(text: str) -> None:
    pasted = parse_pasted(text)
    assert {len(row) for row in pasted.rows} <= {len(pasted.columns)}
    assert len(set(pasted.columns)) == len(pasted.columns)
