// Package secret holds what the installation's key is for: secrets sealed for
// the database, keys and tokens turned into what may be looked up, and signed
// links. Nothing here ever prints a secret, not even in an error.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"firehall/internal/fault"
)

// KeySize is the length of an installation's key, in bytes.
const KeySize = 32

// version begins everything that a Box makes, so that a later way of making it
// can be told from this one.
const version = "v1."

// Box seals, signs and hashes with one installation's key. Each purpose has
// its own key derived from that one: what is made for one purpose is worthless
// for another. A Box never changes and is safe for many goroutines.
type Box struct {
	root  []byte
	hash  []byte // for HashKey: called for every message
	pages []byte // for PageToken: called for every send
}

// New returns the Box of a key, which must be KeySize random bytes. It fails
// with fault.Invalid when the length is wrong.
func New(key []byte) (*Box, error) {
	if len(key) != KeySize {
		return nil, fault.New(fault.Invalid, "the secret key has %d bytes; it must have %d", len(key), KeySize)
	}
	b := &Box{root: append([]byte(nil), key...)}
	b.hash = b.derive("hash", "")
	b.pages = b.derive("sign", pagePurpose)
	return b, nil
}

// derive returns the 32-byte key of one use for one purpose.
func (b *Box) derive(use, purpose string) []byte {
	key, err := hkdf.Key(sha256.New, b.root, nil, "firehall "+version+use+":"+purpose, KeySize)
	if err != nil {
		panic("secret: a key cannot be derived: " + err.Error())
	}
	return key
}

// Seal returns plain encrypted and authenticated, as text. Two seals of the
// same thing differ. Only Open with the same purpose and the same key gives it
// back.
func (b *Box) Seal(purpose string, plain []byte) string {
	sealed := b.aead(purpose).Seal(nil, nil, plain, []byte(version))
	return version + base64.RawURLEncoding.EncodeToString(sealed)
}

// errSealed says nothing about which of its three causes it was: they cannot
// be told apart.
var errSealed = errors.New("this secret cannot be opened: it was sealed with another key or for another purpose, or it was changed")

// Open returns what Seal was given. It fails when the text was changed, or was
// sealed for another purpose or with another key.
func (b *Box) Open(purpose, sealed string) ([]byte, error) {
	rest, ok := strings.CutPrefix(sealed, version)
	if !ok {
		return nil, errors.New("this secret cannot be opened: it is of no version that is known here")
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(rest)
	if err != nil {
		return nil, errSealed
	}
	plain, err := b.aead(purpose).Open(nil, nil, raw, []byte(version))
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}

// aead returns the cipher of one purpose. It puts a random nonce of 96 bits
// before what it seals, which is safe for 2³² seals of one purpose.
func (b *Box) aead(purpose string) cipher.AEAD {
	block, err := aes.NewCipher(b.derive("seal", purpose))
	if err != nil {
		panic("secret: " + err.Error())
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("secret: " + err.Error())
	}
	return aead
}

// Check returns a value that shows which key this is without giving it away.
// The database keeps it, so that a node with another key refuses to start.
func (b *Box) Check() string {
	return version + hex.EncodeToString(b.derive("check", ""))
}

// Matches says whether check was made with this key.
func (b *Box) Matches(check string) bool {
	return hmac.Equal([]byte(check), []byte(b.Check()))
}

// HashKey returns what a source's key or an API token is looked up by: 64 hex
// digits that are worthless to somebody who reads the database.
func (b *Box) HashKey(s string) string {
	mac := hmac.New(sha256.New, b.hash)
	mac.Write([]byte(s))
	return hex.EncodeToString(mac.Sum(nil))
}

// String keeps the key out of logs and errors.
func (Box) String() string { return "secret.Box" }

// Format keeps the key out of every verb of fmt, %#v and %x included.
func (b Box) Format(f fmt.State, _ rune) { fmt.Fprint(f, b.String()) }
