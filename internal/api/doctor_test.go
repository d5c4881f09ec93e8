package api

import (
	"context"
	"testing"
	"time"

	"firehall/internal/doctor"
	"firehall/internal/id"
)

func TestTheDoctorIsForAdmins(t *testing.T) {
	onBoth(t, func(w *world) {
		for _, who := range []string{"ana", "ben", "eve"} {
			w.call(who, "GET", "/doctor", nil).is(403)
		}
		w.call("", "GET", "/doctor", nil).is(401)
		for _, who := range []string{"dee", "owner"} {
			items := w.call(who, "GET", "/doctor", nil).is(200).items()
			if len(items) != 2 || items[0]["check"] != "people" || items[0]["level"] != "problem" || items[0]["sentence"] != "no page of high urgency arrives at cy" {
				w.t.Errorf("%s reads %v", who, items)
			}
			if items[1]["level"] != "warning" || items[1]["sentence"] != "nothing proves that a page arrives at ana, ben, dee" {
				w.t.Errorf("%s reads %v", who, items[1])
			}
		}
	})
}

func TestTheDoctorsReportIsCounted(t *testing.T) {
	onBoth(t, func(w *world) {
		w.handler = New(Options{Act: w.act, DB: w.db, Bootstrap: bootstrap, Log: w.act.Log, Doctor: func(context.Context) doctor.Report {
			return doctor.Report{BeganAt: start, EndedAt: start.Add(time.Second), Items: []doctor.Diagnosis{{Check: "disk", Level: doctor.Problem, Sentence: "full", Mend: "make room"}}}
		}})
		w.call("owner", "POST", "/people/cy/disable", nil).is(200)
		r := w.call("owner", "GET", "/doctor", nil).is(200).object()
		if r["problems"] != 1.0 || r["warnings"] != 1.0 || r["ended_at"] != "2026-11-20T03:00:01Z" {
			w.t.Errorf("got %v", r)
		}
	})
}

func TestAtWhomPagesArrive(t *testing.T) {
	now := start
	works := Readiness{Person: "ana", Arrives: true, Via: []Way{{Contact: "hook"}, {Contact: "mail", ArrivedAt: &now}}}
	if got := peopleAre([]Readiness{works}); len(got) != 1 || got[0].Level != doctor.OK || got[0].Sentence != "pages of high urgency arrive at everybody who may be paged (1)" {
		t.Errorf("got %+v", got)
	}
	var many []Readiness
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		many = append(many, Readiness{Person: "x-" + id.Person(name)})
	}
	if got := peopleAre(many); len(got) != 1 || got[0].Sentence != "no page of high urgency arrives at x-a, x-b, x-c, x-d, x-e and 2 more" {
		t.Errorf("got %+v", got)
	}
}
