from __future__ import annotations

from integrations.xero.core.scopes import NEEDED, in_words, missing, wanted


def test_what_we_ask_for_is_all_we_need() -> None:
    assert missing(wanted()) == ()
    assert missing(wanted(custom=True), custom=True) == ()


def test_a_missing_scope_is_named() -> None:
    granted = [scope for scope in wanted() if scope != "accounting.payments"]
    assert missing(granted) == ("accounting.payments",)
    assert in_words(missing(granted)) == "payments"


def test_the_broad_scopes_of_older_apps_cover_the_granular_ones() -> None:
    broad = ["accounting.transactions", "accounting.contacts", "accounting.settings", "offline_access"]
    assert missing(broad) == ()


def test_reading_alone_is_not_enough_for_writing() -> None:
    granted = [scope.replace("invoices", "invoices.read") for scope in wanted()]
    assert missing(granted) == ("accounting.invoices",)


def test_a_consent_without_offline_access_dies_in_half_an_hour() -> None:
    assert missing(NEEDED) == ("offline_access",)
    assert missing(NEEDED, custom=True) == ()
