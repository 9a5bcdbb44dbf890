from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from integrations.checkout.links import pay_url
from integrations.models import Connection, Payment
from tests.factories import OrderFactory
from tests.integrations.running_sandbox import SandboxInThread

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_customer_follows_a_pay_link_to_opayo_s_own_page(
    page: Page,
    live_server: LiveServer,
    settings: Settings,
    shop: Connection,
    opayo: Connection,
    sandbox: SandboxInThread,
) -> None:
    settings.SITE_URL = str(live_server.url)
    order = OrderFactory(pair=shop.pair, connection=shop, number="HF-1", total_minor=2400)
    page.goto(pay_url(order))
    expect(page.get_by_text("£24.00").first).to_be_visible()
    page.get_by_role("button", name="Pay by card").click()
    page.wait_for_url(f"{sandbox.url}/opayo/pay/**")
    assert page.url == Payment.objects.get().next_url
