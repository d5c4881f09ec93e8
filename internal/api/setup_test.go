package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestAddressesAreSeenByTheirPersonManagersAndAdminsAlone(t *testing.T) {
	onBoth(t, func(w *world) {
		for who, sees := range map[string]bool{"owner": true, "dee": true, "ana": true, "ben": false, "eve": false, "reader": false} {
			one := w.call(who, "GET", "/people/ana", nil).is(200)
			if got := strings.Contains(one.Body.String(), "hooks.example"); got != sees {
				w.t.Errorf("%s sees ana's addresses: %v, want %v", who, got, sees)
			}
			if got := one.object()["email"] != nil; got != sees {
				w.t.Errorf("%s sees ana's email: %v, want %v", who, got, sees)
			}
			if n := len(one.object()["contacts"].([]any)); n != 2 {
				w.t.Errorf("%s sees %d contacts, want both by name", who, n)
			}
		}
		if all := w.call("ben", "GET", "/people", nil).is(200); strings.Count(all.Body.String(), "hooks.example") != 1 {
			w.t.Errorf("ben sees more than his own address: %s", all.Body)
		}
		if all := w.call("ana", "GET", "/people", nil).is(200); strings.Count(all.Body.String(), "hooks.example") != 2 {
			w.t.Errorf("a manager sees her own and ben's: %s", all.Body)
		}
	})
}

func TestPeople(t *testing.T) {
	onBoth(t, func(w *world) {
		all := w.call("reader", "GET", "/people", nil).is(200).items()
		if len(all) != 5 || all[0]["name"] != "ana" || all[4]["name"] != "eve" {
			w.t.Errorf("people %v", all)
		}
		cy := w.call("reader", "GET", "/people/cy", nil).is(200).object()
		if cy["full_name"] != "Cy Young" || cy["role"] != "responder" || cy["zone"] != "UTC" || cy["disabled"] != false ||
			fmt.Sprint(cy["teams"], cy["manages"], cy["contacts"]) != "[payments] [] []" {
			w.t.Errorf("cy is %v", cy)
		}
		first := w.call("reader", "GET", "/people?limit=2", nil).is(200)
		rest := w.call("reader", "GET", "/people?cursor="+first.object()["next_cursor"].(string), nil).is(200)
		if len(first.items()) != 2 || len(rest.items()) != 3 || rest.items()[0]["name"] != "cy" || rest.object()["next_cursor"] != nil {
			w.t.Errorf("in parts: %s and %s", first.Body, rest.Body)
		}
		w.call("reader", "GET", "/people/nobody", nil).is(404)
		w.call("", "GET", "/people/ana", nil).is(401)
	})
}

func TestDisableEnableAndDelete(t *testing.T) {
	onBoth(t, func(w *world) {
		if cy := w.call("dee", "POST", "/people/cy/disable", nil).is(200).object(); cy["disabled"] != true {
			w.t.Errorf("disabled: %v", cy)
		}
		if cy := w.call("dee", "POST", "/people/cy/enable", nil).is(200).object(); cy["disabled"] != false {
			w.t.Errorf("enabled: %v", cy)
		}
		p := w.call("dee", "POST", "/people/ana/disable", nil).is(422).problem() // she is on call
		if len(p.Errors) == 0 || !strings.Contains(p.Detail, "ana cannot be disabled") {
			w.t.Errorf("disabling who is on call: %+v", p)
		}
		for _, path := range []string{"POST /people/%s/disable", "POST /people/%s/enable", "DELETE /people/%s"} {
			method, path, _ := strings.Cut(path, " ")
			w.call("ben", method, fmt.Sprintf(path, "cy"), nil).is(403)
			w.call("", method, fmt.Sprintf(path, "cy"), nil).is(401)
			w.call("dee", method, fmt.Sprintf(path, "nobody"), nil).is(404)
		}
		w.call("dee", "DELETE", "/people/eve", nil).is(204)
		w.call("dee", "GET", "/people/eve", nil).is(404)
		w.call("eve", "GET", "/me", nil).is(401)
	})
}

func TestTeamsServicesPoliciesAndSources(t *testing.T) {
	onBoth(t, func(w *world) {
		tests := map[string]struct {
			name, want string
		}{
			"teams":    {"payments", `{"name":"payments","full_name":"Payments","managers":["ana"],"members":["ana","ben","cy"],"hours":{"windows":[{"days":["mon","tue","wed","thu","fri"],"from":"09:00","to":"17:00"}]}}`},
			"services": {"checkout", `{"name":"checkout","team":"payments","policy":"payments","description":"Takes the money","urgency":{"critical":"high","error":"high","info":"none","warning":"low"}}`},
			"sources":  {"prometheus", `{"name":"prometheus","kind":"alertmanager","service":"checkout","fold":"group","limit":"120/1m"}`},
			"policies": {"payments", `{"name":"payments","team":"payments","version":"…","steps":[{"page":["schedule:primary"],"wait":"5m"},{"page":["person:ben"],"wait":"10m"}],"repeat":1,"ack_timeout":"30m","fallback":[]}`},
		}
		for section, test := range tests {
			one := w.call("reader", "GET", "/"+section+"/"+test.name, nil).is(200)
			got := strings.TrimSpace(one.Body.String())
			if version, ok := one.object()["version"].(string); ok {
				got = strings.Replace(got, version, "…", 1)
			}
			if got != test.want {
				w.t.Errorf("%s: got  %s\nwant %s", section, got, test.want)
			}
			all := w.call("reader", "GET", "/"+section, nil).is(200)
			if !strings.Contains(all.Body.String(), strings.TrimSpace(one.Body.String())) {
				w.t.Errorf("%s: the list lacks it: %s", section, all.Body)
			}
			w.call("reader", "GET", "/"+section+"/none", nil).is(404)
			w.call("", "GET", "/"+section, nil).is(401)
			w.call("", "GET", "/"+section+"/"+test.name, nil).is(401)
		}
		if all := w.call("owner", "GET", "/sources", nil); strings.Contains(all.Body.String(), "key") {
			w.t.Errorf("sources show a key: %s", all.Body)
		}
	})
}

func TestApply(t *testing.T) {
	onBoth(t, func(w *world) {
		file := object{"services": object{"search": object{"team": "payments", "policy": "payments"}}, "sources": object{"logs": object{"kind": "generic", "service": "search"}}}
		dry := w.call("owner", "POST", "/setup/apply", object{"setup": file, "dry_run": true}).is(200).object()
		if dry["applied"] != false || len(dry["changes"].([]any)) != 2 {
			w.t.Errorf("a dry run: %v", dry)
		}
		w.call("owner", "GET", "/services/search", nil).is(404)
		done := w.call("owner", "POST", "/setup/apply", object{"setup": file}).is(200).object()
		key, _ := done["secrets"].(object)["sources.logs.key"].(string)
		if done["applied"] != true || len(key) != 32 {
			w.t.Errorf("applied: %v", done)
		}
		w.call("", "POST", "/in/generic/"+key, `{"summary":"x"}`)
		if n := len(w.call("owner", "GET", "/alerts?service=search", nil).is(200).items()); n != 1 {
			w.t.Errorf("%d alerts through the new source, want 1", n)
		}
		if again := w.call("owner", "POST", "/setup/apply", object{"setup": file}).is(200).object(); len(again["changes"].([]any)) != 0 {
			w.t.Errorf("applied twice: %v", again)
		}
		w.call("owner", "POST", "/setup/apply", object{"setup": object{"people": object{"zoe": object{"name": "Zoe", "zone": "Europe/Lisboa"}}}}).
			is(422).at("people.zoe.zone", "Lisboa")
		w.call("owner", "POST", "/setup/apply", object{"setup": object{"peple": object{}}}).is(422).at("peple", "did you mean people")
		w.call("owner", "POST", "/setup/apply", object{"setup": 7}).is(422)
		w.call("owner", "POST", "/setup/apply", object{}).is(422).at("setup", "needed")
		w.call("owner", "POST", "/setup/apply", object{"setup": file, "purge": true}).is(422).at("purge")
		w.call("ana", "POST", "/setup/apply", object{"setup": file}).is(403)
		w.call("reader", "POST", "/setup/apply", object{"setup": file}).is(403)
		w.call("", "POST", "/setup/apply", object{"setup": file}).is(401)
		pruned := w.call("owner", "POST", "/setup/apply", object{"setup": json.RawMessage(setupFile), "prune": true}).is(200).object()
		if len(pruned["changes"].([]any)) != 2 {
			w.t.Errorf("pruned: %v", pruned)
		}
	})
}

func TestASetupFileMayBeLarge(t *testing.T) {
	onBoth(t, func(w *world) {
		people := object{}
		for i := range 400 {
			people[fmt.Sprintf("p-%d", i)] = object{"name": strings.Repeat("x", 190), "contacts": object{
				"a": object{"kind": "webhook", "to": "https://x.example/" + strings.Repeat("x", 1700)}, "b": object{"kind": "webhook", "to": "https://x.example/" + strings.Repeat("y", 1700)},
			}}
		}
		body, err := json.Marshal(object{"setup": object{"people": people}, "dry_run": true})
		if err != nil || len(body) < 1<<20 {
			w.t.Fatalf("%d bytes, %v", len(body), err)
		}
		w.call("owner", "POST", "/setup/apply", string(body)).is(200)
		w.call("owner", "POST", "/setup/apply", `{"setup":{"people":"`+strings.Repeat("x", setupLimit)+`"}}`).is(413)
		w.call("owner", "POST", "/tokens", `{"name":"`+strings.Repeat("x", bodyLimit)+`"}`).is(413)
	})
}

func TestExport(t *testing.T) {
	onBoth(t, func(w *world) {
		file := w.call("owner", "GET", "/setup/export", nil).is(200)
		if file.object()["people"] == nil || strings.Contains(file.Body.String(), "0f1e2d3c") {
			w.t.Errorf("exported %s", file.Body)
		}
		again := w.call("owner", "POST", "/setup/apply", object{"setup": json.RawMessage(file.Body.Bytes()), "prune": true}).is(200).object()
		if len(again["changes"].([]any)) != 0 {
			w.t.Errorf("what was exported changes something: %v", again)
		}
		w.call("ana", "GET", "/setup/export", nil).is(403)
		w.call("", "GET", "/setup/export", nil).is(401)
	})
}
