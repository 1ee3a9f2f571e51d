-- one row per connected body that is a member on some day between the two dates
SELECT tenant_code, name, kind,
       CASE kind WHEN 'prefecture' THEN '県' WHEN 'city' THEN '市' WHEN 'town' THEN '町' ELSE '広域連合' END AS kind_name,
       users, terminals, sort_order, valid_from, nullif(valid_to, DATE '9999-12-31') AS valid_to
FROM scoped.dim_tenant
WHERE valid_from <= $last_date AND valid_to >= $first_date
QUALIFY row_number() OVER (PARTITION BY tenant_code ORDER BY valid_from DESC) = 1
ORDER BY sort_order
