-- one row per quarter or longer period, series and month whose highest eighth does not hold all that the period needs
-- title: 上位の値が足りない月
-- keys: period_id, table_name, entity, series, jst_month
-- inputs: long_guess(period), month_percentile(period), period_month(period)
-- partition: long_period
-- identities: none (as a rule without rows: a month would have to hold two and a half times its share of the high values)
-- A month whose lowest kept value is not above the guess has kept all that matters.  Of the other months all samples are
-- read (long_percentile).
SELECT g.period_id, g.table_name, g.entity, g.series, m.jst_month, m.samples
FROM long_guess AS g
JOIN period_month AS p ON p.period_id = g.period_id
JOIN month_percentile AS m
    ON m.jst_month = p.jst_month AND m.table_name = g.table_name AND m.entity = g.entity AND m.series = g.series
WHERE m.kept < m.samples AND (m.cut_value > g.guess_value OR g.guess_value IS NULL)
