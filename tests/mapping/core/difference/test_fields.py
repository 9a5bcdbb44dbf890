from __future__ import annotations

from decimal import Decimal

from mapping.core.difference import FieldChange, field_changes


def test_equal_documents_have_no_changed_fields() -> None:
    assert (
        field_changes({"a": Decimal("1.5"), "b": [{"c": "x"}]}, {"a": Decimal("1.50"), "b": [{"c": "x"}]})
        == ()
    )


def test_each_changed_leaf_is_named_by_its_path() -> None:
    before = {"Status": "DRAFT", "LineItems": [{"AccountCode": "200"}, {"AccountCode": "200"}]}
    after = {"Status": "DRAFT", "LineItems": [{"AccountCode": "200"}, {"AccountCode": "260"}]}

    (change,) = field_changes(before, after)

    assert change == FieldChange("LineItems[1].AccountCode", "200", "260")
    assert change.pattern == "LineItems[].AccountCode"


def test_what_comes_and_what_goes_has_nothing_on_the_other_side() -> None:
    changes = field_changes({"a": "1"}, {"b": {"c": "2"}})

    assert changes == (FieldChange("a", "1", None), FieldChange("b.c", None, "2"))


def test_a_line_more_is_a_change_of_each_of_its_fields() -> None:
    changes = field_changes({"L": [{"x": "1"}]}, {"L": [{"x": "1"}, {"x": "2", "y": "3"}]})

    assert [change.path for change in changes] == ["L[1].x", "L[1].y"]


def test_a_value_may_take_the_place_of_an_object_and_of_a_list() -> None:
    changes = field_changes({"a": {"b": "1"}, "c": "2"}, {"a": "3", "c": ["4"]})

    assert [(change.path, change.before, change.after) for change in changes] == [
        ("a", None, "3"),
        ("a.b", "1", None),
        ("c", "2", None),
        ("c[0]", None, "4"),
    ]
