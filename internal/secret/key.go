package secret

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
)

// TokenPrefix begins every API token, so that one that leaked is recognised.
const TokenPrefix = "fh_"

// NewKey returns a key for a source: 32 hex digits, 128 random bits.
func NewKey() string {
	return hex.EncodeToString(random(16))
}

// NewToken returns an API token: "fh_" and 43 characters of A–Z a–z 0–9 - _,
// 256 random bits.
func NewToken() string {
	return TokenPrefix + base64.RawURLEncoding.EncodeToString(random(32))
}

// random returns n random bytes. The system always gives them: crypto/rand
// ends the process rather than fail.
func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}
