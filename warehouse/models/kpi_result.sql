-- one row per reporting period, KPI, grain and entity, beside the period before and the same period of last year
-- title: 指標の実績
-- keys: period_id, kpi_id, grain, entity
-- inputs: kpi_value, reporting_period
-- partition: mart_view
-- identities: none (a view: kpi_value is kept, comparisons are looked up)
-- A period of which not all days are told (it still runs, or the data begin in its midst) is compared with nothing.
SELECT v.period_id, v.kind, v.kpi_id, v.grain, v.entity, v.entity_name, v.tenant_code, v.numerator, v.denominator, v.value,
       v.n, v.expected, v.received, 100 * CAST(v.received AS DOUBLE) / nullif(v.expected, 0) AS coverage_pct, v.operator, v.target,
       v.caution, v.target_clause, v.judgement, r.previous_id, r.last_year_id,
       CASE WHEN r.through_date = r.last_date AND r.made_of = r.month_count THEN p.value END AS previous_value,
       CASE WHEN r.through_date = r.last_date AND r.made_of = r.month_count THEN y.value END AS last_year_value,
       r.first_date, r.last_date, r.through_date,
       r.through_date = r.last_date AND r.made_of = r.month_count AS is_complete, r.made_of, r.month_count
FROM kpi_value AS v
JOIN reporting_period AS r ON r.period_id = v.period_id
LEFT JOIN kpi_value AS p
    ON p.period_id = r.previous_id AND p.kpi_id = v.kpi_id AND p.grain = v.grain AND p.entity = v.entity
LEFT JOIN kpi_value AS y
    ON y.period_id = r.last_year_id AND y.kpi_id = v.kpi_id AND y.grain = v.grain AND y.entity = v.entity
