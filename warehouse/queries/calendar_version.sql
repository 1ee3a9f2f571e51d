-- one row per snapshot: the calendar that it was built with (minutes of a JST day)
SELECT version, sha256, holidays_until, known_from, known_until, extra_closed_days, opens_minute, closes_minute, after_hours,
       due_end
FROM scoped.calendar_version
ORDER BY version
