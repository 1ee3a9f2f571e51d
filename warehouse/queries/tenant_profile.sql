-- one row per connected body that is a member on some day between the two dates, as it was last in them
-- joined_on: the first day of its membership, whatever has changed of it since; cap_bps is NULL where no limit is set.
WITH joined AS (
    SELECT tenant_code, min(valid_from) AS joined_on FROM scoped.dim_tenant GROUP BY tenant_code
)
SELECT t.tenant_code, t.name, t.users, t.terminals, t.cap_bps, j.joined_on
FROM scoped.dim_tenant AS t
JOIN joined AS j ON j.tenant_code = t.tenant_code
WHERE t.valid_from <= $last_date AND t.valid_to >= $first_date
QUALIFY row_number() OVER (PARTITION BY t.tenant_code ORDER BY t.valid_from DESC) = 1
ORDER BY t.sort_order
