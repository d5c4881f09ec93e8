package api

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strings"

	"firehall/internal/fault"
)

// Paging says which part of a list is asked for.
type Paging struct {
	Cursor string `query:"cursor" doc:"The next_cursor of the part before; absent for the first."`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" doc:"How many at most."`
}

// most is how many items one answer holds.
const most = 500

// limit returns how many are asked for, usual when nothing is said.
func (p Paging) limit(usual int) int {
	if p.Limit == 0 {
		return usual
	}
	return p.Limit
}

// cursorMark begins every cursor before it is encoded.
const cursorMark = "after "

// cursorAt returns the cursor that goes on after an item; "" for none.
func cursorAt(item string) string {
	if item == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString([]byte(cursorMark + item))
}

// after returns the item after which the part begins; "" is the start.
func (p Paging) after() (string, error) {
	if p.Cursor == "" {
		return "", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	item, ok := strings.CutPrefix(string(raw), cursorMark)
	if err != nil || !ok || item == "" || !isName(item) {
		return "", fault.At("query.cursor", "this is no cursor of ours; send the next_cursor of the part before, or leave it out")
	}
	return item, nil
}

// isName says whether an item in a cursor is printable text.
func isName(item string) bool {
	return !strings.ContainsFunc(item, func(r rune) bool { return r < ' ' || r == '\uFFFD' })
}

// part returns the asked part of a whole list, sorted by name.
func part[T any](all []T, p Paging, name func(T) string) (list[T], error) {
	after, err := p.after()
	if err != nil {
		return list[T]{}, err
	}
	slices.SortFunc(all, func(a, b T) int { return cmp.Compare(name(a), name(b)) })
	all = slices.DeleteFunc(all, func(item T) bool { return after != "" && name(item) <= after })
	out := list[T]{Items: orEmpty(all)}
	if n := p.limit(most); len(all) > n {
		out.Items, out.NextCursor = all[:n], cursorAt(name(all[n-1]))
	}
	return out, nil
}

// named lists the things of one section of the setup by name.
func named[N ~string, F, T any](all map[N]F, p Paging, show func(F) T, name func(T) string) (list[T], error) {
	out := make([]T, 0, len(all))
	for _, one := range all {
		out = append(out, show(one))
	}
	return part(out, p, name)
}
