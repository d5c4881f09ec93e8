-- name: SetupSignatures :many
SELECT kind, name, changed_at, changed_by FROM setup;

-- name: Bases :many
SELECT * FROM setup_bases WHERE hand = @hand;

-- name: AllBases :many
SELECT * FROM setup_bases ORDER BY hand, kind, name;

-- name: RewriteBase :exec
UPDATE setup_bases SET form = @form, gone_by = @gone_by WHERE hand = @hand AND kind = @kind AND name = @name;

-- name: DeleteBase :exec
DELETE FROM setup_bases WHERE hand = @hand AND kind = @kind AND name = @name;

-- name: DeleteBasesOf :exec
DELETE FROM setup_bases WHERE hand = @hand;

-- name: RewriteSigner :exec
UPDATE setup SET changed_by = @signer WHERE changed_by = @was;

-- name: MarkBaseGone :exec
UPDATE setup_bases SET gone_at = @gone_at, gone_by = @gone_by WHERE kind = @kind AND name = @name;

-- name: OpenAlertsBy :many
SELECT service, policy, owner, CAST(count(*) AS BIGINT) AS n FROM alerts
WHERE status IN ('triggered', 'acknowledged', 'suppressed') GROUP BY service, policy, owner;
