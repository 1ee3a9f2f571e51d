-- one row per briefing, training, drill or report handed in whose first day lies in the days; times JST
-- bodies: connected bodies that attended, NULL while the event is planned; participants are persons.
SELECT e.event_no, e.jst_date AS event_date, k.name AS kind_name, e.title, e.place,
       CASE WHEN e.status = 'held' THEN (SELECT count(*) FROM scoped.event_attendance AS a WHERE a.event_no = e.event_no) END
           AS bodies,
       e.participants, CAST(e.minutes_at + INTERVAL 9 HOUR AS DATE) AS minutes_date,
       CASE e.status WHEN 'held' THEN '実施' WHEN 'planned' THEN '予定' ELSE '中止' END AS state_name, e.summary
FROM scoped.calendar_event AS e
LEFT JOIN scoped.dim_event_kind AS k ON k.event_kind = e.event_kind AND e.jst_date BETWEEN k.valid_from AND k.valid_to
WHERE e.jst_date BETWEEN $first_date AND $last_date
ORDER BY e.starts_at, e.event_no
