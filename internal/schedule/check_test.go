package schedule

import (
	"os"
	"path/filepath"
	"testing"
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
