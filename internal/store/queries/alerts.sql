-- name: LockAlert :one
SELECT * FROM alerts WHERE id = @id FOR UPDATE;

-- name: Alert :one
SELECT * FROM alerts WHERE id = @id;

-- name: SaveAlert :exec
UPDATE alerts SET summary = @summary, severity = @severity, urgency = @urgency, status = @status, owner = @owner,
    signals = @signals, changed_at = @changed_at, acked_at = @acked_at, ack_worst = @ack_worst, hold = @hold,
    hold_until = @hold_until, nudged_at = @nudged_at, resolved_at = @resolved_at, merged_into = @merged_into,
    step = @step, round = @round, last_step = @last_step, pagings = @pagings, answered = @answered, next_at = @next_at, doc = @doc
WHERE id = @id;

-- name: CountSignals :exec
UPDATE alerts SET signals = signals + @count WHERE id = @id;

-- name: AlertStatus :one
SELECT service, status, owner, answered, nudged_at FROM alerts WHERE id = @id;

-- name: MergedAlerts :many
SELECT * FROM alerts WHERE merged_into = @alert AND merged_into <> '' AND status <> 'resolved' ORDER BY id FOR UPDATE;

-- name: LockOwned :many
SELECT * FROM alerts WHERE status = 'acknowledged' AND owner = @owner ORDER BY id FOR UPDATE;

-- name: StuckTriggered :many
SELECT id FROM alerts WHERE status = 'triggered' AND urgency > 1 AND next_at < @before
    AND NOT EXISTS (SELECT 1 FROM held h WHERE h.alert = alerts.id) ORDER BY id LIMIT 200;

-- name: StuckHeld :many
SELECT id FROM alerts WHERE status = 'acknowledged' AND hold_until > 0 AND hold_until < @before
    AND NOT EXISTS (SELECT 1 FROM held h WHERE h.alert = alerts.id) ORDER BY id LIMIT 200;

-- name: CountOpen :many
SELECT status, CAST(count(*) AS BIGINT) AS n FROM alerts
WHERE status IN ('triggered', 'acknowledged', 'suppressed') GROUP BY status;

-- name: AlertsByStatus :many
SELECT * FROM alerts WHERE status = @status AND id < @before ORDER BY id DESC LIMIT CAST(@n AS BIGINT);

-- name: AlertsByService :many
SELECT * FROM alerts WHERE service = @service AND status = @status AND id < @before ORDER BY id DESC LIMIT CAST(@n AS BIGINT);

-- name: Members :many
SELECT * FROM members WHERE alert = @alert ORDER BY key;

-- name: ForgetOver :exec
DELETE FROM members WHERE alert = @alert AND NOT firing;

-- name: Hush :one
SELECT * FROM hushes WHERE service = @service AND key = @key;

-- name: SaveHush :exec
INSERT INTO hushes (service, key, alert, until_at, severity, doc) VALUES (@service, @key, @alert, @until_at, @severity, @doc)
ON CONFLICT (service, key) DO UPDATE SET alert = excluded.alert, until_at = excluded.until_at, severity = excluded.severity, doc = excluded.doc;

-- name: DeleteHush :exec
DELETE FROM hushes WHERE service = @service AND key = @key;

-- name: CountMembers :one
SELECT CAST(count(*) AS BIGINT) AS n, CAST(coalesce(sum(CASE WHEN firing THEN 1 ELSE 0 END), 0) AS BIGINT) AS firing
FROM members WHERE alert = @alert;
