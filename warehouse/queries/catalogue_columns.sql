-- one row per column of every table: name, type, unit, meaning, and the list of codes that its values come from
SELECT c.table_name, c.position, c.column_name, c.title, c.data_type, c.unit, c.meaning, c.is_key, c.codes,
       coalesce(l.list_title, d.title) AS codes_title
FROM scoped.catalogue_column AS c
JOIN scoped.catalogue_table AS t ON t.table_name = c.table_name
LEFT JOIN (SELECT DISTINCT list_name, list_title FROM scoped.catalogue_code) AS l ON l.list_name = c.codes
LEFT JOIN scoped.catalogue_table AS d ON d.table_name = 'dim_' || c.codes
ORDER BY t.sort_order, c.position
