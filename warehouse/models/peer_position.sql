-- one row per reporting period, KPI, connected body and group of bodies that it is compared with: all, or its size band
-- title: 団体間の位置
-- keys: period_id, kpi_id, tenant_code, peer_group
-- inputs: reporting_period(period), kpi_value(period), dim_tenant, dim_size_band
-- partition: period
-- identities: first_quartile <= median <= third_quartile; place <= bodies [peers_are_anonymous]
-- A body's place among the bodies with a value, 1 for the largest, with median and quartiles but no name or code of
-- another.  Groups of fewer than five bodies tell nothing (is_suppressed): single values could be guessed.
WITH member AS (
    SELECT p.period_id, t.tenant_code, t.users, p.through_date
    FROM reporting_period AS p
    JOIN dim_tenant AS t ON t.valid_from <= p.through_date AND t.valid_to >= p.first_date
    QUALIFY row_number() OVER (PARTITION BY p.period_id, t.tenant_code ORDER BY t.valid_from DESC NULLS LAST) = 1
),
belonging AS (
    SELECT period_id, tenant_code, 'all' AS peer_group FROM member
    UNION ALL
    SELECT m.period_id, m.tenant_code, b.band_id
    FROM member AS m
    JOIN dim_size_band AS b
        ON m.through_date BETWEEN b.valid_from AND b.valid_to
        AND m.users >= b.min_users AND (b.max_users IS NULL OR m.users <= b.max_users)
),
valued AS (
    SELECT b.period_id, v.kpi_id, b.tenant_code, b.peer_group, v.value
    FROM belonging AS b
    JOIN kpi_value AS v
        ON v.period_id = b.period_id AND v.grain = 'tenant' AND v.entity = b.tenant_code AND v.value IS NOT NULL
),
spread AS (
    SELECT period_id, kpi_id, peer_group, count(*) AS bodies,
           CAST(percentile_cont(0.25) WITHIN GROUP (ORDER BY value) AS DECIMAL(28,6)) AS first_quartile,
           CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS DECIMAL(28,6)) AS median,
           CAST(percentile_cont(0.75) WITHIN GROUP (ORDER BY value) AS DECIMAL(28,6)) AS third_quartile
    FROM valued
    GROUP BY period_id, kpi_id, peer_group
),
placed AS (
    SELECT period_id, kpi_id, tenant_code, peer_group, value,
           CAST(rank() OVER (PARTITION BY period_id, kpi_id, peer_group ORDER BY value DESC NULLS LAST) AS BIGINT) AS place
    FROM valued
)
SELECT v.period_id, v.kpi_id, v.tenant_code, v.peer_group, v.value, CAST(s.bodies AS BIGINT) AS bodies,
       s.bodies < 5 AS is_suppressed, CASE WHEN s.bodies >= 5 THEN v.place END AS place,
       CASE WHEN s.bodies >= 5 THEN s.first_quartile END AS first_quartile,
       CASE WHEN s.bodies >= 5 THEN s.median END AS median,
       CASE WHEN s.bodies >= 5 THEN s.third_quartile END AS third_quartile
FROM placed AS v
JOIN spread AS s ON s.period_id = v.period_id AND s.kpi_id = v.kpi_id AND s.peer_group = v.peer_group
