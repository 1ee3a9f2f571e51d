-- one row per reporting period, KPI (K05-K08), grain and entity
-- title: 指標の算出（障害）
-- keys: period_id, kpi_id, grain, entity
-- inputs: reporting_period(period), period_ledger(period), period_entity(period), period_month(period), fault_case, dim_tenant
-- partition: period
-- identities: K07 = K07.inside + K07.outside [kpi_parts_add_up]
-- Sums of minutes are made of whole seconds, so that parts of minutes do not add up to more or less than they are.
-- K08 looks at all faults up to the last day told, whenever they were detected; a fault is done once fully restored.
WITH member AS (
    SELECT l.period_id, e.grain, e.entity, l.months_due, l.months_told
    FROM period_ledger AS l
    JOIN period_entity AS e ON e.period_id = l.period_id AND e.grain IN ('all', 'service', 'tenant')
    WHERE l.table_name = 'fault'
),
seen AS (
    SELECT 'all' AS grain, '' AS entity, fault_no, jst_month, jst_date, boundary, start_minutes, restore_minutes, restored_jst
    FROM fault_case
    UNION ALL
    SELECT 'service', service_id, fault_no, jst_month, jst_date, boundary, start_minutes, restore_minutes, restored_jst
    FROM fault_case
    UNION ALL
    SELECT 'tenant', t.tenant_code, f.fault_no, f.jst_month, f.jst_date, f.boundary, f.start_minutes, f.restore_minutes,
           f.restored_jst
    FROM fault_case AS f
    JOIN dim_tenant AS t
        ON f.jst_date BETWEEN t.valid_from AND t.valid_to
        AND (f.affected = '*' OR ',' || f.affected || ',' LIKE '%,' || t.tenant_code || ',%')
),
timed AS (
    SELECT p.period_id, s.grain, s.entity, count(*) AS faults,
           count(CASE WHEN s.boundary = 'inside' THEN 1 END) AS inside,
           CAST(sum(round(s.start_minutes * 60)) AS BIGINT) AS start_seconds, count(s.start_minutes) AS started,
           CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY s.start_minutes) AS DECIMAL(20,2)) AS start_median,
           max(s.start_minutes) AS start_max,
           CAST(sum(round(s.restore_minutes * 60)) AS BIGINT) AS restore_seconds, count(s.restore_minutes) AS restored,
           CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY s.restore_minutes) AS DECIMAL(20,2)) AS restore_median,
           max(s.restore_minutes) AS restore_max
    FROM seen AS s
    JOIN period_month AS p ON p.jst_month = s.jst_month
    GROUP BY p.period_id, s.grain, s.entity
),
so_far AS (
    SELECT r.period_id, count(*) AS faults,
           count(CASE WHEN f.restored_jst < CAST(r.through_date AS TIMESTAMP) + INTERVAL 1 DAY THEN 1 END) AS done
    FROM reporting_period AS r
    JOIN fault_case AS f ON f.jst_date <= r.through_date
    GROUP BY r.period_id
),
counted AS (
    SELECT m.period_id, m.grain, m.entity, m.months_due, m.months_told, coalesce(t.faults, 0) AS faults,
           coalesce(t.inside, 0) AS inside, t.start_seconds, coalesce(t.started, 0) AS started, t.start_median, t.start_max,
           t.restore_seconds, coalesce(t.restored, 0) AS restored, t.restore_median, t.restore_max,
           coalesce(f.faults, 0) AS faults_so_far, coalesce(f.done, 0) AS done_so_far
    FROM member AS m
    LEFT JOIN timed AS t ON t.period_id = m.period_id AND t.grain = m.grain AND t.entity = m.entity
    LEFT JOIN so_far AS f ON f.period_id = m.period_id
),
parts AS (
    SELECT period_id, 'K05' AS kpi_id, grain, entity, CAST(coalesce(start_seconds, 0) / 60 AS DECIMAL(28,4)) AS numerator,
           started AS denominator, started AS n, months_due, months_told
    FROM counted
    WHERE grain <> 'tenant'
    UNION ALL
    SELECT period_id, 'K05.median', grain, entity, start_median, CASE WHEN started > 0 THEN 1 ELSE 0 END, started,
           months_due, months_told
    FROM counted
    WHERE grain <> 'tenant'
    UNION ALL
    SELECT period_id, 'K05.max', grain, entity, start_max, CASE WHEN started > 0 THEN 1 ELSE 0 END, started, months_due,
           months_told
    FROM counted
    WHERE grain <> 'tenant'
    UNION ALL
    SELECT period_id, 'K06', grain, entity, CAST(coalesce(restore_seconds, 0) / 60 AS DECIMAL(28,4)), restored, restored,
           months_due, months_told
    FROM counted
    UNION ALL
    SELECT period_id, 'K06.median', grain, entity, restore_median, CASE WHEN restored > 0 THEN 1 ELSE 0 END, restored,
           months_due, months_told
    FROM counted
    UNION ALL
    SELECT period_id, 'K06.max', grain, entity, restore_max, CASE WHEN restored > 0 THEN 1 ELSE 0 END, restored,
           months_due, months_told
    FROM counted
    UNION ALL
    SELECT period_id, 'K07', grain, entity, faults, 1, faults, months_due, months_told FROM counted
    UNION ALL
    SELECT period_id, 'K07.inside', grain, entity, inside, 1, faults, months_due, months_told FROM counted
    UNION ALL
    SELECT period_id, 'K07.outside', grain, entity, faults - inside, 1, faults, months_due, months_told FROM counted
    UNION ALL
    SELECT period_id, 'K08', grain, entity, done_so_far, faults_so_far, faults_so_far, months_due, months_told
    FROM counted
    WHERE grain = 'all'
    UNION ALL
    SELECT period_id, 'K08.open', grain, entity, faults_so_far - done_so_far, 1, faults_so_far, months_due, months_told
    FROM counted
    WHERE grain = 'all'
)
SELECT period_id, kpi_id, grain, entity,
       CASE WHEN months_told > 0 THEN CAST(numerator AS DECIMAL(28,4)) END AS numerator,
       CASE WHEN months_told > 0 THEN CAST(denominator AS DECIMAL(28,4)) END AS denominator,
       CASE WHEN months_told > 0 THEN CAST(n AS BIGINT) END AS n,
       CAST(months_due AS BIGINT) AS expected, CAST(months_told AS BIGINT) AS received
FROM parts
