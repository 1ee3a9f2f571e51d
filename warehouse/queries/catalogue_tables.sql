-- one row per table of the lake and of the snapshot: what it is called, what a row is, who reads it, how fresh it is
-- Rows, months and the time of the last load are prefecture-wide: NULL without that scope.
SELECT t.table_name, t.title, t.kind, k.name AS kind_name, t.keys, t.grain, t.source, t.readers, r.name AS readers_name,
       f.row_count, f.first_month, f.last_month, f.last_loaded_at,
       CASE WHEN t.kind IN ('fact', 'mart') THEN a.as_of_jst END AS data_as_of
FROM scoped.catalogue_table AS t
LEFT JOIN scoped.catalogue_code AS k ON k.list_name = 'table_kind' AND k.code = t.kind
LEFT JOIN scoped.catalogue_code AS r ON r.list_name = 'readers' AND r.code = t.readers
LEFT JOIN scoped.catalogue_freshness AS f ON f.table_name = t.table_name
CROSS JOIN scoped.as_of AS a
ORDER BY t.sort_order
