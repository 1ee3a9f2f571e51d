-- 台帳の届いた月数が、期間の月数を超えないこと
SELECT period_id, table_name, months_due, months_told FROM period_ledger WHERE months_told > months_due
