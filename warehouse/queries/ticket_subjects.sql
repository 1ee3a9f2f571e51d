-- one row per body, kind of ticket and subject among the body's most frequent of those received in the days
WITH counted AS (
    SELECT tenant_code, ticket_kind, summary, max(jst_date) AS last_received_date, count(*) AS n,
           count(CASE WHEN answer_state = 'late' THEN 1 END) AS late
    FROM scoped.ticket_answer
    WHERE jst_date BETWEEN $first_date AND $last_date AND summary IS NOT NULL
    GROUP BY tenant_code, ticket_kind, summary
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY tenant_code ORDER BY n DESC, ticket_kind, summary) AS rank FROM counted
)
SELECT r.tenant_code, CAST(r.rank AS INTEGER) AS rank, k.name AS kind_name, r.summary, CAST(r.n AS BIGINT) AS n,
       CAST(r.late AS BIGINT) AS late, r.last_received_date
FROM ranked AS r
LEFT JOIN scoped.dim_ticket_kind AS k
    ON k.ticket_kind = r.ticket_kind AND r.last_received_date BETWEEN k.valid_from AND k.valid_to
WHERE r.rank <= $limit
ORDER BY r.tenant_code, r.rank
