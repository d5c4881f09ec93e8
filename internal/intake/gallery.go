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

var alertmanagerKind = Kind{
	Name:  "alertmanager",
	Title: "Prometheus Alertmanager",
	About: "Alertmanager posts its groups of alerts here as they fire, change and resolve.",
	setup: `# alertmanager.yml
receivers:
  - name: firehall
    webhook_configs:
      - url: "{url}/in/alertmanager/{key}"
        send_resolved: true
route:
  receiver: firehall
`,
}

var genericKind = Kind{
	Name:  "generic",
	Title: "Anything that can POST JSON",
	About: "A script or a tool posts a summary, and a key by which it resolves the problem later.",
	setup: `# something is wrong
curl --json '{"summary":"disk full on web-01","key":"web-01/disk","severity":"critical"}' {url}/in/generic/{key}

# it is right again
curl --json '{"key":"web-01/disk","status":"resolved"}' {url}/in/generic/{key}
`,
}

var pagerDutyKind = Kind{
	Name:  "pagerduty",
	Title: "PagerDuty Events API v2",
	About: "A tool that speaks to PagerDuty speaks to Firehall when its events URL and routing key are changed.",
	setup: `# the events URL, instead of https://events.pagerduty.com/v2/enqueue
{url}/v2/enqueue

# the routing key (integration key)
{key}

# in alertmanager.yml
receivers:
  - name: firehall
    pagerduty_configs:
      - url: "{url}/v2/enqueue"
        routing_key: "{key}"
`,
}
