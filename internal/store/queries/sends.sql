-- name: Page :one
SELECT * FROM pages WHERE id = @id;

-- name: PagesOf :many
SELECT * FROM pages WHERE alert = @alert ORDER BY id;

-- name: LockSend :one
SELECT * FROM sends WHERE id = @id FOR UPDATE;

-- name: SaveSend :exec
UPDATE sends SET status = @status, due_at = @due_at, attempts = @attempts, unknowns = @unknowns, first_at = @first_at,
    claimed_by = @claimed_by, finished_at = @finished_at, words = @words
WHERE id = @id;

-- name: SendsOf :many
SELECT * FROM sends WHERE alert = @alert ORDER BY id;

-- name: NextWaiting :one
SELECT * FROM sends WHERE page = @page AND status = 'waiting' AND attempts = 0 ORDER BY due_at, id LIMIT 1 FOR UPDATE;

-- name: AliveInBatch :one
SELECT CAST(count(*) AS BIGINT) FROM sends WHERE alert = @alert AND batch = @batch AND kind = 'page' AND status NOT IN ('failed', 'skipped');

-- name: ClaimedBy :many
SELECT * FROM sends WHERE status = 'sending' AND claimed_by = @run ORDER BY id LIMIT 500;

-- name: ClaimsOf :many
SELECT id FROM sends WHERE status = 'sending' AND claimed_by = @run ORDER BY id;

-- name: Claimants :many
SELECT DISTINCT claimed_by FROM sends WHERE status = 'sending';

-- name: StuckSends :many
SELECT s.id FROM sends s WHERE s.status = 'waiting' AND s.due_at < @before
    AND NOT EXISTS (SELECT 1 FROM timers t WHERE t.kind = 'deliver' AND t.ref = s.id AND t.due_at >= @before)
    AND NOT EXISTS (SELECT 1 FROM held h WHERE h.alert = s.alert)
ORDER BY s.due_at LIMIT 200;

-- name: CountWaiting :one
SELECT CAST(count(*) AS BIGINT) FROM sends WHERE status = 'waiting';
