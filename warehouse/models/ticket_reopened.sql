-- one row per ticket that was taken up again after its completion
-- title: 再オープンした問合せ・依頼
-- keys: ticket_no
-- inputs: ticket_answer, ticket_history
-- partition: none
-- identities: reopened >= 1
-- How often: as the ledger says, or as the log of updates tells, whichever knows of more.
SELECT t.ticket_no, t.tenant_code, t.jst_month,
       CAST(greatest(coalesce(t.reopen_count, 0), coalesce(h.reopened, 0)) AS BIGINT) AS reopened
FROM ticket_answer AS t
LEFT JOIN ticket_history AS h ON h.ticket_no = t.ticket_no
WHERE greatest(coalesce(t.reopen_count, 0), coalesce(h.reopened, 0)) > 0
