-- 5分値の件数が日計の合計と一致し、月計の通信量が四半期・半期・年度・契約期間の値の合計と一致すること
SELECT f.jst_month AS place, 'tenant_sample_day' AS mart, f.samples, d.counted
FROM (SELECT jst_month, CAST(sum(row_count) AS BIGINT) AS samples FROM lake_file WHERE table_name = 'tenant_traffic'
      GROUP BY jst_month) AS f
LEFT JOIN (SELECT jst_month, CAST(sum(received) AS BIGINT) AS counted FROM tenant_sample_day GROUP BY jst_month) AS d
    ON d.jst_month = f.jst_month
WHERE f.samples IS DISTINCT FROM d.counted
UNION ALL
SELECT v.period_id, 'kpi_value', v.numerator, m.bytes
FROM kpi_value AS v
JOIN (SELECT p.period_id, sum(t.bytes) AS bytes
      FROM tenant_traffic_month AS t
      JOIN period_month AS p ON p.jst_month = t.jst_month
      WHERE t.route <> 'total'
      GROUP BY p.period_id) AS m ON m.period_id = v.period_id
WHERE v.kpi_id = 'K15' AND v.grain = 'all' AND v.numerator IS DISTINCT FROM m.bytes
