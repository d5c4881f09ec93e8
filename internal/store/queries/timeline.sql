-- name: Timeline :many
SELECT * FROM timeline WHERE alert = @alert AND id > @after ORDER BY id LIMIT CAST(@n AS BIGINT);

-- name: LastEntries :many
SELECT * FROM timeline WHERE alert = @alert ORDER BY id DESC LIMIT CAST(@n AS BIGINT);

-- name: AddAudit :exec
INSERT INTO audit (id, at, actor, action, target, doc) VALUES (@id, @at, @actor, @action, @target, @doc);

-- name: Audit :many
SELECT * FROM audit WHERE id < @before ORDER BY id DESC LIMIT CAST(@n AS BIGINT);
