from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.core.paths import EVERY, Path, PathError, Step, parse_path
from mapping.core.readers import Scope, reader, without_gaps, writer

names = st.text(min_size=1, max_size=8)
steps = st.builds(Step, names, st.one_of(st.none(), st.just(EVERY), st.integers(0, 9)))
paths = st.builds(
    Path, st.lists(steps, min_size=1, max_size=4).map(tuple), st.sampled_from(["context", "work"])
)


@given(paths)
def test_any_path_survives_being_written_and_read_again(path: Path) -> None:
    assert parse_path(str(path)) == path


@pytest.mark.parametrize(
    "text", ["", ".", "a..b", "a.", "a[", "a[x]", "a[-1]", "[0]", 'a."b', "a]b", "context:"]
)
def test_broken_paths_are_refused(text: str) -> None:
    with pytest.raises(PathError):
        parse_path(text)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("number", "1"),
        ("customer.name", "Ada"),
        ("customer.name.first", None),
        ("nobody.name", None),
        ("lines[].sku", ["A", "B"]),
        ("lines[1].sku", "B"),
        ("lines[7].sku", None),
        ("number[0]", None),
        ("lines[].codes[]", [[1, 2], None]),
        ('"odd.key"', "odd"),
        ("context:zone", "UTC"),
        ("work:zone", None),
    ],
)
def test_reading_gives_the_value_or_nothing_whatever_the_shape(path: str, value: object) -> None:
    source = {
        "number": "1",
        "customer": {"name": "Ada"},
        "lines": [{"sku": "A", "codes": [1, 2]}, {"sku": "B"}],
        "odd.key": "odd",
    }
    assert reader(parse_path(path))(Scope(source, {"zone": "UTC"})) == value


def test_inside_a_for_each_paths_below_it_read_the_element_and_others_the_record() -> None:
    scope = Scope({"currency": "GBP", "lines": [{"sku": "A"}]}, {})
    scope.item = {"sku": "B"}
    each = parse_path("lines")
    assert reader(parse_path("lines[].sku"), each)(scope) == "B"
    assert reader(parse_path("currency"), each)(scope) == "GBP"


def test_writing_makes_objects_and_lists_on_the_way_and_leaves_no_gaps() -> None:
    document: dict[str, object] = {}
    for path, value in (("Name", "Ada"), ("Phones[2].Number", "1"), ("A.B.C", 3), ("Tags[1]", "x")):
        writer(parse_path(path).steps)(document, value)
    assert without_gaps(document) == {
        "Name": "Ada",
        "Phones": [{"Number": "1"}],
        "A": {"B": {"C": 3}},
        "Tags": ["x"],
    }
