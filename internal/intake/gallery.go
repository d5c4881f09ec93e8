package intake

import "strings"

// Kind describes a kind of source to the person who sets it up.
type Kind struct {
	Name  string // as in /in/{kind}/{key}
	Title string
	About string // one sentence
	setup string // with {url} and {key}
}

// Kinds describes every kind of source, sorted by name.
func Kinds() []Kind {
	all := make([]Kind, 0, len(kinds))
	for _, name := range names() {
		all = append(all, kinds[name].gallery)
	}
	return all
}

// KindNamed describes one kind of source.
func KindNamed(name string) (Kind, bool) {
	k, ok := kinds[name]
	return k.gallery, ok
}

// Setup returns what to put where, as text to copy, for the source with this
// key at the installation with this public URL. The URL has no slash at its end.
func (k Kind) Setup(url, key string) string {
	return strings.NewReplacer("{url}", url, "{key}", key).Replace(k.setup)
}
