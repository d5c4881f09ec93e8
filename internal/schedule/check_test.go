package schedule

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firehall/internal/fault"
)

// TestCases evaluates every file of cases that there is: our own, and those in
// the folder shared/schedule-cases beside the checkout.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("testdata holds no cases: %v", err)
	}
	files = append(files, sharedCases(t)...)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			results, err := Check(body)
			if err != nil || len(results) == 0 {
				t.Fatalf("%d results, error %v", len(results), err)
			}
			for _, r := range results {
				if r.Problem != "" {
					t.Errorf("%s: %s", r.ID, r.Problem)
				}
			}
		})
	}
}

// sharedCases finds the files in a sibling folder shared/schedule-cases by
// walking up from here.
func sharedCases(t *testing.T) []string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for parent := filepath.Dir(folder); parent != folder; folder, parent = parent, filepath.Dir(parent) {
		files, err := filepath.Glob(filepath.Join(parent, "shared", "schedule-cases", "*.json"))
		if err == nil && len(files) > 0 {
			return files
		}
	}
	t.Log("there is no folder shared/schedule-cases: only the cases in testdata are checked")
	return nil
}

func TestAResultIsOneLineOfJSON(t *testing.T) {
	file := `{"format":"oncall-schedule-case/1","cases":[{"id":"one","schedule":{"time_zone":"UTC","layers":[
		{"name":"L","users":["A"],"windows":[{"from":"06:00","to":"12:00"}]}]},
		"query":{"from":"2026-01-05T00:00:00Z","to":"2026-01-05T12:00:00Z"}},
		{"id":"none","schedule":{"time_zone":"UTC"},"query":{"from":"2026-01-05T00:00:00Z","to":"2026-01-05T00:00:00Z"}}]}`
	want := []string{
		`{"id":"one","intervals":[{"user":"A","start":"2026-01-05T06:00:00Z","end":"2026-01-05T12:00:00Z"}],"gaps":[["2026-01-05T00:00:00Z","2026-01-05T06:00:00Z"]]}`,
		`{"id":"none","intervals":[],"gaps":[]}`,
	}
	results, err := Check([]byte(file))
	if err != nil || len(results) != len(want) {
		t.Fatalf("%d results, error %v", len(results), err)
	}
	for i, r := range results {
		if line, err := json.Marshal(r); err != nil || string(line) != want[i] {
			t.Errorf("got  %s, %v\nwant %s", line, err, want[i])
		}
	}
}

func TestACaseThatDiffersSaysWhere(t *testing.T) {
	file := func(expect string) string {
		return `{"format":"oncall-schedule-case/1","cases":[{"id":"one","schedule":{"time_zone":"UTC","layers":[{"name":"L","users":["A"]}]},
			"query":{"from":"2026-01-05T00:00:00Z","to":"2026-01-06T00:00:00Z"},"expect":` + expect + `}]}`
	}
	right := `{"user":"A","start":"2026-01-05T00:00:00Z","end":"2026-01-06T00:00:00Z"}`
	tests := map[string]struct{ expect, says string }{
		"as expected":           {`{"intervals":[` + right + `]}`, ""},
		"with gaps as expected": {`{"intervals":[` + right + `],"gaps":[]}`, ""},
		"another person":        {`{"intervals":[{"user":"B","start":"2026-01-05T00:00:00Z","end":"2026-01-06T00:00:00Z"}]}`, "expected B"},
		"one more":              {`{"intervals":[` + right + `,` + right + `]}`, "got no more"},
		"one less":              {`{"intervals":[]}`, "expected no more"},
		"a gap that is none":    {`{"intervals":[` + right + `],"gaps":[["2026-01-05T00:00:00Z","2026-01-05T01:00:00Z"]]}`, "gaps"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			results, err := Check([]byte(file(test.expect)))
			if err != nil || len(results) != 1 {
				t.Fatalf("%d results, error %v", len(results), err)
			}
			if p := results[0].Problem; (p == "") != (test.says == "") || !strings.Contains(p, test.says) {
				t.Errorf("the problem is %q, want %q", p, test.says)
			}
		})
	}
}

func TestAFileThatIsNoneIsRefused(t *testing.T) {
	for _, file := range []string{``, `[]`, `{}`, `{"format":"oncall-schedule-case/2","cases":[]}`, `{"format":"oncall-schedule-case/1","cases":[{"id":1}]}`} {
		if results, err := Check([]byte(file)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, %v", file, results, err)
		}
	}
}

func TestACaseThatCannotBeComputedIsAProblem(t *testing.T) {
	tests := map[string]struct{ schedule, query, says string }{
		"a zone that does not exist": {`{"time_zone":"Mars/Olympus"}`, `{"from":"2026-01-05T00:00:00Z","to":"2026-01-06T00:00:00Z"}`, "Mars/Olympus"},
		"centuries":                  {`{"time_zone":"UTC"}`, `{"from":"0001-01-01T00:00:00Z","to":"9999-01-01T00:00:00Z"}`, "50 years"},
		"an unknown unit":            {`{"time_zone":"UTC","layers":[{"rotation":{"unit":"year","every":1,"start":"2026-01-05T00:00","members":["A"]}}]}`, `{}`, "year"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			results, err := Check([]byte(`{"format":"oncall-schedule-case/1","cases":[{"id":"x","schedule":` + test.schedule + `,"query":` + test.query + `}]}`))
			if err != nil || len(results) != 1 || !strings.Contains(results[0].Problem, test.says) {
				t.Errorf("got %v, %v", results, err)
			}
		})
	}
}

func FuzzCheck(f *testing.F) {
	body, err := os.ReadFile("testdata/cases.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte(`{"format":"oncall-schedule-case/1","cases":[{"id":"a","schedule":{"time_zone":"UTC","layers":[{"name":"L","users":["A"]}]},"query":{"from":"2026-01-05T00:00:00Z","to":"2026-01-06T00:00:00Z"}}]}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		results, err := Check(file)
		for _, r := range results {
			if _, lineErr := json.Marshal(r); err != nil || lineErr != nil {
				t.Fatalf("%v, %v", err, lineErr)
			}
		}
	})
}
