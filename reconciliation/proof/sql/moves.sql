-- What the postings of a pair move on one account, each once, with what it belongs to.
WITH undoings AS (
    SELECT DISTINCT coalesce(changes_id, waits_for_id) AS posting_id
    FROM sync_posting
    WHERE pair_id = %(pair)s
        AND state IN ('waiting', 'ready', 'sending', 'retrying', 'held', 'dead')
        AND kind IN ('payment_delete', 'refund_delete', 'overpayment_delete', 'bank_transaction_delete',
            'bank_transfer_delete')
),
moves AS (
    SELECT posting.kind, posting.natural_key, sides.minor,
        CASE WHEN posting.document ->> 'Date' ~ '^\d{4}-\d{2}-\d{2}'
             THEN left(posting.document ->> 'Date', 10)::date END AS dated,
        (posting.state = 'posted' OR (posting.state = 'reversed' AND reversed_by.id IS NOT NULL))
            AND (%(known_by)s::timestamptz IS NULL OR posting.posted_at <= %(known_by)s) AS is_in_xero,
        posting.state IN ('waiting', 'ready', 'sending', 'retrying', 'held', 'dead')
            OR (%(known_by)s::timestamptz IS NOT NULL AND posting.posted_at > %(known_by)s) AS is_unsent,
        undoings.posting_id IS NOT NULL AS is_being_undone,
        coalesce(posting.payment_id, origin.payment_id) AS payment_id,
        coalesce(posting.refund_id, origin.refund_id) AS refund_id,
        coalesce(posting.dispute_id, origin.dispute_id) AS dispute_id,
        coalesce(origin.id, posting.id) AS origin_id
    FROM sync_posting posting
    LEFT JOIN undoings ON undoings.posting_id = posting.id
    LEFT JOIN sync_rollbackstep step ON step.undo_id = posting.id AND step.action = 'reverse'
    LEFT JOIN sync_posting origin ON origin.id = step.posting_id
    LEFT JOIN sync_rollbackstep reversed_by
        ON reversed_by.posting_id = posting.id AND reversed_by.action = 'reverse' AND reversed_by.state = 'undone'
    CROSS JOIN LATERAL (
        VALUES
            (coalesce(posting.document #>> '{Account,Code}', posting.document #>> '{BankAccount,Code}'),
             CASE WHEN posting.kind IN ('payment', 'overpayment', 'receive') THEN posting.amount_minor
                  WHEN posting.kind IN ('refund', 'spend') THEN -posting.amount_minor END),
            (posting.document #>> '{FromBankAccount,Code}', -posting.amount_minor),
            (posting.document #>> '{ToBankAccount,Code}', posting.amount_minor)
    ) AS sides (code, minor)
    WHERE posting.pair_id = %(pair)s AND posting.currency = %(currency)s AND sides.code = %(account)s
        AND posting.kind IN ('payment', 'overpayment', 'receive', 'refund', 'spend', 'bank_transfer')
        AND posting.state <> 'cancelled'
        AND (%(known_by)s::timestamptz IS NULL OR posting.created_at <= %(known_by)s)
)
