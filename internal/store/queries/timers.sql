-- name: SetTimer :exec
INSERT INTO timers (kind, ref, lane, due_at, attempt) VALUES (@kind, @ref, @lane, @due_at, @attempt)
ON CONFLICT (kind, ref) DO UPDATE SET
    due_at = CASE WHEN excluded.due_at < timers.due_at THEN excluded.due_at ELSE timers.due_at END,
    attempt = excluded.attempt;

-- name: DeleteTimer :exec
DELETE FROM timers WHERE kind = @kind AND ref = @ref;

-- name: Lanes :many
WITH RECURSIVE l(lane) AS (
    SELECT min(lane) FROM timers
    UNION ALL
    SELECT (SELECT min(t.lane) FROM timers t WHERE t.lane > l.lane) FROM l WHERE l.lane IS NOT NULL
)
SELECT CAST(l.lane AS TEXT) AS lane, CAST((SELECT min(d.due_at) FROM timers d WHERE d.lane = l.lane) AS BIGINT) AS due_at
FROM l WHERE l.lane IS NOT NULL;

-- name: ClaimTimers :many
SELECT * FROM timers WHERE lane = @lane AND due_at <= @now ORDER BY due_at LIMIT CAST(@n AS BIGINT) FOR UPDATE SKIP LOCKED;

-- name: CountTimers :one
SELECT CAST(count(*) AS BIGINT) AS n, CAST(coalesce(min(due_at), 0) AS BIGINT) AS due_at FROM timers;

-- name: TimerFor :one
SELECT * FROM timers WHERE kind = @kind AND ref = @ref;
