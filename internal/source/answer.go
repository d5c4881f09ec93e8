package source

import (
	"encoding/json"
	"net/http"
	"strconv"
)

const jsonType = "application/json"

// write writes a whole answer. Nobody keeps it, and nobody guesses its type.
func write(w http.ResponseWriter, kind string, status int, body []byte) {
	h := w.Header()
	h["Cache-Control"] = noStore
	h["X-Content-Type-Options"] = noSniff
	h["Content-Type"] = []string{kind}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body) // a sender that went away
}

var (
	noStore = []string{"no-store"}
	noSniff = []string{"nosniff"}
)

func writeJSON(w http.ResponseWriter, status int, v any) { write(w, jsonType, status, marshal(v)) }

func marshal(v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic("source: " + err.Error()) // our own structs always have a JSON form
	}
	return append(body, '\n')
}
