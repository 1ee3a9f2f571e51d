-- 履行とした報告義務に、必要な回数の実施があること
SELECT obligation_id, due_period_id, entity, required, done FROM obligation_due WHERE state = 'fulfilled' AND done < required
