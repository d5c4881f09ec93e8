-- name: LockHeld :one
SELECT alert FROM held WHERE alert = @alert FOR UPDATE;

-- name: FindHeld :one
SELECT alert FROM held WHERE alert = @alert;

-- name: CountHeld :one
SELECT CAST(count(*) AS BIGINT) FROM held;

-- name: HoldAlerts :exec
INSERT INTO held (alert)
SELECT a.id FROM alerts a WHERE a.status <> 'resolved'
UNION
SELECT s.alert FROM sends s WHERE s.status IN ('waiting', 'sending');

-- name: DeleteHeld :execrows
DELETE FROM held;

-- name: DeleteHeldAlert :execrows
DELETE FROM held WHERE alert = @alert;

-- name: ReleaseTimersOf :many
DELETE FROM held_timers WHERE (held_timers.kind <> @of_send AND held_timers.ref = @alert)
   OR (held_timers.kind = @of_send AND held_timers.ref IN (SELECT s.id FROM sends s WHERE s.alert = @alert)) RETURNING *;

-- name: HoldTimer :exec
INSERT INTO held_timers (kind, ref, lane, due_at, attempt) VALUES (@kind, @ref, @lane, @due_at, @attempt)
ON CONFLICT (kind, ref) DO UPDATE SET due_at = CASE WHEN excluded.due_at < held_timers.due_at THEN excluded.due_at ELSE held_timers.due_at END;

-- name: ReleaseTimers :many
DELETE FROM held_timers RETURNING *;

-- name: AlertOfSend :one
SELECT alert FROM sends WHERE id = @id;

-- name: LockFact :one
SELECT value FROM facts WHERE name = @name FOR UPDATE;

-- name: DeleteFact :exec
DELETE FROM facts WHERE name = @name;
