-- one row per load of the list: its file, lines, rejects and their reasons; prefecture-wide, as names of files are
SELECT l.load_id, l.table_name, l.title, l.file_name, l.sha256, l.loaded_at, l.loaded_by, l.physical_lines, l.accepted_lines,
       l.rejected_lines, l.accepted_rows, l.period_from, l.period_to,
       (SELECT count(*) FROM scoped.reject AS r WHERE r.load_id = l.load_id AND r.closed_as IS NULL) AS open_rejects,
       (SELECT string_agg(w.reason || ' ' || w.n || '件', '、' ORDER BY w.n DESC, w.reason)
        FROM (SELECT r.reason, count(*) AS n FROM scoped.reject AS r WHERE r.load_id = l.load_id GROUP BY r.reason) AS w)
           AS reject_reasons
FROM scoped.load AS l
WHERE list_contains($load_ids, l.load_id)
ORDER BY l.load_id
