-- 到着した数が期待した数を超えず、欠測区間の欠測数の合計が両者の差と一致すること
SELECT d.feed, d.entity, d.absent, coalesce(g.missing, 0) AS missing
FROM (SELECT feed, entity, sum(expected - received) AS absent, max(received - expected) AS surplus
      FROM arrival_day GROUP BY feed, entity) AS d
LEFT JOIN (SELECT feed, entity, sum(missing) AS missing FROM arrival_gap GROUP BY feed, entity) AS g
    ON g.feed = d.feed AND g.entity = d.entity
WHERE d.absent <> coalesce(g.missing, 0) OR d.surplus > 0
