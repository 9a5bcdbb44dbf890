"""Every address of the pages; the first word of a name is the page's place in the navigation."""

from __future__ import annotations

from django.urls import include, path

from dashboard.views import (
    activity,
    approving,
    asking,
    attention,
    attention_actions,
    connections,
    dispute_acts,
    dispute_files,
    disputes,
    evidence,
    home,
    mending,
    orders,
    pairs,
    payments,
    refunds,
    settings,
)

_records = [
    path("orders/", orders.orders, name="orders"),
    path("orders/export.<str:file_format>", orders.orders_export, name="orders-export"),
    path("orders/<int:order_id>/", orders.orders_page, name="orders-page"),
    path("orders/<int:order_id>/live/", orders.orders_live, name="orders-live"),
    path("orders/<int:order_id>/pay-link/", orders.orders_pay_link, name="orders-pay-link"),
    path("payments/", payments.payments, name="payments"),
    path("payments/export.<str:file_format>", payments.payments_export, name="payments-export"),
    path("payments/<int:payment_id>/", payments.payments_page, name="payments-page"),
    path("payments/<int:payment_id>/ask/<str:kind>/", asking.ask_opayo, name="payments-ask"),
    path("payments/asked/<int:instruction_id>/withdraw/", asking.withdraw_ask, name="payments-withdraw"),
    path("refunds/", refunds.refunds, name="refunds"),
    path("refunds/export.<str:file_format>", refunds.refunds_export, name="refunds-export"),
    path("refunds/asked/", refunds.asked, name="refunds-asked"),
    path("refunds/asked/export.<str:file_format>", refunds.asked_export, name="refunds-asked-export"),
    path("disputes/", disputes.disputes, name="disputes"),
    path("disputes/export.<str:file_format>", disputes.disputes_export, name="disputes-export"),
    path("disputes/new/", dispute_acts.disputes_new, name="disputes-new"),
    path("disputes/import/", dispute_files.disputes_import, name="disputes-import"),
    path("disputes/import/<int:file_id>/", dispute_files.disputes_file, name="disputes-file"),
    path("disputes/import/<int:file_id>/columns/", dispute_files.disputes_columns, name="disputes-columns"),
    path("disputes/<int:dispute_id>/", disputes.disputes_page, name="disputes-page"),
    path("disputes/<int:dispute_id>/live/", disputes.disputes_live, name="disputes-live"),
    path("disputes/<int:dispute_id>/evidence.pdf", disputes.disputes_pack, name="disputes-pack"),
    path("disputes/<int:dispute_id>/move/", dispute_acts.disputes_move, name="disputes-move"),
    path("disputes/<int:dispute_id>/loss/", dispute_acts.disputes_loss, name="disputes-loss"),
    path("disputes/<int:dispute_id>/find/", dispute_acts.disputes_find, name="disputes-find"),
    path("disputes/<int:dispute_id>/tie/", dispute_acts.disputes_tie, name="disputes-tie"),
    path("postings/", evidence.postings, name="postings"),
    path("postings/export.<str:file_format>", evidence.postings_export, name="postings-export"),
    path("postings/<int:posting_id>/", evidence.postings_page, name="postings-page"),
    path("events/", evidence.events, name="events"),
    path("events/export.<str:file_format>", evidence.events_export, name="events-export"),
    path("events/<int:event_id>/", evidence.events_page, name="events-page"),
    path("calls/<int:delivery_id>/", evidence.deliveries_page, name="deliveries-page"),
    path("notices/<int:notice_id>/", evidence.notices_page, name="notices-page"),
]

_attention = [
    path("", attention.attention, name="attention"),
    path("approvals/", attention.approvals, name="attention-approvals"),
    path("approvals/<int:ruling_id>/release/", approving.release, name="attention-release"),
    path("approvals/<int:ruling_id>/refuse/", approving.refuse, name="attention-refuse"),
    path("problems/", attention.problems, name="attention-problems"),
    path("problems/<int:problem_id>/resolve/", attention_actions.resolve, name="attention-resolve"),
    path("mend/", mending.mend, name="attention-mend"),
    path("mend/all/", mending.mend_all, name="attention-mend-all"),
    path("payments/", attention.payments, name="attention-payments"),
    path("payments/<int:payment_id>/find-order/", attention.find_order, name="attention-find-order"),
    path("payments/<int:payment_id>/assign/", attention_actions.assign, name="attention-assign"),
    path("postings/<int:posting_id>/edit/", attention_actions.edit, name="attention-edit"),
    *(
        route
        for kind in ("postings", "events", "notices")
        for route in (
            path(f"{kind}/", attention.dead, {"kind": kind}, name=f"attention-{kind}"),
            path(
                f"{kind}/export.<str:file_format>",
                attention.dead_export,
                {"kind": kind},
                name=f"attention-{kind}-export",
            ),
            path(f"{kind}/retry/", attention_actions.retry, {"kind": kind}, name=f"attention-{kind}-retry"),
            path(
                f"{kind}/discard/",
                attention_actions.discard,
                {"kind": kind},
                name=f"attention-{kind}-discard",
            ),
        )
    ),
]

_running = [
    path("connections/", connections.connections, name="connections"),
    path("connections/opayo/", connections.opayo, name="connections-opayo"),
    path("connections/shop/", connections.shop, name="connections-shop"),
    path("connections/shop/<int:connection_id>/", connections.shop, name="connections-shop"),
    path("connections/chat/", connections.chat, name="connections-chat"),
    path("connections/chat/<int:connection_id>/", connections.chat, name="connections-chat"),
    path("connections/<int:connection_id>/test/", connections.test, name="connections-test"),
    path("connections/<int:connection_id>/off/", connections.off, name="connections-off"),
    path("settings/", settings.settings, name="settings"),
    path("settings/accounts/", settings.accounts, name="settings-accounts"),
    path("settings/accounts/add/", settings.accounts_add, name="settings-accounts-add"),
    path("settings/accounts/<int:role_id>/clear/", settings.accounts_clear, name="settings-accounts-clear"),
    path("settings/members/", settings.members, name="settings-members"),
    path("settings/members/<int:membership_id>/", settings.members_change, name="settings-members-change"),
    path("activity/", activity.activity, name="activity"),
    path("activity/calls/", activity.calls, name="activity-calls"),
    path("activity/calls/export.<str:file_format>", activity.calls_export, name="activity-calls-export"),
    path("activity/audit/", activity.audit, name="activity-audit"),
    path("activity/audit/export.<str:file_format>", activity.audit_export, name="activity-audit-export"),
]

urlpatterns = [
    path("", home.start, name="start"),
    path("pairs/", pairs.pairs, name="pairs"),
    path("pairs/new/", pairs.pairs_new, name="pairs-new"),
    path(
        "<pair:pair_slug>/",
        include(
            [
                path("", home.home, name="home"),
                path("live/", home.home_live, name="home-live"),
                path("attention/", include(_attention)),
                *_records,
                *_running,
            ]
        ),
    ),
]
