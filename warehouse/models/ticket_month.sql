-- one row per month in which tickets were received, tenant, kind and channel
-- title: 問合せ・依頼（月）
-- keys: jst_month, tenant_code, ticket_kind, channel
-- inputs: ticket_answer
-- partition: none
-- identities: in_time <= due <= received [ratios_within_bounds]; sum of received = rows of ticket_answer [tickets_add_up]
-- column received: 受付件数｜件｜受け付けた件数
-- due counts tickets whose answer was due or given by the snapshot's time; in_time those answered by then.
SELECT jst_month, tenant_code, ticket_kind, channel, CAST(count(*) AS BIGINT) AS received,
       CAST(count(CASE WHEN answer_state <> 'waiting' THEN 1 END) AS BIGINT) AS due,
       CAST(count(CASE WHEN answer_state = 'in_time' THEN 1 END) AS BIGINT) AS in_time
FROM ticket_answer
GROUP BY jst_month, tenant_code, ticket_kind, channel
