-- one row per briefing, training, drill or report handed in that was held in the days; date JST
-- bodies: connected bodies that attended; participants as the ledger tells.
SELECT e.event_no, e.event_kind, k.name AS kind_name, e.title, e.jst_date, e.place, e.participants,
       count(DISTINCT a.tenant_code) AS bodies
FROM scoped.calendar_event AS e
LEFT JOIN scoped.dim_event_kind AS k ON k.event_kind = e.event_kind AND e.jst_date BETWEEN k.valid_from AND k.valid_to
LEFT JOIN scoped.event_attendance AS a ON a.event_no = e.event_no AND a.attended
WHERE e.status = 'held' AND e.jst_date BETWEEN $first_date AND $last_date AND getvariable('scope_platform')
GROUP BY e.event_no, e.event_kind, k.name, k.sort_order, e.title, e.jst_date, e.place, e.participants
ORDER BY k.sort_order NULLS LAST, e.jst_date, e.event_no
