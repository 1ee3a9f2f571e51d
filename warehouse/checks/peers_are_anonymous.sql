-- 五団体に満たない集まりの位置及び件数を示さず、四分位と順位の前後が正しいこと
SELECT period_id, kpi_id, peer_group, bodies, place
FROM peer_position
WHERE (bodies < 5 AND (place IS NOT NULL OR median IS NOT NULL OR first_quartile IS NOT NULL OR third_quartile IS NOT NULL))
   OR first_quartile > median OR median > third_quartile OR place > bodies OR place < 1
UNION ALL
SELECT jst_month, source, '', bodies, NULL
FROM security_whole
WHERE source = 'cloud' AND bodies < 5 AND (n IS NOT NULL OR blocked IS NOT NULL)
