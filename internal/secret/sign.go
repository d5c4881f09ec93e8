package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"

	"firehall/internal/id"
)

// macSize is the length of a signature in bytes: 128 bits.
const macSize = 16

// Sign returns a signature of parts for a purpose: 22 characters of A–Z a–z
// 0–9 - _. ("a", "bc") and ("ab", "c") have different signatures.
func (b *Box) Sign(purpose string, parts ...string) string {
	return sign(b.derive("sign", purpose), parts)
}

// Verify says, in a time that tells nothing, whether mac is the signature of
// parts for purpose.
func (b *Box) Verify(purpose, mac string, parts ...string) bool {
	return hmac.Equal([]byte(mac), []byte(b.Sign(purpose, parts...)))
}

// sign writes each part after its length, so that no two lists of parts read
// the same.
func sign(key []byte, parts []string) string {
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		mac.Write(size[:])
		mac.Write([]byte(part))
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:macSize])
}

const (
	pagePurpose = "page link"
	pageIDSize  = 26 // characters of a page's id after its prefix
)

// PageToken returns the token of a page's link, /p/{token}: the page's id
// without its prefix, a dot, and a signature; 49 characters that need no
// escaping in a path.
func (b *Box) PageToken(page id.Page) string {
	body := strings.TrimPrefix(string(page), id.PrefixPage)
	return body + "." + sign(b.pages, []string{body})
}

// OpenPageToken returns the page of a token that PageToken made with this key.
// It says nothing about whether the page exists or its link still holds.
func (b *Box) OpenPageToken(token string) (id.Page, bool) {
	body, mac, ok := strings.Cut(token, ".")
	if !ok || len(body) != pageIDSize {
		return "", false
	}
	if !hmac.Equal([]byte(mac), []byte(sign(b.pages, []string{body}))) {
		return "", false
	}
	return id.Page(id.PrefixPage + body), true
}
