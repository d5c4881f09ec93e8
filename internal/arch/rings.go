// Package arch holds the shape of the house, and finds what breaks it: which
// package may import which, which ones are pure, who reads the clock, and how
// big files and functions grow. Its test runs over the whole module.
package arch

import "strings"

// ring is one ring of the house.
type ring struct {
	name     string
	packages string // names, apart by spaces
}

// rings lists the house from the top down. A package imports only packages of
// rings above its own, and those that siblings names. A package's folders
// (store/db) belong to it.
var rings = []ring{
	{"words", "id fault span timeline"},
	{"domain", "alert route escalation schedule rota notify quiet monitor service change incident " +
		"runbook review statuspage team pay report remote setup"},
	{"tools", "store intake channel probe secret meter doctor"},
	{"doing", "lint action engine"},
	{"doors", "ui web api source client cli agent"},
	{"app", "app demo"},
	{"cmd", "cmd"},
}

// siblings lists what a package may import of its own ring.
var siblings = map[string]string{
	"span":     "id fault",
	"timeline": "id fault",
	"doctor":   "channel",
	"action":   "lint",
	"engine":   "action lint",
	"web":      "ui",
	"api":      "ui",
	"cli":      "client",
	"agent":    "client",
	"app":      "demo",
}

// remote lists packages that reach a server through client, and what they
// therefore never import though it stands above them.
var remote = map[string]string{
	"client": "store lint action engine",
	"cli":    "store lint action engine",
	"agent":  "store lint action engine",
}

// helpers stand outside the rings: they may import all, and only the packages
// named here may import them.
var helpers = map[string]string{
	"arch":   "",
	"bench":  "",
	"e2e":    "",
	"pgtest": "smoke bench e2e",
	"smoke":  "",
	"config": "app cmd cli",
}

// pureRings are values in, decisions out: no I/O, no clock, no goroutine.
// intake joins them, which turns bytes into signals, and lint, which judges a
// setup.
const (
	pureRings    = "words domain"
	purePackages = "intake lint"
)

// clockPackages may ask what time it is. All others are told.
const clockPackages = "app cmd arch bench e2e pgtest smoke"

// exceptions lists what is allowed though a rule forbids it, with the reason.
// Its keys are what a problem's text starts with, up to the rule's own words:
//
//	internal/web/log.go reads the clock
//	internal/api/routes.go: Register is long
//
// An exception that excuses nothing is a problem too.
var exceptions = map[string]string{
	"internal/id/id.go imports crypto/rand":                    "an id holds random bits; a test gives its own reader",
	"internal/channel/channel.go reads the clock":              "measures how long a call to a provider took",
	"internal/doctor/public.go reads the clock":                "measures whether an answer came at once or in parts",
	"internal/engine/step.go reads the clock":                  "measures how long a claim has waited for its call",
	"internal/engine/deliver.go reads the clock":               "measures how long a claim has waited for its call",
	"internal/engine/room.go reads the clock":                  "measures how fast calls end",
	"internal/store/ahead.go reads the clock":                  "measures how long a lock took",
	"internal/store/alert.go reads the clock":                  "measures how long a lock took",
	"internal/store/backup.go reads the clock":                 "measures how long a portion took, to rest by it",
	"internal/store/inspect.go asks the database for the time": "compares its clock with ours; nothing is decided by it",
	"internal/intake/problem.go imports net/http":              "uses the names of its status codes, and nothing that calls",
}

// ringOf returns the place of a package's ring in rings, -1 for none.
func ringOf(name string) int {
	for i, r := range rings {
		if has(r.packages, name) {
			return i
		}
	}
	return -1
}

// isPure says whether a package may have no I/O.
func isPure(name string) bool {
	at := ringOf(name)
	return at >= 0 && (has(pureRings, rings[at].name) || has(purePackages, name))
}

// has says whether a list of words holds word.
func has(list, word string) bool {
	for w := range strings.FieldsSeq(list) {
		if w == word {
			return true
		}
	}
	return false
}
