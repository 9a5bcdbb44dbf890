"""Every address of the pages; the first word of a name is the page's place in the navigation."""

from __future__ import annotations

from django.urls import include, path

from dashboard.views import (
    activity,
    approving,
    asking,
    attention,
    attention_actions,
    bank,
    bank_files,
    cards,
    charging,
    connections,
    customer_merging,
    customers,
    dispute_acts,
    dispute_files,
    disputes,
    evidence,
    home,
    match_memory,
    match_rules,
    mending,
    merchants,
    months,
    orders,
    pairs,
    payments,
    proof,
    ready_in_xero,
    refunds,
    review,
    review_acts,
    review_bulk,
    review_together,
    rollbacks,
    rolling_back,
    settings,
    settlement_files,
    settlements,
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
    path("cards/", cards.cards, name="cards"),
    path("cards/export.<str:file_format>", cards.cards_export, name="cards-export"),
    path("cards/terms/", cards.cards_terms, name="cards-terms"),
    path("cards/due/", charging.due, name="cards-due"),
    path("cards/charges/", charging.charges, name="cards-charges"),
    path("cards/charges/<int:batch_id>/", charging.charges_page, name="cards-charges-page"),
    path("cards/charges/<int:batch_id>/live/", charging.charges_live, name="cards-charges-live"),
    path("cards/charges/<int:batch_id>/agree/", charging.charges_agree, name="cards-charges-agree"),
    path("cards/charges/<int:batch_id>/withdraw/", charging.charges_withdraw, name="cards-charges-withdraw"),
    path("cards/<int:card_id>/", cards.cards_page, name="cards-page"),
    path("cards/<int:card_id>/delete/", cards.cards_delete, name="cards-delete"),
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
    path("customers/", customers.customers, name="customers"),
    path("customers/export.<str:file_format>", customers.customers_export, name="customers-export"),
    path("customers/suggestions/", customer_merging.suggestions, name="customers-suggestions"),
    path(
        "customers/suggestions/<int:suggestion_id>/",
        customer_merging.confirm_suggestion,
        name="customers-confirm",
    ),
    path(
        "customers/suggestions/<int:suggestion_id>/reject/",
        customer_merging.reject_suggestion,
        name="customers-reject",
    ),
    path("customers/acts/<int:act_id>/undo/", customer_merging.undo, name="customers-undo"),
    path("customers/<int:customer_id>/", customers.customers_page, name="customers-page"),
    path("customers/<int:customer_id>/history/", customers.customers_history, name="customers-history"),
    path(
        "customers/<int:customer_id>/fields/<str:field>/", customers.customers_field, name="customers-field"
    ),
    path("customers/<int:customer_id>/merge/", customer_merging.merge, name="customers-merge"),
    path("customers/<int:customer_id>/split/", customer_merging.split, name="customers-split"),
    path("settlements/", settlements.settlements, name="settlements"),
    path("settlements/export.<str:file_format>", settlements.settlements_export, name="settlements-export"),
    path("settlements/bills/", settlements.settlements_bills, name="settlements-bills"),
    path("settlements/import/", settlement_files.settlements_import, name="settlements-import"),
    path(
        "settlements/import/<int:acquirer_file_id>/",
        settlement_files.settlements_file,
        name="settlements-file",
    ),
    path("settlements/<int:settlement_id>/", settlements.settlements_page, name="settlements-page"),
    *(
        path(
            f"settlements/<int:settlement_id>/matches/<int:match_id>/{act}/",
            settlements.settlements_decide,
            {"act": act},
            name=f"settlements-{act}",
        )
        for act in settlements.ACTS
    ),
    path(
        "settlements/<int:settlement_id>/lines/<int:line_id>/adjustment/",
        settlements.settlements_adjustment,
        name="settlements-adjustment",
    ),
    path("bank/", bank.bank, name="bank"),
    path("bank/accounts/add/", bank.bank_account, name="bank-accounts-add"),
    path("bank/accounts/<int:bank_account_id>/", bank.bank_account, name="bank-accounts-change"),
    path("bank/lines/", bank.bank_lines, name="bank-lines"),
    path("bank/lines/export.<str:file_format>", bank.bank_lines_export, name="bank-lines-export"),
    path("bank/statements/<int:statement_id>/", bank.bank_statement, name="bank-statement"),
    path("bank/import/", bank_files.bank_import, name="bank-import"),
    path("bank/import/<int:upload_id>/", bank_files.bank_file, name="bank-file"),
    path("postings/", evidence.postings, name="postings"),
    path("postings/export.<str:file_format>", evidence.postings_export, name="postings-export"),
    path("postings/<int:posting_id>/", evidence.postings_page, name="postings-page"),
    path("events/", evidence.events, name="events"),
    path("events/export.<str:file_format>", evidence.events_export, name="events-export"),
    path("events/<int:event_id>/", evidence.events_page, name="events-page"),
    path("calls/<int:delivery_id>/", evidence.deliveries_page, name="deliveries-page"),
    path("notices/<int:notice_id>/", evidence.notices_page, name="notices-page"),
]

_reconciling = [
    path("", review.reconcile, name="reconcile"),
    path("rows/", review.reconcile_rows, name="reconcile-rows"),
    path("lines/<int:bank_line_id>/", review.reconcile_line, name="reconcile-line"),
    path("lines/<int:bank_line_id>/history/", review.reconcile_history, name="reconcile-history"),
    path("decide/", review_acts.reconcile_decide, name="reconcile-decide"),
    path("together/", review_together.reconcile_together, name="reconcile-together"),
    path("sure/", review_bulk.reconcile_bulk, name="reconcile-bulk"),
    path("sure/undo/", review_bulk.reconcile_bulk_undo, name="reconcile-bulk-undo"),
    path("rules/", match_rules.rules, name="reconcile-rules"),
    path("rules/add/", match_rules.rules_edit, name="reconcile-rules-add"),
    path("rules/try/", match_rules.rules_try, name="reconcile-rules-try"),
    path("rules/conditions/", match_rules.rules_conditions, name="reconcile-rules-conditions"),
    path("rules/<int:rule_id>/", match_rules.rules_edit, name="reconcile-rules-edit"),
    *(
        path(
            f"rules/<int:rule_id>/{act}/",
            match_rules.rules_act,
            {"act": act},
            name=f"reconcile-rules-{act}",
        )
        for act in match_rules.ACTS
    ),
    path("memory/", match_memory.memory, name="reconcile-memory"),
    path("memory/forget/", match_memory.memory_forget, name="reconcile-memory-forget"),
    path("ready/", ready_in_xero.ready, name="reconcile-ready"),
]

_proof = [
    path("", proof.proof, name="proof"),
    path("export.<str:file_format>", proof.proof_export, name="proof-export"),
    path("read/", proof.proof_read, name="proof-read"),
    path("accept/", proof.proof_accept, name="proof-accept"),
    path("again/", proof.proof_again, name="proof-again"),
    path("accounts/<str:account>/<str:currency>/", proof.proof_rows, name="proof-rows"),
    path("accounts/<str:account>/<str:currency>/readings/", proof.proof_readings, name="proof-readings"),
]

_months = [
    path("", months.months, name="months"),
    path("<int:year>-<int:month>/", months.months_page, name="months-page"),
    path("<int:year>-<int:month>/pack.pdf", months.months_pack, {"file_format": "pdf"}, name="months-pdf"),
    path("<int:year>-<int:month>/pack.xlsx", months.months_pack, {"file_format": "xlsx"}, name="months-xlsx"),
    path("<int:year>-<int:month>/prepare/", months.months_prepare, name="months-prepare"),
    path("<int:year>-<int:month>/close/", months.months_close, name="months-close"),
    path("<int:year>-<int:month>/reopen/", months.months_reopen, name="months-reopen"),
]

_rollbacks = [
    path("", rollbacks.rollbacks, name="rollbacks"),
    path("export.<str:file_format>", rollbacks.rollbacks_export, name="rollbacks-export"),
    path("new/", rolling_back.rollbacks_new, name="rollbacks-new"),
    path("order/<int:order_id>/", rolling_back.rollbacks_of_order, name="rollbacks-of-order"),
    path("posting/<int:posting_id>/", rolling_back.rollbacks_of_posting, name="rollbacks-of-posting"),
    path(
        "settlement/<int:settlement_id>/",
        rolling_back.rollbacks_of_settlement,
        name="rollbacks-of-settlement",
    ),
    path("call/<int:delivery_id>/", rolling_back.rollbacks_of_call, name="rollbacks-of-call"),
    path("<int:rollback_id>/", rollbacks.rollbacks_page, name="rollbacks-page"),
    path("<int:rollback_id>/live/", rollbacks.rollbacks_live, name="rollbacks-live"),
    path("<int:rollback_id>/plan/", rolling_back.rollbacks_plan, name="rollbacks-plan"),
    path("<int:rollback_id>/run/", rolling_back.rollbacks_run, name="rollbacks-run"),
    path("<int:rollback_id>/approve/", rolling_back.rollbacks_approve, name="rollbacks-approve"),
    path("<int:rollback_id>/stop/", rolling_back.rollbacks_stop, name="rollbacks-stop"),
    path("<int:rollback_id>/again/", rolling_back.rollbacks_again, name="rollbacks-again"),
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
    path("settings/customers/", customers.owners, name="settings-customers"),
    path("settings/merchants/", merchants.merchants, name="settings-merchants"),
    path("settings/merchants/add/", merchants.merchants_change, name="settings-merchants-add"),
    path(
        "settings/merchants/<int:account_id>/", merchants.merchants_change, name="settings-merchants-change"
    ),
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
                path("rollbacks/", include(_rollbacks)),
                path("proof/", include(_proof)),
                path("months/", include(_months)),
                path("reconcile/", include(_reconciling)),
                *_records,
                *_running,
            ]
        ),
    ),
]
