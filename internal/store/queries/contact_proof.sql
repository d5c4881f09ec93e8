-- name: ContactProofs :many
SELECT * FROM contact_proofs ORDER BY person, contact;

-- name: ContactProof :one
SELECT * FROM contact_proofs WHERE person = @person AND contact = @contact;

-- name: ForgetProofs :exec
DELETE FROM contact_proofs WHERE person = @person;
