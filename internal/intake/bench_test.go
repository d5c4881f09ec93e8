package intake

import (
	"os"
	"strings"
	"testing"
)

func BenchmarkParse(b *testing.B) {
	for _, file := range []string{
		"generic/one_line", "generic/everything", "pagerduty/trigger", "pagerduty/resolve_with_payload",
		"alertmanager/one_firing", "alertmanager/mixed",
	} {
		b.Run(file, func(b *testing.B) {
			body, err := os.ReadFile("testdata/" + file + ".json")
			if err != nil {
				b.Fatal(err)
			}
			kind, _, _ := strings.Cut(file, "/")
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(kind, Options{}, body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRoutingKey(b *testing.B) {
	body, err := os.ReadFile("testdata/pagerduty/trigger.json")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := RoutingKey(body); err != nil {
			b.Fatal(err)
		}
	}
}
