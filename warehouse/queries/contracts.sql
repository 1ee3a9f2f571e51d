-- one row per contract: its name and its first and last day
SELECT contract_id, name, valid_from, valid_to
FROM scoped.dim_contract
ORDER BY sort_order, contract_id
