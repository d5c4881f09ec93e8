package main

import (
	"context"
	"fmt"
	"time"
)

// measureSetup applies a setup of 1,000 services and 300 people through the
// API, and the same one again, and asks what is slow about it: of several times
// the slowest counts.
func measureSetup(ctx context.Context, p plan, kind string) ([]row, error) {
	at, err := newPlace(p, kind)
	if err != nil {
		return nil, err
	}
	defer at.close()
	s, err := serve(ctx, p, at)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	began := time.Now()
	if err := s.apply(large()); err != nil {
		return nil, err
	}
	first := time.Since(began)
	again, err := slowest(5, func(int) error { return s.apply(large()) })
	if err != nil {
		return nil, err
	}
	simulated, err := slowest(100, func(n int) error {
		signal := map[string]any{"service": fmt.Sprintf("service-%d", n), "summary": "disk full", "severity": "critical"}
		return s.call("POST", "/api/v1/simulate", signal, nil)
	})
	if err != nil {
		return nil, err
	}
	linted, err := slowest(5, func(int) error { return s.call("GET", "/api/v1/lint", nil, nil) })
	if err != nil {
		return nil, err
	}
	return []row{
		figure("apply of 1,000 services and 300 people, all new", first.Round(time.Millisecond).String(), "≤ 2 s"),
		figure("the same unchanged, the slowest of 5", again.Round(time.Millisecond).String(), "≤ 0.5 s"),
		figure("simulate there, the slowest of 100 calls of the API", short(simulated), "≤ 10 ms"),
		figure("lint of it, the slowest of 5 calls of the API", linted.Round(time.Millisecond).String(), "≤ 1 s"),
	}, nil
}

// slowest returns the longest that one of some calls took.
func slowest(times int, call func(n int) error) (longest time.Duration, err error) {
	for n := range times {
		began := time.Now()
		if err := call(n); err != nil {
			return 0, err
		}
		longest = max(longest, time.Since(began))
	}
	return longest, nil
}

// large is a setup of 1,000 services and 300 people, in 50 rotations.
func large() map[string]any {
	type object = map[string]any
	people, services, schedules, policies := object{}, object{}, object{}, object{}
	for n := range 300 {
		name := fmt.Sprintf("person-%d", n)
		people[name] = object{"name": "Person Number", "zone": "Europe/Lisbon", "contacts": object{
			"mail": object{"kind": "email", "to": name + "@example.com"},
			"hook": object{"kind": "webhook", "to": "http://127.0.0.1:9/" + name, "secret": "the secret of " + name},
		}}
	}
	for n := range 50 {
		var members []string
		for m := range 6 {
			members = append(members, fmt.Sprintf("person-%d", n*6+m))
		}
		name := fmt.Sprintf("s-%d", n)
		rotation := object{"unit": "week", "start": "2026-11-03T12:00", "members": members}
		schedules[name] = object{"team": "t", "zone": "Europe/Lisbon", "layers": []any{object{"name": "weekly", "rotation": rotation}}}
		policies[name] = object{"team": "t", "steps": []any{object{"page": []string{"schedule:" + name}, "wait": "5m"}}}
	}
	for n := range 1000 {
		services[fmt.Sprintf("service-%d", n)] = object{"team": "t", "policy": fmt.Sprintf("s-%d", n%50), "description": "One of many"}
	}
	return object{
		"installation": object{"fallback": []string{"person:person-0"}}, "people": people, "teams": object{"t": object{}},
		"schedules": schedules, "policies": policies, "services": services,
	}
}
