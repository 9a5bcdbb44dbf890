"""The facts to learn from are consistent with Xero's fields and with themselves."""

from __future__ import annotations

import pytest

from mapping.core.paths import parse_path
from mapping.suggestions.core.targets import targets_of
from mapping.suggestions.vocabulary import Vocabulary, development, held_out, vocabularies


@pytest.mark.parametrize("vocabulary", vocabularies(), ids=lambda each: each.name)
def test_every_link_leads_to_a_field_that_can_be_filled(vocabulary: Vocabulary) -> None:
    known = {f"{name}:{target.path}" for name in vocabulary.targets for target in targets_of(name)}
    for field in vocabulary.fields:
        assert str(parse_path(field.path)) == field.path
        linked = {link for link in field.links | field.acceptable if link.split(":")[0] in vocabulary.targets}
        assert linked <= known, field.path


@pytest.mark.parametrize("vocabulary", vocabularies(), ids=lambda each: each.name)
def test_no_target_has_two_true_sources(vocabulary: Vocabulary) -> None:
    links = [link for field in vocabulary.fields for link in field.links]
    assert sorted(links) == sorted(set(links))


def test_at_least_five_whole_sources_are_held_out() -> None:
    learned = {each.name for each in development()}
    assert len(held_out()) >= 5
    assert not learned & held_out()
    assert learned | held_out() == {each.name for each in vocabularies()}


def test_most_fields_of_a_source_must_stay_without_a_link() -> None:
    fields = [field for each in vocabularies() for field in each.fields]
    assert sum(not field.links for field in fields) > len(fields) / 3
