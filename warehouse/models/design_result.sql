-- one row per reporting period, kind of thing, thing and item: what was designed beside what was measured
-- title: 設計性能との対比
-- keys: period_id, kind, entity, item
-- inputs: reporting_period(period), period_month(period), percentile(period), line_month(period), device_month(period), kpi_licence(period), dim_line, dim_line_group, dim_device
-- partition: period
-- identities: none (ratios are taken by who reads it: result_value / design_value)
-- column kind: 対象の種類｜｜回線、回線群、機器、サービス又はライセンス・資源｜grain
-- kind: line, line_group, device, service, licence.  item: p95_guaranteed, max_guaranteed (帯域確保), p95_total (総帯域), a
-- device's metric (its maximum beside the design limit), used (of the contracted number), saturation: of a service the
-- highest share, in percent, that any metric of its devices reaches.  design_value NULL: nothing was designed.
WITH line AS (
    SELECT p.period_id, l.line_id, l.guaranteed_bps, l.total_bps
    FROM reporting_period AS p
    JOIN dim_line AS l ON l.valid_from <= p.through_date AND l.valid_to >= p.first_date
    QUALIFY row_number() OVER (PARTITION BY p.period_id, l.line_id ORDER BY l.valid_from DESC NULLS LAST) = 1
),
highest AS (
    SELECT p.period_id, m.line_id, max(m.max_bps) AS max_bps
    FROM line_month AS m
    JOIN period_month AS p ON p.jst_month = m.jst_month
    GROUP BY p.period_id, m.line_id
),
ranked AS (
    SELECT period_id, table_name, entity, max(p95_value) AS p95_value
    FROM percentile
    WHERE table_name IN ('line_sample', 'line_group')
    GROUP BY period_id, table_name, entity
),
shared AS (
    SELECT p.period_id, g.group_id, g.total_bps
    FROM reporting_period AS p
    JOIN dim_line_group AS g ON g.valid_from <= p.through_date AND g.valid_to >= p.first_date
    QUALIFY row_number() OVER (PARTITION BY p.period_id, g.group_id ORDER BY g.valid_from DESC NULLS LAST) = 1
),
device AS (
    SELECT p.period_id, m.device_id, m.metric, max(m.max_value) AS max_value,
           max_by(m.design_limit, m.jst_month) AS design_limit
    FROM device_month AS m
    JOIN period_month AS p ON p.jst_month = m.jst_month
    GROUP BY p.period_id, m.device_id, m.metric
),
served AS (
    SELECT d.period_id, x.service_id,
           max(CAST(d.max_value AS DOUBLE) * 100 / nullif(CAST(d.design_limit AS DOUBLE), 0)) AS saturation
    FROM device AS d
    JOIN reporting_period AS p ON p.period_id = d.period_id
    JOIN dim_device AS x ON x.device_id = d.device_id AND p.through_date BETWEEN x.valid_from AND x.valid_to
    WHERE x.service_id IS NOT NULL
    GROUP BY d.period_id, x.service_id
),
compared AS (
    SELECT l.period_id, 'line' AS kind, l.line_id AS entity, 'p95_guaranteed' AS item,
           CAST(l.guaranteed_bps AS DECIMAL(28,4)) AS design_value, CAST(r.p95_value AS DECIMAL(28,4)) AS result_value
    FROM line AS l
    LEFT JOIN ranked AS r ON r.period_id = l.period_id AND r.table_name = 'line_sample' AND r.entity = l.line_id
    UNION ALL
    SELECT l.period_id, 'line', l.line_id, 'max_guaranteed', CAST(l.guaranteed_bps AS DECIMAL(28,4)),
           CAST(h.max_bps AS DECIMAL(28,4))
    FROM line AS l
    LEFT JOIN highest AS h ON h.period_id = l.period_id AND h.line_id = l.line_id
    UNION ALL
    SELECT g.period_id, 'line_group', g.group_id, 'p95_total', CAST(g.total_bps AS DECIMAL(28,4)),
           CAST(r.p95_value AS DECIMAL(28,4))
    FROM shared AS g
    LEFT JOIN ranked AS r ON r.period_id = g.period_id AND r.table_name = 'line_group' AND r.entity = g.group_id
    UNION ALL
    SELECT period_id, 'device', device_id, metric, CAST(design_limit AS DECIMAL(28,4)), CAST(max_value AS DECIMAL(28,4))
    FROM device
    UNION ALL
    SELECT period_id, 'service', service_id, 'saturation', CAST(100 AS DECIMAL(28,4)), CAST(saturation AS DECIMAL(28,4))
    FROM served
    UNION ALL
    SELECT period_id, 'licence', CASE kpi_id WHEN 'K21' THEN 'account' WHEN 'K22' THEN 'terminal' WHEN 'K23' THEN 'cdn_site'
                                             ELSE entity END, 'used', denominator, numerator
    FROM kpi_licence
    WHERE kpi_id <> 'K23.sites'
)
SELECT period_id, kind, entity, item, design_value, result_value FROM compared
