-- 指標の内訳の合計が全体と一致すること（団体・機能などの不明分だけは、内訳に現れない）
WITH whole AS (
    SELECT period_id, kpi_id, numerator FROM kpi_value WHERE grain = 'all'
),
part AS (
    SELECT period_id, kpi_id, grain, sum(numerator) AS numerator FROM kpi_value WHERE grain <> 'all' GROUP BY ALL
)
SELECT p.period_id, p.kpi_id, p.grain, p.numerator AS parts, w.numerator AS whole
FROM part AS p
JOIN whole AS w ON w.period_id = p.period_id AND w.kpi_id = p.kpi_id
WHERE ((p.kpi_id, p.grain) IN (('K02', 'service'), ('K02.count', 'service'), ('K03', 'service'), ('K04', 'service'),
                               ('K15', 'tenant'), ('K15', 'route'), ('K25.count', 'function'), ('K40', 'obligation'))
       AND (abs(p.numerator - w.numerator) > 0.001 OR (p.numerator IS NULL) <> (w.numerator IS NULL)))
   OR ((p.kpi_id, p.grain) IN (('K07', 'service'), ('K25.count', 'tenant'), ('K26', 'tenant'), ('K26', 'channel'),
                               ('K26', 'ticket_kind'), ('K30', 'tenant'), ('K30', 'change_kind'), ('K33', 'tenant'),
                               ('K33', 'severity'), ('K33', 'function'), ('K34', 'tenant'))
       AND p.numerator > w.numerator)
UNION ALL
SELECT w.period_id, w.kpi_id, 'boundary', i.numerator + o.numerator, w.numerator
FROM kpi_value AS w
JOIN kpi_value AS i
    ON i.period_id = w.period_id AND i.grain = w.grain AND i.entity = w.entity AND i.kpi_id = 'K07.inside'
JOIN kpi_value AS o
    ON o.period_id = w.period_id AND o.grain = w.grain AND o.entity = w.entity AND o.kpi_id = 'K07.outside'
WHERE w.kpi_id = 'K07' AND i.numerator + o.numerator IS DISTINCT FROM w.numerator
