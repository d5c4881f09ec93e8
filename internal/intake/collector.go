package intake

import (
	"cmp"
	"strconv"
	"strings"

	"firehall/internal/alert"
)

// collector gathers the details and links of one signal, neutral and within
// the limits of alert.Signal. What is more than a limit is left out.
type collector struct {
	details map[string]string
	links   []alert.Link
}

// set puts a detail; a later one with the same name takes its place.
func (c *collector) set(name, text string) {
	if name = line(name, maxName); name == "" {
		name = "(no name)"
	}
	if _, known := c.details[name]; !known && len(c.details) >= alert.MaxDetails {
		return
	}
	if c.details == nil {
		c.details = make(map[string]string, 8)
	}
	c.details[name] = block(text, alert.MaxDetail)
}

// put puts a detail beside those that are there: where its name is taken by
// another text it goes under the prefix and its name.
func (c *collector) put(prefix, name, text string) {
	if old, taken := c.details[line(name, maxName)]; taken {
		if old == block(text, alert.MaxDetail) {
			return
		}
		name = prefix + name
	}
	c.set(name, text)
}

// object puts every field of an object; a name that is taken goes under prefix.
func (c *collector) object(prefix string, v value) {
	for name, field := range v.fields() {
		c.put(prefix, string(name), field.text())
	}
}

// link adds a link of a kind; one without a kind that is called Runbook or
// Dashboard is that. One that must not be shown as a link is kept as
// a detail, under its text; the same link is kept once.
func (c *collector) link(kind, href, text string) {
	if href == "" {
		return
	}
	if safe, ok := hrefOf(href); ok {
		c.safeLink(kind, safe, text)
	} else {
		c.aside(text, href)
	}
}

// safeLink adds a link that hrefOf has let pass.
func (c *collector) safeLink(kind, safe, text string) {
	for _, l := range c.links {
		if l.Href == safe {
			return
		}
	}
	if len(c.links) >= alert.MaxLinks {
		return
	}
	if text = line(text, maxName); text == "" {
		text = line(safe, maxName)
	}
	kind = cmp.Or(kind, linkAnnotations[strings.ToLower(text)])
	c.links = append(c.links, alert.Link{Href: safe, Text: text, Kind: kind})
}

// aside keeps what could not be a link as a detail, beside any of its name.
func (c *collector) aside(name, text string) {
	if name = line(name, maxName-6); name == "" {
		name = "link"
	}
	free, kept := name, block(text, alert.MaxDetail)
	for n := 2; ; n++ {
		old, taken := c.details[free]
		if taken && old == kept {
			return
		}
		if !taken {
			c.set(free, text)
			return
		}
		free = name + " (" + strconv.Itoa(n) + ")"
	}
}
