"""The payment page as a person's browser sees it."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from sandbox.kernel.wire import Reply, Request
from tests.sandbox.opayo.rig import ACCEPTED, DECLINED, SHOP, VISA, Opayo, make_opayo


class Browser:
    """Follows a customer through the pages of one payment."""

    def __init__(self, opayo: Opayo, **changes: str) -> None:
        self.opayo = opayo
        page = opayo.register(**changes)["NextURL"]
        self.path = page.split("/opayo", 1)[1]

    def get(self, below: str = "") -> Reply:
        return self.opayo.system.handle(Request("GET", self.path + below))

    def post(self, **form: str) -> Reply:
        return self.opayo.system.handle(Request("POST", self.path, body=urlencode(form).encode()))

    def pay(self, **changes: str) -> Reply:
        form = {
            "action": "pay", "card_number": "4929 0000 0000 6", "cardholder": "SUCCESSFUL", "expiry": "12/30",
            "cvv": "123",
        }  # fmt: skip
        return self.post(**form | changes)

    def progress(self) -> dict[str, str]:
        answer: dict[str, str] = json.loads(self.get("/progress").body)
        return answer


def test_the_form_shows_what_is_bought_and_which_cards_work(opayo: Opayo) -> None:
    page = Browser(opayo, Basket="2:Assam:2:1.00:0.00:1.00:2.00:Delivery:---:---:---:---:3.00").get()
    text = page.body.decode()
    assert page.status == 200
    for shown in ("38.34 GBP", "Order HF-1", "Assam × 2", "Delivery<br>", VISA, "CHALLENGE", "Ada Moss"):
        assert shown in text


def test_text_from_the_vendor_is_never_taken_for_html(opayo: Opayo) -> None:
    text = Browser(opayo, Description="<script>alert(1)</script>").get().body.decode()
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_from_the_form_over_waiting_back_to_the_shop(opayo: Opayo) -> None:
    browser = Browser(opayo)
    after = browser.pay()
    assert (after.status, after.headers["location"]) == (303, f"/opayo{browser.path}")
    assert b"One moment" in browser.get().body
    assert browser.progress() == {"status": "OK", "redirect": "", "problem": ""}
    opayo.answer()
    assert browser.progress()["redirect"] == SHOP
    assert browser.get().headers["location"] == SHOP


def test_the_challenge_comes_in_between(opayo: Opayo) -> None:
    browser = Browser(opayo)
    browser.pay(cardholder="CHALLENGE")
    text = browser.get().body.decode()
    assert "Confirm it is you" in text
    assert "0006" in text
    browser.post(outcome="pass")
    opayo.answer()
    assert browser.get().headers["location"] == SHOP


def test_bad_details_come_back_with_a_reason_and_without_the_security_code(opayo: Opayo) -> None:
    page = Browser(opayo).pay(card_number="4929000000007", cvv="987")
    text = page.body.decode()
    assert page.status == 422
    assert "LUHN" in text
    assert 'value="987"' not in text


def test_a_declined_card_may_be_replaced_if_the_account_allows_it() -> None:
    browser = Browser(make_opayo(card_attempts=2))
    assert "try another card" in browser.pay(card_number=DECLINED).body.decode()
    assert browser.pay().status == 303


def test_cancel_leads_back_to_the_shop_too(opayo: Opayo) -> None:
    browser = Browser(opayo)
    browser.post(action="cancel")
    assert opayo.notification()["Status"] == "ABORT"
    opayo.answer()
    assert browser.get().headers["location"] == SHOP


def test_without_a_redirect_url_the_customer_is_stranded(opayo: Opayo) -> None:
    browser = Browser(opayo)
    browser.pay()
    opayo.answer(b"Status=OK\r\n")
    assert "Unable to redirect" in browser.progress()["problem"]
    assert b"could not take you back" in browser.get("/problem").body


def test_a_vendor_that_refuses_still_gets_its_customer_back(opayo: Opayo) -> None:
    browser = Browser(opayo)
    browser.pay()
    opayo.answer(ACCEPTED.replace(b"OK", b"INVALID", 1))
    assert browser.get().headers["location"] == SHOP


def test_a_page_that_waited_too_long_says_so(opayo: Opayo) -> None:
    browser = Browser(opayo)
    opayo.pass_time(minutes=16)
    assert b"timed-out" in browser.get().body
    assert browser.pay().status == 303
    assert len(opayo.sent) == 1


def test_a_saved_card_asks_for_the_security_code_only(opayo: Opayo) -> None:
    opayo.sell("A-1", CreateToken="1")
    browser = Browser(opayo, VendorTxCode="A-2", Token=opayo.notification()["Token"])
    text = browser.get().body.decode()
    assert "Your saved card" in text
    assert 'name="card_number"' not in text
    assert browser.post(action="pay", cvv="123").status == 303
    assert opayo.notification()["CV2Result"] == "MATCHED"


def test_an_unknown_payment_is_not_found(opayo: Opayo) -> None:
    assert opayo.system.handle(Request("GET", "/pay/unknown")).status == 404


def test_requests_are_named_for_faults_and_counts(opayo: Opayo) -> None:
    routes = {
        "/gateway/service/vspserver-register.vsp": "opayo.register",
        "/gateway/service/refund.vsp": "opayo.shared",
        "/api/v1/transactions": "opayo.pi",
        "/access/access.htm": "opayo.reporting",
        "/pay/x": "opayo.page",
        "/acs/x": "opayo.page",
    }
    assert {path: opayo.system.route_of(Request("GET", path)) for path in routes} == routes
