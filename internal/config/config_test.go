package config

import (
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// usable returns settings that are fine, changed.
func usable(change func(*Settings)) Settings {
	s := Settings{Data: "./firehall-data", Listen: ":8080", Log: "text,info"}
	change(&s)
	return s
}

func TestParse(t *testing.T) {
	got, err := Settings{
		Data: "/var/lib/firehall", Listen: "[::1]:0", DatabaseURL: "postgres://fh:pw@db/firehall?sslmode=require",
		PublicURL: "https://firehall.example.com/", TrustedProxies: "10.0.0.7/8, 192.168.1.7", AllowPrivate: "127.0.0.0/8 ::1",
		BootstrapToken: "0123456789abcdef", Log: "debug,json", SMTPURL: "smtp://mail?from=a@b.c",
	}.Parse()
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Data: "/var/lib/firehall", Listen: "[::1]:0", DatabaseURL: "postgres://fh:pw@db/firehall?sslmode=require",
		PublicURL: "https://firehall.example.com", SecretKeyFile: "/var/lib/firehall/secret.key",
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.168.1.7/32")},
		AllowPrivate:   []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
		BootstrapToken: "0123456789abcdef", Log: Log{JSON: true, Level: slog.LevelDebug}, SMTPURL: "smtp://mail?from=a@b.c",
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
}

func TestAWrongSettingIsNamedWithTheWayOut(t *testing.T) {
	tests := map[string]struct {
		change func(*Settings)
		says   []string
	}{
		"a port alone":              {func(s *Settings) { s.Listen = "8080" }, []string{"FIREHALL_LISTEN (--listen): ", `"8080"`, "write one like :8080"}},
		"a port too high":           {func(s *Settings) { s.Listen = ":80800" }, []string{"FIREHALL_LISTEN", `"80800" is not a port`}},
		"a service's name":          {func(s *Settings) { s.Listen = ":http" }, []string{"FIREHALL_LISTEN", `"http" is not a port`}},
		"no data folder":            {func(s *Settings) { s.Data = "" }, []string{"FIREHALL_DATA (--data): "}},
		"another database":          {func(s *Settings) { s.DatabaseURL = "mysql://u:hush-hush@h/d" }, []string{"FIREHALL_DATABASE_URL (--database-url): ", "postgres://user:password@host"}},
		"a database without a name": {func(s *Settings) { s.DatabaseURL = "postgres://u:hush-hush@h/" }, []string{"FIREHALL_DATABASE_URL"}},
		"a broken password":         {func(s *Settings) { s.DatabaseURL = "postgres://u:hush-hush%zz@h/d" }, []string{"FIREHALL_DATABASE_URL", "%2F"}},
		"a host alone":              {func(s *Settings) { s.PublicURL = "firehall.example.com" }, []string{"FIREHALL_PUBLIC_URL (--public-url): ", "https://firehall.example.com"}},
		"a path":                    {func(s *Settings) { s.PublicURL = "https://example.com/firehall" }, []string{"FIREHALL_PUBLIC_URL", "write only https://example.com"}},
		"a password in the address": {func(s *Settings) { s.PublicURL = "https://u:hush-hush@example.com" }, []string{"FIREHALL_PUBLIC_URL", "before the @"}},
		"a certificate alone":       {func(s *Settings) { s.TLSCertFile = "cert.pem" }, []string{"FIREHALL_TLS_CERT_FILE (--tls-cert-file): ", "FIREHALL_TLS_KEY_FILE"}},
		"a proxy's name":            {func(s *Settings) { s.TrustedProxies = "10.0.0.0/8,proxy" }, []string{"FIREHALL_TRUSTED_PROXIES (--trusted-proxies): ", `"proxy"`}},
		"a network too wide":        {func(s *Settings) { s.AllowPrivate = "10.0.0.0/33" }, []string{"FIREHALL_ALLOW_PRIVATE_NETWORKS (--allow-private-networks): ", `"10.0.0.0/33"`}},
		"a short token":             {func(s *Settings) { s.BootstrapToken = "hush-hush" }, []string{"FIREHALL_BOOTSTRAP_TOKEN (--bootstrap-token): ", "openssl rand"}},
		"a token with a space":      {func(s *Settings) { s.BootstrapToken = "hush-hush hush-hush" }, []string{"FIREHALL_BOOTSTRAP_TOKEN"}},
		"an unknown way to log":     {func(s *Settings) { s.Log = "json,verbose" }, []string{"FIREHALL_LOG (--log): ", `"verbose"`}},
		"two at once":               {func(s *Settings) { s.Listen, s.Log = "x", "y" }, []string{"FIREHALL_LISTEN", "\nFIREHALL_LOG"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := usable(test.change).Parse()
			if err == nil {
				t.Fatal("it was taken")
			}
			for _, text := range test.says {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%q does not say %q", err, text)
				}
			}
			if strings.Contains(err.Error(), "hush-hush") {
				t.Errorf("it tells a secret: %s", err)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	tests := map[string]struct {
		url  string
		says string
	}{
		"unset": {"", "FIREHALL_PUBLIC_URL is not set"},
		"http":  {"http://firehall.example.com", "is not https"},
		"https": {"https://firehall.example.com", ""},
	}
	for name, test := range tests {
		got := strings.Join(Config{PublicURL: test.url}.Warnings(), "\n")
		if (test.says == "") != (got == "") || !strings.Contains(got, test.says) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestNoVerbPrintsASecret(t *testing.T) {
	c := Config{DatabaseURL: "hush", SMTPURL: "hush", BootstrapToken: "hush"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, c); strings.Contains(got, "hush") {
			t.Errorf("%s prints %s", verb, got)
		}
	}
}
