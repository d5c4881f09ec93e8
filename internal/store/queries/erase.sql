-- name: SaveErasure :exec
INSERT INTO erasures (name, doc) VALUES (@name, @doc) ON CONFLICT (name) DO UPDATE SET doc = excluded.doc;

-- name: DeleteErasure :exec
DELETE FROM erasures WHERE name = @name;

-- name: Erasures :many
SELECT * FROM erasures ORDER BY name;

-- name: AlertsFrom :many
SELECT id, owner FROM alerts WHERE id > @after ORDER BY id LIMIT CAST(@n AS BIGINT);

-- name: SetOwner :exec
UPDATE alerts SET owner = @owner WHERE id = @id AND owner = @was;

-- name: PagesFrom :many
SELECT id, person, reason FROM pages WHERE id > @after ORDER BY id LIMIT CAST(@n AS BIGINT);

-- name: RewritePage :exec
UPDATE pages SET person = @person, reason = @reason WHERE id = @id;

-- name: SendsFrom :many
SELECT id, person, reason, words FROM sends WHERE id > @after ORDER BY id LIMIT CAST(@n AS BIGINT) FOR UPDATE;

-- name: RewriteSend :exec
UPDATE sends SET person = @person, reason = @reason, words = @words WHERE id = @id;

-- name: EntriesFrom :many
SELECT alert, id, kind, doc FROM timeline WHERE alert >= @alert AND (alert > @alert OR id > @after) ORDER BY alert, id LIMIT CAST(@n AS BIGINT);

-- name: RewriteEntry :exec
UPDATE timeline SET doc = @doc WHERE alert = @alert AND id = @id;

-- name: AuditFrom :many
SELECT * FROM audit WHERE id > @after ORDER BY id LIMIT CAST(@n AS BIGINT);

-- name: RewriteAudit :exec
UPDATE audit SET actor = @actor, target = @target, doc = @doc WHERE id = @id;

-- name: PolicyVersions :many
SELECT * FROM policy_versions WHERE id > @after ORDER BY id LIMIT CAST(@n AS BIGINT);

-- name: RewritePolicyVersion :exec
UPDATE policy_versions SET doc = @doc WHERE id = @id;

-- name: OverridesFrom :many
SELECT * FROM overrides WHERE id > @after ORDER BY id LIMIT CAST(@n AS BIGINT);

-- name: RewriteOverride :exec
UPDATE overrides SET doc = @doc WHERE id = @id;

-- name: RewriteTokenMaker :exec
UPDATE tokens SET created_by = @maker WHERE created_by = @was;

-- name: WaitingFor :many
SELECT id FROM sends WHERE status = 'waiting' AND due_at > 0 AND person = @person ORDER BY due_at;

-- name: AskedOpen :many
SELECT a.id FROM alerts a WHERE a.status = 'triggered' AND a.urgency > 1
    AND EXISTS (SELECT 1 FROM pages p WHERE p.alert = a.id AND p.batch = a.pagings AND p.person = @person)
    AND NOT EXISTS (SELECT 1 FROM pages q WHERE q.alert = a.id AND q.batch = a.pagings AND q.person <> @person)
ORDER BY a.id;

-- name: PagesTo :many
SELECT * FROM pages WHERE person = @person AND id > @after ORDER BY id LIMIT CAST(@n AS BIGINT);

-- name: EntriesWhole :many
SELECT * FROM timeline WHERE alert >= @alert AND (alert > @alert OR id > @after) ORDER BY alert, id LIMIT CAST(@n AS BIGINT);

-- name: AuditAbout :many
SELECT * FROM audit WHERE id > @after AND id < @before ORDER BY id LIMIT CAST(@n AS BIGINT);
