"""The pages of flows: reading, changing, undoing, and what is refused, in words."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from integrations.models import Pair, Role, User
from mapping.core.flows.document import Flow
from mapping.models import MappingVersion
from tests.mapping.mapping_scene import MappingScene, flow_named, put
from tests.mapping.views.conftest import Address, browser_of, member


@pytest.fixture
def draft(made: MappingScene) -> MappingVersion:
    return made.draft


class Pages:
    """What an administrator presses on the flows of a draft; each form carries the revision its page showed."""

    def __init__(self, client: Client, draft: MappingVersion, address: Address) -> None:
        self.client, self.draft, self.address = client, draft, address

    def press(self, name: str, /, *args: str, **data: Any) -> str:
        """The page after a form was sent and its redirect followed."""
        self.draft.refresh_from_db()
        sent = {"revision": self.draft.revision, **data}
        url = self.address(name, self.draft.number, *args)
        return self.client.post(url, sent, follow=True).content.decode()

    def flow(self, flow_id: str = "orders") -> Flow:
        """The flow as it is kept now."""
        return flow_named(MappingVersion.objects.get(pk=self.draft.pk), flow_id)

    def kinds(self, flow_id: str = "orders") -> list[str]:
        return [step.kind for step in self.flow(flow_id).steps]

    def settings(self, step_id: str) -> dict[str, Any]:
        return dict(next(step.settings for step in self.flow().steps if step.id == step_id))


@pytest.fixture
def pages(administrator: Client, draft: MappingVersion, address: Address) -> Pages:
    return Pages(administrator, draft, address)


def test_flows_are_listed_with_their_steps_and_what_is_wrong(pages: Pages) -> None:
    pages.press("step-remove", "orders", "invoice")
    pages.press("step-remove", "orders", "contact")
    text = pages.client.get(pages.address("flows", pages.draft.number)).content.decode()
    assert "to put right</a>" in text
    one = pages.client.get(pages.address("flow", pages.draft.number, "orders")).content.decode()
    assert "There is nothing to post yet: a map step has to come before." in one


def test_a_flow_is_switched(pages: Pages) -> None:
    pages.press("flow-mode", "orders", mode="shadow")
    assert pages.flow().mode == "shadow"
    assert "Select a valid choice" in pages.press("flow-mode", "orders", mode="sideways")
    assert pages.flow().mode == "shadow"


def test_a_new_flow_begins_switched_off(pages: Pages) -> None:
    text = pages.press("flow-add", name="Night orders", trigger="schedule")
    assert "No steps" not in text
    made = pages.flow("night-orders")
    assert (made.name, made.mode, made.steps) == ("Night orders", "off", ())
    assert "This field is required" in pages.press("flow-add", name="", trigger="schedule")


def test_a_flow_is_copied_moved_and_removed(pages: Pages) -> None:
    pages.press("flow-copy", "orders")
    assert pages.flow("orders-2").mode == "off"
    pages.press("flow-move", "orders-2", to=0)
    assert MappingVersion.objects.get(pk=pages.draft.pk).blueprint["flows"][0]["id"] == "orders-2"
    pages.press("flow-remove", "orders-2")
    assert "orders-2" not in [
        flow["id"] for flow in MappingVersion.objects.get(pk=pages.draft.pk).blueprint["flows"]
    ]


def test_the_last_flow_of_a_shipped_trigger_cannot_be_forgotten(pages: Pages) -> None:
    assert "Switch it off instead" in pages.press("flow-remove", "orders")
    assert pages.flow().trigger == "order_received"


def test_a_flow_gets_another_name_and_trigger(pages: Pages) -> None:
    pages.press("flow-change", "refunds", name="Money back", trigger="refund_received", note="By hand.")
    assert (pages.flow("refunds").name, pages.flow("refunds").note) == ("Money back", "By hand.")
    assert "This field is required" in pages.press(
        "flow-change", "refunds", name="", trigger="refund_received"
    )


def test_steps_are_added_moved_copied_and_removed(pages: Pages) -> None:
    before = pages.kinds()
    text = pages.press("step-add", "orders", kind="approve", at=1)
    assert "Who may say yes" in text
    assert pages.kinds() == [before[0], "approve", *before[1:]]
    pages.press("step-move", "orders", "approve", to=len(before))
    assert pages.kinds() == [*before, "approve"]
    pages.press("step-copy", "orders", "approve")
    assert pages.kinds() == [*before, "approve", "approve"]
    pages.press("step-remove", "orders", "approve")
    pages.press("step-remove", "orders", "approve-2")
    assert pages.kinds() == before


def test_each_change_is_undone_and_done_again(pages: Pages) -> None:
    before = pages.flow()
    pages.press("flow-mode", "orders", mode="off")
    after = pages.flow()
    pages.press("undo")
    assert pages.flow() == before
    pages.press("redo")
    assert pages.flow() == after
    assert "There is nothing to do again." in pages.press("redo")


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(pages: Pages, pair: Pair) -> None:
    grace = member(pair, Role.ADMINISTRATOR)
    stale = pages.draft.revision
    put(pages.draft, flow_named(pages.draft, "orders"), "Look again at Orders", grace)
    text = pages.press("flow-mode", "orders", mode="off", revision=stale)
    assert f"{grace.email} has changed this draft meanwhile (Look again at Orders)" in text
    assert pages.flow().mode == "on"


def test_what_is_published_is_read_only(
    pair: Pair, made: MappingScene, administrator: Client, address: Address
) -> None:
    number = made.published.number
    text = administrator.get(address("flow", number, "orders")).content.decode()
    assert "does not change" in text
    assert "Add a step" not in text
    answer = administrator.post(
        address("flow-mode", number, "orders"), {"mode": "off", "revision": 0}, follow=True
    )
    assert "cannot be changed: make a draft of it instead" in answer.content.decode()


def test_todays_counts_stand_beside_the_steps_in_use(
    made: MappingScene, administrator: Client, address: Address
) -> None:
    text = administrator.get(address("flow", made.published.number, "orders")).content.decode()
    assert "<b>212</b> passed" in text
    assert "Today" not in administrator.get(address("flow", made.draft.number, "orders")).content.decode()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_others_read_flows_and_are_told_who_changes_them(
    role: Role, pair: Pair, draft: MappingVersion, address: Address
) -> None:
    text = browser_of(member(pair, role)).get(address("flow", draft.number, "orders")).content.decode()
    assert f"Your role is {role.label.lower()}" in text
    assert "Administrators change it." in text
    assert "Order costs nothing." not in text
    assert ("Find a record by its number" in text) == (role == Role.OPERATOR)


def test_checks_are_kept_added_and_taken_out(pages: Pages) -> None:
    grid = {
        "validate-checks-TOTAL_FORMS": "2", "validate-checks-INITIAL_FORMS": "1",
        "validate-checks-0-must": "", "validate-checks-0-otherwise": "", "validate-checks-0-effect": "stop",
        "validate-checks-1-must": "total < 5000", "validate-checks-1-otherwise": "Too large to post alone.",
        "validate-checks-1-effect": "warn",
    }  # fmt: skip
    pages.press("step", "orders", "validate", enabled="on", **grid)
    kept = [{"must": "total < 5000", "otherwise": "Too large to post alone.", "effect": "warn"}]
    assert pages.settings("validate") == {"checks": kept}


@pytest.mark.parametrize(
    ("kind", "sent", "settings"),
    [
        ("enrich", {"what": "customer", "key": "customer.email", "into": "who"}, {"what": "customer", "key": "customer.email", "into": "who"}),
        ("map", {"mapping": "invoice"}, {"mapping": "invoice"}),
        ("approve", {"role": "administrator", "when": "total > 1000"}, {"role": "administrator", "when": "total > 1000"}),
        ("rules", {"which": "all"}, {"only": []}),
        ("post", {}, {}),
        ("notify", {"channel": "email", "to": "books@example.com", "text": "Order {number}"}, {"channel": "email", "to": "books@example.com", "text": "Order {number}"}),
    ],
)  # fmt: skip
def test_settings_of_each_kind_are_kept(
    kind: str, sent: dict[str, str], settings: dict[str, Any], pages: Pages
) -> None:
    pages.press("step-add", "orders", kind=kind)
    step_id = pages.flow().steps[-1].id
    pages.press("step", "orders", step_id, enabled="on", **sent)
    assert pages.settings(step_id) == settings


@pytest.mark.parametrize(
    ("kind", "sent", "said"),
    [
        ("enrich", {"what": "table", "key": "total", "into": "who"}, "Choose the table to look in."),
        ("enrich", {"what": "customer", "key": "total", "into": "two words"}, "Write one word"),
        ("approve", {"role": "operator", "when": "total >"}, "cannot be read"),
        (
            "approve",
            {"role": "operator", "when": "totl > 3"},
            "There is no field “totl”: did you mean total?",
        ),
        ("map", {"mapping": "moon"}, "Select a valid choice"),
        ("rules", {"which": "only"}, "Choose at least one rule"),
        ("notify", {"channel": "email", "to": "nobody", "text": "x"}, "Enter a valid email address."),
        (
            "notify",
            {"channel": "chat", "to": "https://hooks.example/1", "text": "x"},
            "belongs under Connections",
        ),
        ("notify", {"channel": "chat", "to": "team"}, "Write what is told."),
    ],
)
def test_settings_that_make_no_sense_are_refused_in_words(
    kind: str, sent: dict[str, str], said: str, pages: Pages
) -> None:
    pages.press("step-add", "orders", kind=kind)
    step_id, before = pages.flow().steps[-1].id, pages.flow()
    assert said in pages.press("step", "orders", step_id, enabled="on", **sent)
    assert pages.flow() == before


def test_a_flow_or_step_that_is_not_there_is_not_found(pages: Pages) -> None:
    assert pages.client.get(pages.address("flow", pages.draft.number, "gone")).status_code == 404
    url = pages.address("step", pages.draft.number, "orders", "gone")
    assert pages.client.post(url, {"revision": 0}).status_code == 404


def test_the_undo_button_leads_back_to_its_page_and_to_no_other_site(pages: Pages, ada: User) -> None:
    pages.press("flow-mode", "orders", mode="off")
    pages.draft.refresh_from_db()
    data = {"revision": pages.draft.revision, "next": "https://evil.example/"}
    answer = pages.client.post(pages.address("undo", pages.draft.number), data)
    assert answer["Location"] == pages.address("version", pages.draft.number)
    flows = pages.address("flows", pages.draft.number)
    again = {"revision": pages.draft.revision + 1, "next": flows}
    assert pages.client.post(pages.address("redo", pages.draft.number), again)["Location"] == flows
