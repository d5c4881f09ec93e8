package intake

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"firehall/internal/alert"
)

// am returns a group's body with these alerts and other fields.
func am(alerts string, fields ...string) string {
	return `{"version":"4","groupKey":"g",` + strings.Join(append(fields, `"alerts":[`+alerts+`]}`), ",")
}

const (
	firingA   = `{"status":"firing","fingerprint":"a","labels":{"alertname":"Disk","severity":"warning"},"startsAt":"2026-11-20T03:10:00Z","endsAt":"0001-01-01T00:00:00Z"}`
	firingB   = `{"status":"firing","fingerprint":"b","labels":{"alertname":"Disk","severity":"error"},"startsAt":"2026-11-20T03:05:00Z"}`
	resolvedC = `{"status":"resolved","fingerprint":"c","labels":{"alertname":"Disk","severity":"critical"},"startsAt":"2026-11-20T03:00:00Z","endsAt":"2026-11-20T03:20:00Z"}`
)

func TestAGroupFiresWhileAMemberFires(t *testing.T) {
	tests := map[string]struct {
		body   string
		status alert.SignalStatus
	}{
		"one fires":                                   {am(firingA), alert.Firing},
		"one fires, one is resolved":                  {am(firingA + "," + resolvedC), alert.Firing},
		"all are resolved":                            {am(resolvedC), alert.SignalClosed},
		"all are resolved, the group says firing":     {am(resolvedC, `"status":"firing"`), alert.SignalClosed},
		"the listed are resolved, the cut still fire": {am(resolvedC, `"status":"firing"`, `"truncatedAlerts":3`), alert.Firing},
		"all are resolved, listed or cut":             {am(resolvedC, `"status":"resolved"`, `"truncatedAlerts":3`), alert.SignalClosed},
		"none is listed":                              {am("", `"status":"firing"`), alert.Firing},
		"none is listed, the group is resolved":       {am("", `"status":"resolved"`), alert.SignalClosed},
		"no status and no end":                        {am(`{"labels":{"a":"b"}}`), alert.Firing},
		"no status and an end in year 1":              {am(`{"labels":{"a":"b"},"endsAt":"0001-01-01T00:00:00Z"}`), alert.Firing},
		"no status and an end":                        {am(`{"labels":{"a":"b"},"endsAt":"2026-11-20T03:20:00Z"}`), alert.SignalClosed},
		"no status, the group is resolved":            {am(`{"labels":{"a":"b"}}`, `"status":"resolved"`), alert.SignalClosed},
		"a status that nobody knows":                  {am(`{"status":"pending","labels":{"a":"b"}}`), alert.Firing},
		"firing beats an end":                         {am(`{"status":"firing","labels":{"a":"b"},"endsAt":"2026-11-20T03:20:00Z"}`), alert.Firing},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := one(t, "alertmanager", Options{}, test.body); got.Status != test.status {
				t.Errorf("status %q, want %q", got.Status, test.status)
			}
		})
	}
}

func TestAGroupSaysHowBadAndSinceWhen(t *testing.T) {
	tests := map[string]struct {
		body, severity, startsAt string
	}{
		"the common severity":                   {am(firingA+","+firingB, `"commonLabels":{"severity":"page"}`), "page", "03:05"},
		"the worst that fires":                  {am(firingA + "," + firingB + "," + resolvedC), "error", "03:05"},
		"the worst of all when none fires":      {am(resolvedC + "," + strings.ReplaceAll(firingA, "firing", "resolved")), "critical", "03:00"},
		"a word that nobody knows is an error":  {am(firingA + `,{"labels":{"severity":"purple"}}`), "purple", "03:10"},
		"a member without a word says nothing":  {am(firingA + `,{"labels":{"a":"b"}}`), "warning", "03:10"},
		"no word at all":                        {am(`{"labels":{"a":"b"},"startsAt":"2026-11-20T03:10:00Z"}`), "", "03:10"},
		"a member without a start says nothing": {am(`{"labels":{"severity":"info"}},` + firingA), "warning", "03:10"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := one(t, "alertmanager", Options{}, test.body)
			if got.Severity != test.severity || got.StartsAt.Format("15:04") != test.startsAt {
				t.Errorf("severity %q since %s, want %q since %s", got.Severity, got.StartsAt, test.severity, test.startsAt)
			}
		})
	}
}

func TestTheWorstWordIsByTheInstallationsOwnMap(t *testing.T) {
	words := Options{Words: map[string]alert.Severity{"warning": alert.Critical, "error": alert.Info}}
	if got := one(t, "alertmanager", words, am(firingA+","+firingB)); got.Severity != "warning" {
		t.Errorf("severity %q, want warning", got.Severity)
	}
}

func TestKeysOfGroupsAndMembers(t *testing.T) {
	const alone = `"alerts":[{"labels":{"alertname":"Disk"}}]}`
	disk, two := fingerprintOf(value(`{"alertname":"Disk"}`)), fingerprintOf(value(`{"a":"1","b":"2"}`))
	tests := map[string]struct{ body, key, member string }{
		"the group's key and the fingerprint": {am(firingA), "g", "a"},
		"a fingerprint as Alertmanager does":  {am(`{"labels":{"via":"wh","severity":"critical","job":"compat","instance":"127.0.0.1:34591","alertname":"WhDiskfull_r10907x66426"}}`), "g", "02588943a1f8a5fd"},
		"a fingerprint of many scripts":       {am(`{"labels":{"alertname":"HugeAnnotation","cluster":"prod-\u00fc"}}`), "g", "cb2b4efc929a27a1"},
		"labels in any order are the same":    {am(`{"labels":{"b":"2","a":"1"}}`), "g", two},
		"a label that is there twice":         {am(`{"labels":{"alertname":"x","alertname":"Disk"}}`), "g", disk},
		"an empty fingerprint is none":        {am(`{"fingerprint":"","labels":{"alertname":"Disk"}}`), "g", disk},
		"a fingerprint is enough":             {am(`{"fingerprint":"f"}`), "g", "f"},
		"no group key: receiver and labels":   {`{"receiver":"r","groupLabels":{"b":"2","a":"1\""},` + alone, `r:{a="1\"", b="2"}`, disk},
		"an empty group key is none":          {`{"groupKey":"","groupLabels":{"a":"1"},` + alone, `:{a="1"}`, disk},
		"no group key and no labels":          {`{"receiver":"r",` + alone, disk, disk},
		"a group key that cannot be shown":    {strings.Replace(am(firingA), `"g"`, `"g\u0000"`, 1), keyOf("g\x00"), "a"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := one(t, "alertmanager", Options{}, test.body)
			if got.Key != test.key || got.Members[0].Key != test.member {
				t.Errorf("key %q, member %q; want %q, %q", got.Key, got.Members[0].Key, test.key, test.member)
			}
		})
	}
}

func TestEachMemberIsItsOwnAlert(t *testing.T) {
	body := am(firingA+","+resolvedC, `"externalURL":"http://am.example"`)
	got, err := Parse("alertmanager", Options{Fold: FoldEach}, []byte(body))
	if err != nil || len(got.Signals) != 2 {
		t.Fatalf("%d signals, %v", len(got.Signals), err)
	}
	satisfies(t, got.Signals)
	for i, want := range []alert.Signal{{Key: "a", Status: alert.Firing, Severity: "warning"}, {Key: "c", Status: alert.SignalClosed, Severity: "critical"}} {
		s := got.Signals[i]
		if s.Key != want.Key || s.Status != want.Status || s.Severity != want.Severity || !s.Resends || s.StartsAt.IsZero() || s.Members != nil || s.Partial {
			t.Errorf("signal %d: %+v", i, s)
		}
		if len(s.Links) != 1 || s.Links[0].Href != "http://am.example" || s.Details["alertname"] != "Disk" {
			t.Errorf("signal %d: links %v, details %v", i, s.Links, s.Details)
		}
	}
}

func TestMembersWithoutAGroupAreEachTheirOwn(t *testing.T) {
	got, err := Parse("alertmanager", Options{}, []byte(`{"alerts":[`+firingA+","+firingB+`]}`))
	if err != nil || len(got.Signals) != 2 || got.Signals[0].Key != "a" || got.Signals[1].Key != "b" {
		t.Errorf("got %+v, %v", got.Signals, err)
	}
}

func TestEachOfAnEmptyGroupIsTheGroup(t *testing.T) {
	got := one(t, "alertmanager", Options{Fold: FoldEach}, am("", `"status":"resolved"`))
	if got.Key != "g" || got.Status != alert.SignalClosed {
		t.Errorf("got %+v", got)
	}
}

func TestAMemberThatIsThereTwiceCountsOnceAndFiringWins(t *testing.T) {
	firing := strings.Replace(resolvedC, "resolved", "firing", 1)
	for _, alerts := range []string{resolvedC + "," + firing, firing + "," + resolvedC, firing + "," + firing, resolvedC + "," + firing + "," + firing} {
		got := one(t, "alertmanager", Options{}, am(alerts))
		if len(got.Members) != 1 || !got.Members[0].Firing || got.Status != alert.Firing || got.Partial || strings.Contains(got.Summary, ":") {
			t.Errorf("%s: got %+v", alerts, got)
		}
	}
}

func TestMoreMembersThanAreKept(t *testing.T) {
	var resolved, firing []string
	for i := range alert.MaxMembers {
		resolved = append(resolved, fmt.Sprintf(`{"status":"resolved","labels":{"i":"%d"}}`, i))
	}
	for i := range 3 {
		firing = append(firing, fmt.Sprintf(`{"status":"firing","labels":{"f":"%d"}}`, i))
	}
	all := strings.Join(append(resolved, firing...), ",")
	got := one(t, "alertmanager", Options{}, am(all))
	if len(got.Members) != alert.MaxMembers || !got.Partial || !got.Members[2].Firing || got.Members[3].Firing {
		t.Errorf("%d members, partial %v: those that fire are not kept first", len(got.Members), got.Partial)
	}
	if !strings.HasSuffix(got.Summary, ": 3 firing, 2000 resolved") {
		t.Errorf("summary %q", got.Summary)
	}
	each, err := Parse("alertmanager", Options{Fold: FoldEach}, []byte(am(all)))
	if err != nil || len(each.Signals) != alert.MaxMembers+3 {
		t.Errorf("each: %d signals, %v; want all of them", len(each.Signals), err)
	}
}

func TestMoreAlertsOfTheirOwnThanAMessageMayHold(t *testing.T) {
	var alerts strings.Builder
	for i := range maxSignals + 1 {
		fmt.Fprintf(&alerts, `,{"labels":{"i":"%d"}}`, i)
	}
	_, err := Parse("alertmanager", Options{Fold: FoldEach}, []byte(am(alerts.String()[1:])))
	if err == nil || !strings.Contains(err.Error(), "more than the 10000") {
		t.Errorf("got %v", err)
	}
}

func TestSummaryOfAGroup(t *testing.T) {
	two := `{"labels":{"alertname":"Disk","i":"1"}},{"labels":{"alertname":"Disk","i":"2"}}`
	long := strings.Repeat("x", 300)
	tests := map[string]struct{ body, want string }{
		"the common summary":                {am(two, `"commonAnnotations":{"description":"d","summary":"disk full"}`), "disk full: 2 firing"},
		"else the description":              {am(two, `"commonAnnotations":{"title":"t","description":"d\nmore","summary":" "}`), "d more: 2 firing"},
		"else the title":                    {am(two, `"commonAnnotations":{"title":"t"}`), "t: 2 firing"},
		"else the name":                     {am(two, `"commonLabels":{"alertname":"Disk","severity":"info"}`), "Disk: 2 firing"},
		"and the common labels":             {am(two, `"commonLabels":{"alertname":"Disk","job":"node","__x":"y"}`), "Disk (job=node): 2 firing"},
		"else the names of the members":     {am(two+`,{"labels":{"alertname":"Node"}}`, `"commonLabels":{"job":"node"}`), "Disk, Node (job=node): 3 firing"},
		"three of them":                     {am(`{"labels":{"alertname":"A"}},{"labels":{"alertname":"B"}},{"labels":{"alertname":"C"}},{"labels":{"alertname":"D"}}`), "A, B, C, …: 4 firing"},
		"else the group's labels":           {am(`{"labels":{"i":"1"}},{"labels":{"i":"2"}}`, `"groupLabels":{"job":"node"}`), "job=node: 2 firing"},
		"else nothing":                      {am(`{"labels":{"i":"1"}},{"labels":{"i":"2"}}`), "(no summary): 2 firing"},
		"one alone has its own":             {am(`{"labels":{"alertname":"Disk"},"annotations":{"summary":"full"}}`), "full"},
		"one alone has its labels":          {am(`{"labels":{"alertname":"Disk","i":"1"}}`), "Disk (i=1)"},
		"one alone without a name":          {am(`{"labels":{"i":"1","j":"2"}}`), "i=1, j=2"},
		"one alone with nothing to show":    {am(`{"labels":{"severity":"info"}}`), "(no summary)"},
		"one listed of many":                {am(`{"labels":{"alertname":"Disk"}}`, `"commonLabels":{"alertname":"Disk"}`, `"truncatedAlerts":2`), "Disk: 1 firing, 2 not listed"},
		"the count survives a long summary": {am(two, `"commonAnnotations":{"summary":"`+long+`"}`), long[:189] + "…: 2 firing"},
		"a summary of turning marks only":   {am(two, `"commonAnnotations":{"summary":"\u202e","title":"t"}`), "t: 2 firing"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := one(t, "alertmanager", Options{}, test.body).Summary
			if got != test.want || utf8.RuneCountInString(got) > alert.MaxSummary {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestLinksOfAGroup(t *testing.T) {
	body := am(`{"labels":{"a":"b"},"generatorURL":"http://prom.example/graph","annotations":{"grafana":"https://grafana.example/d/2"}}`,
		`"externalURL":"http://am.example"`,
		`"commonAnnotations":{"runbook_url":"https://run.example","dashboard":"https://grafana.example/d/1","runbook":"javascript:alert(1)"}`)
	got := one(t, "alertmanager", Options{}, body)
	want := []alert.Link{
		{Href: "https://run.example", Text: "Runbook", Kind: "runbook"},
		{Href: "https://grafana.example/d/1", Text: "Dashboard", Kind: "dashboard"},
		{Href: "http://prom.example/graph", Text: "Source", Kind: "source"},
		{Href: "https://grafana.example/d/2", Text: "Dashboard", Kind: "dashboard"},
		{Href: "http://am.example", Text: "Alertmanager"},
	}
	if fmt.Sprint(got.Links) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got.Links, want)
	}
	if got.Details["runbook"] != "javascript:alert(1)" {
		t.Errorf("what is no link is lost: %v", got.Details)
	}
}

func TestAlertmanagerRefusals(t *testing.T) {
	tests := map[string]struct{ body, says string }{
		"no alerts":                       {`{}`, `alerts: a list is needed, like [{"status":"firing","labels":{"alertname":"DiskFull"}}], not nothing`},
		"alerts that are no list":         {`{"alerts":{}}`, "alerts: a list is needed"},
		"Prometheus's own list":           {`[{"labels":{"alertname":"Disk"}}]`, "the body is a list: Alertmanager's webhook sends an object"},
		"an alert that is no object":      {am(firingA + `,"x"`), "alerts[1]: an object is needed"},
		"labels that are no object":       {am(`{"labels":["a"]}`), `alerts[0].labels: an object is needed, like {"alertname":"DiskFull"}, not a list`},
		"annotations that are no object":  {am(`{"labels":{"a":"b"},"annotations":"x"}`), "alerts[0].annotations: an object is needed"},
		"an alert that is nothing":        {am(`{"status":"firing"}`), "alerts[0].labels: an object is needed"},
		"an alert without labels":         {am(`{"labels":{}}`), "alerts[0].labels: an object is needed"},
		"common labels that are a text":   {am(firingA, `"commonLabels":"x"`), "commonLabels: an object is needed"},
		"common annotations are a list":   {am(firingA, `"commonAnnotations":[]`), "commonAnnotations: an object is needed"},
		"group labels that are a number":  {am(firingA, `"groupLabels":1`), `groupLabels: an object is needed, like {"alertname":"DiskFull"}, not a number`},
		"two things: both are told":       {`{"alerts":1,"groupLabels":1}`, "; groupLabels: "},
		"the second of two wrong members": {am(`1,2`), "; alerts[1]: "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := refusal(t, "alertmanager", test.body).Error(); !strings.Contains(got, test.says) {
				t.Errorf("says %q, want %q in it", got, test.says)
			}
		})
	}
}

func TestOddFieldsOfAGroupAreNoReasonToRefuse(t *testing.T) {
	for name, body := range map[string]string{
		"null everywhere":             `{"groupKey":"g","alerts":[{"status":null,"labels":{"a":null},"annotations":null,"startsAt":null,"endsAt":null,"generatorURL":null,"fingerprint":null}],"commonLabels":null,"commonAnnotations":null,"groupLabels":null,"externalURL":null,"truncatedAlerts":null,"status":null,"receiver":null}`,
		"numbers for texts":           am(`{"labels":{"code":500,"ok":true,"list":[1]},"startsAt":1,"endsAt":{},"generatorURL":5}`, `"externalURL":7`, `"truncatedAlerts":"many"`),
		"a count beyond all numbers":  am(firingA, `"truncatedAlerts":1e999`),
		"a count below nothing":       am(firingA, `"truncatedAlerts":-5`),
		"an older or a newer version": strings.Replace(am(firingA), `"4"`, `5`, 1),
	} {
		if got := one(t, "alertmanager", Options{}, body); got.Status != alert.Firing || got.Partial || len(got.Members) != 1 {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}
