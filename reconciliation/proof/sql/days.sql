SELECT dated, sum(minor)::bigint
FROM moves
WHERE is_in_xero AND dated <= %(day)s
GROUP BY dated
ORDER BY dated
