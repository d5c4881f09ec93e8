-- name: Unresolved :one
SELECT * FROM alerts WHERE service = @service AND key = @key AND status <> 'resolved';

-- name: ResolvedWithKey :many
SELECT * FROM (
    SELECT * FROM alerts WHERE service = @service AND status = 'resolved' AND id < @before ORDER BY id DESC LIMIT CAST(@scan AS BIGINT)
) recent WHERE key = @key ORDER BY id DESC LIMIT CAST(@n AS BIGINT);

-- name: AlertsOpenedIn :many
SELECT * FROM alerts WHERE id >= @since AND id < @until ORDER BY id LIMIT CAST(@n AS BIGINT);

-- name: SendsToPerson :many
SELECT s.* FROM sends s WHERE s.person = @person AND s.alert IN (
    SELECT p.alert FROM pages p WHERE p.person = @person AND p.id >= @since AND p.id < @until
) ORDER BY s.id DESC LIMIT CAST(@n AS BIGINT);

-- name: PagesBefore :many
SELECT * FROM pages WHERE person = @person AND id < @before ORDER BY id DESC LIMIT CAST(@n AS BIGINT);

-- name: PagesSince :many
SELECT * FROM pages WHERE person = @person AND id >= @since ORDER BY id LIMIT CAST(@n AS BIGINT);

-- name: MessagesBefore :many
SELECT id FROM messages WHERE source = @source AND id >= @since AND id < @before ORDER BY id DESC LIMIT CAST(@n AS BIGINT);

-- name: MessagesFrom :many
SELECT id FROM messages WHERE source = @source AND id >= @since AND id < @until ORDER BY id LIMIT CAST(@n AS BIGINT);
