-- name: Fact :one
SELECT value FROM facts WHERE name = @name;

-- name: SetFact :exec
INSERT INTO facts (name, value) VALUES (@name, @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: AddFact :exec
INSERT INTO facts (name, value) VALUES (@name, @value) ON CONFLICT (name) DO NOTHING;

-- name: SetupVersion :one
SELECT version FROM setup_version WHERE one = 1;

-- name: LockSetup :one
SELECT version FROM setup_version WHERE one = 1 FOR UPDATE;

-- name: BumpSetup :exec
UPDATE setup_version SET version = version + 1 WHERE one = 1;

-- name: SetupDocs :many
SELECT kind, name, doc FROM setup;

-- name: DeleteDoc :exec
DELETE FROM setup WHERE kind = @kind AND name = @name;

-- name: AddPolicyVersion :exec
INSERT INTO policy_versions (id, policy, doc, created_at) VALUES (@id, @policy, @doc, @created_at);

-- name: PolicyVersion :one
SELECT * FROM policy_versions WHERE id = @id;

-- name: AddOverride :exec
INSERT INTO overrides (id, schedule, doc, until_at, deleted_at) VALUES (@id, @schedule, @doc, @until_at, 0);

-- name: DeleteOverride :execrows
UPDATE overrides SET deleted_at = @at WHERE id = @id AND deleted_at = 0;

-- name: Overrides :many
SELECT * FROM overrides WHERE deleted_at = 0 ORDER BY id;

-- name: AddToken :exec
INSERT INTO tokens (id, hash, name, person, role, scopes, created_at, created_by, expires_at, used_at)
VALUES (@id, @hash, @name, @person, @role, @scopes, @created_at, @created_by, @expires_at, 0);

-- name: TokenByHash :one
SELECT * FROM tokens WHERE hash = @hash;

-- name: Tokens :many
SELECT * FROM tokens ORDER BY id;

-- name: DeleteToken :execrows
DELETE FROM tokens WHERE id = @id;

-- name: UseToken :exec
UPDATE tokens SET used_at = @at WHERE id = @id AND used_at < @before;
