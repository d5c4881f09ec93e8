-- name: SourceUses :many
SELECT * FROM source_uses ORDER BY source;

-- name: UseSource :exec
INSERT INTO source_uses (source, used_at) VALUES (@source, @used_at)
ON CONFLICT (source) DO UPDATE SET used_at = excluded.used_at;

-- name: SetUpAt :many
SELECT name, changed_at FROM setup WHERE kind = @kind;
