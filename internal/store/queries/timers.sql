-- name: Lanes :many
WITH RECURSIVE l(lane) AS (
    SELECT min(lane) FROM timers
    UNION ALL
    SELECT (SELECT min(t.lane) FROM timers t WHERE t.lane > l.lane) FROM l WHERE l.lane IS NOT NULL
)
SELECT CAST(l.lane AS TEXT) AS lane, CAST((SELECT min(d.due_at) FROM timers d WHERE d.lane = l.lane) AS BIGINT) AS due_at
FROM l WHERE l.lane IS NOT NULL;

-- name: ClaimTimers :many
WITH due AS MATERIALIZED (
    SELECT t.kind, t.ref FROM timers t WHERE t.lane = @lane AND t.due_at <= @now ORDER BY t.due_at LIMIT CAST(@n AS BIGINT) FOR UPDATE SKIP LOCKED
)
DELETE FROM timers WHERE (kind, ref) IN (SELECT due.kind, due.ref FROM due) RETURNING *;

-- name: CountTimers :one
SELECT CAST(count(*) AS BIGINT) AS n, CAST(coalesce(min(due_at), 0) AS BIGINT) AS due_at FROM timers;
