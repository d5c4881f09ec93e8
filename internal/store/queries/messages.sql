-- name: Message :one
SELECT * FROM messages WHERE id = @id;

-- name: ExpiredMessages :many
SELECT id FROM messages WHERE id < @before ORDER BY id LIMIT CAST(@n AS BIGINT);

-- name: DeleteMessagesBelow :execrows
DELETE FROM messages WHERE id <= @id;

-- name: MessagesSize :one
SELECT CAST(coalesce(sum(size), 0) AS BIGINT) AS bytes, CAST(count(*) AS BIGINT) AS n FROM messages;

