-- 指標の分子・分母が負でなく、割合の分子が分母を超えず、取得が期待を超えないこと
SELECT period_id, kpi_id, grain, entity, numerator, denominator, expected, received
FROM kpi_value
WHERE numerator < 0 OR denominator < 0 OR received > expected
   OR (numerator > denominator AND kpi_id IN ('K01', 'K03', 'K08', 'K15.share', 'K25', 'K27', 'K30.completed', 'K31', 'K32',
                                              'K35', 'K37', 'K38', 'K39', 'K39.off_hours', 'K40'))
