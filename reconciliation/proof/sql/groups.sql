, standing AS (
    SELECT link.settlement_id, link.bank_line_id, link.match_id
    FROM reconciliation_matchlink link
    JOIN reconciliation_match decided ON decided.id = link.match_id
    WHERE link.stands AND decided.pair_id = %(pair)s
        AND (%(known_by)s::timestamptz IS NULL OR decided.decided_at <= %(known_by)s)
),
lines AS (
    SELECT line.id, line.settlement_id, line.kind, line.payment_id, line.refund_id, line.dispute_id
    FROM reconciliation_settlementline line
    JOIN reconciliation_settlement owner ON owner.id = line.settlement_id
    WHERE owner.pair_id = %(pair)s AND owner.settled_on <= %(day)s
        AND (%(known_by)s::timestamptz IS NULL OR owner.created_at <= %(known_by)s)
),
disputed AS (
    SELECT DISTINCT ON (dispute_id, kind) dispute_id, kind, settlement_id
    FROM lines
    WHERE dispute_id IS NOT NULL
    ORDER BY dispute_id, kind, id
),
placed AS (
    SELECT moves.*, tie.bank_line_id, paid.match_id AS paid_match_id,
        coalesce(tie.settlement_id, case_line.settlement_id, back.settlement_id, sale.settlement_id) AS settlement_id
    FROM moves
    LEFT JOIN reconciliation_settlementposting tie ON tie.posting_id = moves.origin_id
    LEFT JOIN standing paid ON paid.bank_line_id = tie.bank_line_id
    LEFT JOIN disputed case_line ON case_line.dispute_id = moves.dispute_id
        AND case_line.kind = CASE
            WHEN split_part(moves.natural_key, ':', 2) LIKE 'fee%%' THEN 'fee'
            WHEN moves.kind = 'receive' THEN 'chargeback_returned'
            ELSE 'chargeback' END
    LEFT JOIN lines back ON back.refund_id = moves.refund_id AND back.kind = 'refund' AND moves.dispute_id IS NULL
    LEFT JOIN lines sale ON sale.payment_id = moves.payment_id AND sale.kind = 'sale'
        AND moves.dispute_id IS NULL AND moves.refund_id IS NULL
),
named AS (
    SELECT placed.*,
        CASE
            WHEN placed.bank_line_id IS NOT NULL
                THEN coalesce('match:' || paid_match_id, 'bank_line:' || placed.bank_line_id)
            WHEN placed.settlement_id IS NOT NULL
                THEN coalesce('match:' || owned.match_id, 'settlement:' || placed.settlement_id)
            WHEN dispute_id IS NOT NULL THEN 'dispute:' || dispute_id
            WHEN refund_id IS NOT NULL THEN 'refund:' || refund_id
            WHEN payment_id IS NOT NULL THEN 'payment:' || payment_id
            ELSE 'posting:' || origin_id
        END AS name,
        -- What the bank brought later, and what was booked for its difference, is no part of what is expected by the day.
        owner.settled_on <= %(day)s AND placed.bank_line_id IS NULL AND natural_key NOT LIKE '%%/difference/%%'
            AS is_part
    FROM placed
    LEFT JOIN reconciliation_settlement owner ON owner.id = placed.settlement_id
    LEFT JOIN standing owned ON owned.settlement_id = placed.settlement_id
),
summed AS (
    SELECT name,
        coalesce(sum(minor) FILTER (WHERE is_in_xero AND dated <= %(day)s), 0)::bigint AS posted,
        (coalesce(sum(minor) FILTER (WHERE is_unsent AND NOT is_in_xero AND dated <= %(day)s), 0)
            - coalesce(sum(minor) FILTER (WHERE is_in_xero AND is_being_undone AND dated <= %(day)s), 0))::bigint
            AS flight,
        coalesce(
            sum(minor) FILTER (WHERE dated > %(day)s AND is_part AND (is_in_xero OR is_unsent) AND NOT is_being_undone), 0
        )::bigint AS later
    FROM named
    GROUP BY name
)
SELECT name, posted, flight, later
FROM summed
WHERE posted <> 0 OR flight <> 0 OR later <> 0
