package arch

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// house is the module that this test belongs to.
var house = os.DirFS("../..")

func TestTheHouseIsInOrder(t *testing.T) {
	problems, err := Check(house)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

func TestEveryPurePackageIsTestedWithTheRaceDetector(t *testing.T) {
	makefile, err := fs.ReadFile(house, "Makefile")
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(strings.ReplaceAll(string(makefile), "\\\n", " "), "\nRACED := ")
	if !ok {
		t.Fatal("the Makefile has no list RACED")
	}
	raced, _, _ := strings.Cut(after, "\n")
	for _, r := range rings {
		for name := range strings.FieldsSeq(r.packages) {
			if has(pureRings, r.name) && !has(raced, name) {
				t.Errorf("the Makefile's RACED lacks %s", name)
			}
		}
	}
}

func TestRules(t *testing.T) {
	long := "package alert\n\nfunc Long() {\n" + strings.Repeat("\tprintln()\n", 59) + "}\n"
	tests := map[string]struct {
		files map[string]string
		want  []string // what the sentences start with
	}{
		"a house in order": {
			files: map[string]string{
				"internal/id/id.go":             "package id",
				"internal/timeline/timeline.go": `package timeline; import _ "firehall/internal/id"`,
				"internal/alert/alert.go":       `package alert; import (_ "firehall/internal/timeline"; _ "net/url"; _ "strings")`,
				"internal/store/store.go":       `package store; import (_ "context"; _ "firehall/internal/alert"; _ "firehall/internal/store/db")`,
				"internal/store/db/db.go":       `package db; import _ "firehall/internal/alert"`,
				"internal/action/act.go":        `package action; import _ "firehall/internal/store"`,
				"internal/engine/engine.go":     `package engine; import _ "firehall/internal/action"`,
				"internal/web/web.go":           `package web; import _ "firehall/internal/ui"`,
				"internal/ui/ui.go":             "package ui",
				"internal/client/client.go":     "package client",
				"internal/cli/cli.go":           `package cli; import (_ "firehall/internal/client"; _ "firehall/internal/config")`,
				"internal/config/config.go":     "package config",
				"internal/app/app.go":           `package app; import (_ "firehall/internal/web"; "time"); var _ = time.Now()`,
				"cmd/firehall/main.go":          `package main; import (_ "firehall/internal/app"; _ "firehall/internal/cli")`,
			},
		},
		"a rule reaches for the database": {
			files: map[string]string{"internal/alert/a.go": `package alert; import _ "firehall/internal/store"`},
			want:  []string{"internal/alert/a.go imports internal/store (line 1): store is of the ring"},
		},
		"a tool reaches into a folder of a door": {
			files: map[string]string{"internal/store/a.go": `package store; import _ "firehall/internal/web/path"`},
			want:  []string{"internal/store/a.go imports internal/web/path"},
		},
		"two rules know each other": {
			files: map[string]string{"internal/alert/a.go": `package alert; import _ "firehall/internal/schedule"`},
			want:  []string{"internal/alert/a.go imports internal/schedule (line 1): alert and schedule are both of the ring"},
		},
		"actions call the engine": {
			files: map[string]string{"internal/action/a.go": `package action; import _ "firehall/internal/engine"`},
			want:  []string{"internal/action/a.go imports internal/engine"},
		},
		"id knows the timeline": {
			files: map[string]string{"internal/fault/a.go": `package fault; import _ "firehall/internal/timeline"`},
			want:  []string{"internal/fault/a.go imports internal/timeline"},
		},
		"the api borrows from the pages": {
			files: map[string]string{"internal/api/a.go": `package api; import _ "firehall/internal/web"`},
			want:  []string{"internal/api/a.go imports internal/web"},
		},
		"the command line reads the database itself": {
			files: map[string]string{"internal/cli/a.go": `package cli; import _ "firehall/internal/store"`},
			want:  []string{"internal/cli/a.go imports internal/store (line 1): cli reaches a server through client"},
		},
		"the product uses a helper of the tests": {
			files: map[string]string{"internal/store/a.go": `package store; import _ "firehall/internal/pgtest"`},
			want:  []string{"internal/store/a.go imports internal/pgtest (line 1): pgtest stands outside the rings"},
		},
		"a door reads the settings": {
			files: map[string]string{"internal/web/a.go": `package web; import _ "firehall/internal/config"`},
			want:  []string{"internal/web/a.go imports internal/config (line 1): config stands outside the rings: only app, cmd, cli"},
		},
		"a test may import what it likes": {
			files: map[string]string{"internal/alert/a_test.go": `package alert; import (_ "firehall/internal/store"; _ "os")`},
		},
		"a package that is in no ring": {
			files: map[string]string{"internal/util/a.go": "package util", "internal/util/b.go": "package util"},
			want:  []string{"internal/util is in no ring: add it to the table"},
		},
		"code at the module's root": {
			files: map[string]string{"main.go": "package main"},
			want:  []string{". is in no ring"},
		},
		"another module, test data and hidden folders are left alone": {
			files: map[string]string{
				"tools/go.mod": "module tools", "tools/a.go": "package tools",
				"internal/alert/testdata/a.go": "no Go at all", ".git/a.go": "no Go at all",
			},
		},
		"a rule does input and output": {
			files: map[string]string{"internal/route/a.go": "package route\nimport (\n_ \"context\"\n_ \"net/http\"\n_ \"log/slog\"\n_ \"math/rand/v2\"\n_ \"sync\"\n)"},
			want: []string{
				"internal/route/a.go imports context (line 3): its package is pure",
				"internal/route/a.go imports log/slog (line 5)",
				"internal/route/a.go imports math/rand/v2 (line 6)",
				"internal/route/a.go imports net/http (line 4)",
				"internal/route/a.go imports sync (line 7)",
			},
		},
		"intake is pure as well": {
			files: map[string]string{"internal/intake/a.go": `package intake; import _ "os"`},
			want:  []string{"internal/intake/a.go imports os"},
		},
		"a rule starts a goroutine": {
			files: map[string]string{"internal/route/a.go": "package route\nfunc f() { go f() }"},
			want:  []string{"internal/route/a.go starts a goroutine (line 2)"},
		},
		"a rule reads the clock, under another name": {
			files: map[string]string{"internal/route/a.go": "package route\nimport clock \"time\"\nvar _ = clock.Now()"},
			want:  []string{"internal/route/a.go reads the clock (line 3)"},
		},
		"a rule waits, and leans on the machine's zone": {
			files: map[string]string{"internal/route/a.go": "package route\nimport \"time\"\nvar _, _ = time.After(1), time.Local"},
			want:  []string{"internal/route/a.go uses time.After (line 3)", "internal/route/a.go uses time.Local (line 3)"},
		},
		"the store reads the clock": {
			files: map[string]string{"internal/store/a.go": "package store\nimport \"time\"\nvar _ = time.Since(time.Time{})"},
			want:  []string{"internal/store/a.go reads the clock (line 3): time.Since belongs in app"},
		},
		"the engine waits": {
			files: map[string]string{"internal/engine/a.go": "package engine\nimport \"time\"\nvar _ = time.NewTimer(1)"},
		},
		"a query asks the database for the time": {
			files: map[string]string{"internal/store/queries/a.sql": "-- now() in a comment is fine,\n/* and\n NOW() too */\nSELECT *\nFROM t WHERE due < NOW ();"},
			want:  []string{"internal/store/queries/a.sql asks the database for the time (line 5)"},
		},
		"a query with words that look like it": {
			files: map[string]string{"a.sql": "SELECT known, snow(x), current_timestamp_at FROM t WHERE now = @now"},
		},
		"the store builds SQL with the database's time": {
			files: map[string]string{"internal/store/bulk.go": "package store\nconst q = `INSERT INTO t\nVALUES (CURRENT_TIMESTAMP)`"},
			want:  []string{"internal/store/bulk.go asks the database for the time (line 3)"},
		},
		"a file of 401 lines": {
			files: map[string]string{"internal/alert/a.go": "package alert\n" + strings.Repeat("\n", 400)},
			want:  []string{"internal/alert/a.go is long: 401 lines"},
		},
		"a file of 400 lines": {
			files: map[string]string{"internal/alert/a.go": "package alert\n" + strings.Repeat("\n", 399)},
		},
		"a function of 61 lines": {
			files: map[string]string{"internal/alert/a.go": long},
			want:  []string{"internal/alert/a.go: Long is long (line 3): 61 lines"},
		},
		"a function of 60 lines with a doc comment": {
			files: map[string]string{"internal/alert/a.go": strings.Replace(strings.Replace(long, "\tprintln()\n", "", 1), "func", "// Long is.\n// It is.\nfunc", 1)},
		},
		"generated code may be long": {
			files: map[string]string{"internal/alert/a.go": "// Code generated by sqlc. DO NOT EDIT.\n" + long + strings.Repeat("\n", 400)},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			expect(t, test.files, nil, test.want)
		})
	}
}

func TestExceptions(t *testing.T) {
	reads := map[string]string{"internal/web/a.go": "package web\nimport \"time\"\nvar _ = time.Now()"}
	excuse := map[string]string{"internal/web/a.go reads the clock": "measures a request"}
	expect(t, reads, excuse, nil)
	expect(t, nil, excuse, []string{"the exception “internal/web/a.go reads the clock” excuses nothing"})
}

func TestUnreadableCodeIsAnError(t *testing.T) {
	if _, err := check(module(map[string]string{"internal/alert/a.go": "no Go at all"}), nil); err == nil {
		t.Error("a file that does not parse is no error")
	}
}

// expect checks a module of files and compares the beginnings of what is said.
func expect(t *testing.T, files, allowed map[string]string, want []string) {
	t.Helper()
	got, err := check(module(files), allowed)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// module returns a module in memory.
func module(files map[string]string) fs.FS {
	m := fstest.MapFS{"go.mod": {Data: []byte("module firehall\n\ngo 1.26.0\n")}}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}
