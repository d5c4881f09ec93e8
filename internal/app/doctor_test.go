package app

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"firehall/internal/channel"
	"firehall/internal/config"
	"firehall/internal/doctor"
	"firehall/internal/store"
)

// finds fails unless the gravest of some findings has a level and says a text.
func finds(t *testing.T, name string, list []doctor.Diagnosis, level doctor.Level, says string) {
	t.Helper()
	rank := map[doctor.Level]int{doctor.OK: 1, doctor.Warning: 2, doctor.Problem: 3}
	var worst doctor.Diagnosis
	for _, f := range list {
		if rank[f.Level] > rank[worst.Level] {
			worst = f
		}
		if strings.Contains(f.Sentence+f.Mend, "hush") {
			t.Errorf("%s: it tells a secret: %+v", name, f)
		}
		if (f.Level == doctor.OK) != (f.Mend == "") || strings.HasSuffix(f.Sentence, ".") {
			t.Errorf("%s: got %+v", name, f)
		}
	}
	if worst.Level != level || !strings.Contains(worst.Sentence, says) {
		t.Errorf("%s: got %+v, want %s that says %q", name, list, level, says)
	}
}

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// well is a PostgreSQL and a SQLite that nothing ails.
func well(postgres bool) store.Inspection {
	i := store.Inspection{Tables: 9, Newest: 9, Took: time.Millisecond, Bytes: 20 << 20, Facts: map[string]string{}}
	if postgres {
		i.Postgres, i.Version, i.Connections, i.MaxConnections = true, 150004, 10, 100
		i.Settings = map[string]string{"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
		i.Before, i.Clock, i.After = noon, noon, noon
	} else {
		i.Read = true
	}
	return i
}

// sick returns a patient whose database was found so.
func sick(i store.Inspection, err error) *patient {
	return &patient{now: func() time.Time { return noon }, inspect: func(context.Context) (store.Inspection, error) { return i, err }}
}

func TestTheDoctorLooksAtTheDatabase(t *testing.T) {
	tests := map[string]struct {
		postgres bool
		change   func(*store.Inspection)
		level    doctor.Level
		says     string
	}{
		"a SQLite that is well":        {false, nil, doctor.OK, "SQLite answers in 1ms and holds 20 MiB"},
		"a PostgreSQL that is well":    {true, nil, doctor.OK, "PostgreSQL 15.4 answers"},
		"a slow one":                   {true, func(i *store.Inspection) { i.Took = time.Second }, doctor.Warning, "that is slow"},
		"an empty one":                 {true, func(i *store.Inspection) { i.Tables = 0 }, doctor.Warning, "the database is empty"},
		"older tables":                 {false, func(i *store.Inspection) { i.Tables = 8 }, doctor.Warning, "the tables have version 8, and this program brings 9"},
		"newer tables":                 {false, func(i *store.Inspection) { i.Tables = 10 }, doctor.Problem, "a newer Firehall has been here"},
		"a damaged file":               {false, func(i *store.Inspection) { i.Broken, i.Read = "row 3 missing from index", false }, doctor.Problem, "is damaged: row 3 missing"},
		"a file too large to read":     {false, func(i *store.Inspection) { i.Read = false }, doctor.OK, "SQLite answers"},
		"PostgreSQL 13":                {true, func(i *store.Inspection) { i.Version = 130011 }, doctor.Problem, "needs 14 or newer"},
		"PostgreSQL 14":                {true, func(i *store.Inspection) { i.Version = 140000 }, doctor.OK, ""},
		"a standby":                    {true, func(i *store.Inspection) { i.Standby = true }, doctor.Problem, "is a standby"},
		"fsync off":                    {true, func(i *store.Inspection) { i.Settings["fsync"] = "off" }, doctor.Problem, "fsync of PostgreSQL is off"},
		"synchronous_commit off":       {true, func(i *store.Inspection) { i.Settings["synchronous_commit"] = "off" }, doctor.Problem, "a crash loses messages that were answered 2xx"},
		"synchronous_commit elsewhere": {true, func(i *store.Inspection) { i.Settings["synchronous_commit"] = "remote_apply" }, doctor.OK, ""},
		"full_page_writes off":         {true, func(i *store.Inspection) { i.Settings["full_page_writes"] = "off" }, doctor.Problem, "full_page_writes"},
		"few connections left":         {true, func(i *store.Inspection) { i.Connections = 95 }, doctor.Warning, "95 of 100 connections"},
		"moved away":                   {false, func(i *store.Inspection) { i.Facts[store.FactMovedTo] = "db:5432/firehall" }, doctor.Problem, "was moved to db:5432/firehall"},
		"half moved":                   {true, func(i *store.Inspection) { i.Facts[store.FactMoving] = "{}" }, doctor.Problem, "half filled"},
	}
	for name, test := range tests {
		i := well(test.postgres)
		if test.change != nil {
			test.change(&i)
		}
		finds(t, name, sick(i, nil).database(t.Context()), test.level, test.says)
	}
	gone := sick(store.Inspection{}, errors.New("cannot connect to `postgres://fh:hush@db/fh`: user=fh password=hush"))
	gone.config.DatabaseURL = "postgres://fh:hush@db/fh"
	finds(t, "it does not answer", gone.database(t.Context()), doctor.Problem, "the database does not answer")
}

func TestTheDoctorLooksAtAlertsThatAreHeld(t *testing.T) {
	i := well(false)
	finds(t, "none", sick(i, nil).held(t.Context()), doctor.OK, "no alert is held")
	i.Held = 3
	finds(t, "three", sick(i, nil).held(t.Context()), doctor.Problem, "3 alerts from before the restore are held")
	finds(t, "not known", sick(i, errors.New("no")).held(t.Context()), doctor.Warning, "not known")
}

func TestTheDoctorComparesClocks(t *testing.T) {
	i := well(true)
	finds(t, "PostgreSQL agrees", sick(i, nil).clocks(t.Context()), doctor.OK, "this node and PostgreSQL agree")
	i.Clock = noon.Add(-time.Minute)
	finds(t, "PostgreSQL is behind", sick(i, nil).clocks(t.Context()), doctor.Problem, "this node is 1m0s ahead of that of PostgreSQL")
	finds(t, "none to compare with", sick(well(false), nil).clocks(t.Context()), doctor.OK, "no other clock")

	said := noon
	watchdog := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodHead || r.URL.Path != "/" {
			t.Errorf("%s %s may count as a heartbeat", r.Method, r.URL.Path)
		}
		w.Header().Set("Date", said.Format(http.TimeFormat))
	}))
	defer watchdog.Close()
	p := sick(well(false), nil)
	p.outside, p.clock = watchdog.Client(), origin(watchdog.URL+"/hush-hush-secret-path")
	finds(t, "the watchdog agrees", p.clocks(t.Context()), doctor.OK, "installation.heartbeat_url agree")
	said = noon.Add(time.Hour)
	finds(t, "the watchdog is ahead", p.clocks(t.Context()), doctor.Problem, "1h0m0.5s behind that of the server of installation.heartbeat_url")
	watchdog.Close()
	finds(t, "the watchdog is gone", p.clocks(t.Context()), doctor.OK, "no other clock")
}

func TestTheDoctorLooksAtRoom(t *testing.T) {
	plenty := space{Free: 100 << 30, Total: 200 << 30, Files: 1000, OfAll: 2000, Device: 1}
	tests := map[string]struct {
		change func(*space)
		url    string
		err    error
		level  doctor.Level
		says   string
	}{
		"plenty":                         {nil, "", nil, doctor.OK, "has 100 GiB free of 200 GiB"},
		"none":                           {func(s *space) { s.Free = 0 }, "", nil, doctor.Problem, "has 0 KiB free"},
		"just too little":                {func(s *space) { s.Free = 256<<20 - 1 }, "", nil, doctor.Problem, "once it is full messages are answered 503"},
		"little":                         {func(s *space) { s.Free = 500 << 20 }, "", nil, doctor.Warning, "has 500 MiB free"},
		"too little for a backup":        {func(s *space) { s.Free = 2 << 30 }, "", nil, doctor.Warning, "the next backup may need 3072 MiB"},
		"no names left":                  {func(s *space) { s.Files = 3 }, "", nil, doctor.Problem, "only 3 more files"},
		"no limit of names":              {func(s *space) { s.Files, s.OfAll = 0, 0 }, "", nil, doctor.OK, ""},
		"a network drive":                {func(s *space) { s.Kind = nfs }, "", nil, doctor.Problem, "network file system"},
		"a network drive and PostgreSQL": {func(s *space) { s.Kind = nfs }, "postgres://db/fh", nil, doctor.OK, ""},
		"in memory":                      {func(s *space) { s.Kind = inMemory }, "", nil, doctor.Warning, "in memory"},
		"a folder that is gone":          {nil, "", syscall.ENOENT, doctor.Problem, "cannot be looked at: no such file"},
	}
	for name, test := range tests {
		s := plenty
		if test.change != nil {
			test.change(&s)
		}
		i := well(test.url != "")
		i.Bytes = 3 << 30
		p := sick(i, nil)
		p.config = config.Config{Data: "/data", DatabaseURL: test.url}
		p.space = func(string) (space, error) { return s, test.err }
		finds(t, name, p.disk(t.Context()), test.level, test.says)
	}
	p := sick(well(false), nil)
	p.config.Data = "/data"
	p.space = func(folder string) (space, error) {
		if folder == "/data/backups" {
			return space{Device: 2, Total: 1 << 40}, nil
		}
		return plenty, nil
	}
	finds(t, "backups on a full disk of their own", p.disk(t.Context()), doctor.Problem, "the folder of backups /data/backups has 0 KiB free")
	if s, err := spaceOf(t.TempDir()); err != nil || s.Total <= 0 || s.Free > s.Total || s.Device == 0 {
		t.Errorf("this machine: %+v, %v", s, err)
	}
}

func TestTheDoctorLooksAtTheSecretKey(t *testing.T) {
	w := newWorld(t).start()
	path := w.opts.Config.SecretKeyFile
	check := w.box.Check()
	key, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	backups := filepath.Join(w.opts.Config.Data, BackupFolder)
	tests := map[string]struct {
		fault func()
		check string
		level doctor.Level
		says  string
	}{
		"as it should be":            {nil, check, doctor.OK, "is the database's, and nobody else may read it"},
		"a database that has none":   {nil, "", doctor.OK, ""},
		"of another database":        {nil, "v1.other", doctor.Problem, "is not that of this database"},
		"others may read it":         {func() { _ = os.Chmod(path, 0o640) }, check, doctor.Problem, "may read the secret key"},
		"gone":                       {func() { _ = os.Remove(path) }, check, doctor.Problem, "there is no secret key in"},
		"no key":                     {func() { _ = os.WriteFile(path, []byte("hush\n"), 0o600) }, check, doctor.Problem, "cannot be used"},
		"a copy lies beside backups": {func() { _ = os.WriteFile(filepath.Join(backups, "key.txt"), key, 0o600) }, check, doctor.Problem, "lies beside the backups, in key.txt"},
	}
	for name, test := range tests {
		_ = os.RemoveAll(backups)
		_ = os.MkdirAll(backups, 0o700)
		if err := errors.Join(os.WriteFile(path, key, 0o600), os.Chmod(path, 0o600)); err != nil {
			t.Fatal(err)
		}
		if test.fault != nil {
			test.fault()
		}
		i := well(false)
		i.Facts[store.FactKeyCheck] = test.check
		p := sick(i, nil)
		p.config = w.opts.Config
		finds(t, name, p.keys(t.Context()), test.level, test.says)
	}
}

func TestTheDoctorLooksAtTheMailServer(t *testing.T) {
	ok := channel.MailCheck{Server: "mail:587", Secured: true, SignedIn: true, Until: noon.AddDate(1, 0, 0)}
	tests := map[string]struct {
		url   string
		mails int
		said  channel.MailCheck
		err   error
		level doctor.Level
		says  string
	}{
		"it takes mail":               {"smtp://u:hush@mail", 2, ok, nil, doctor.OK, "takes mail (over TLS, signed in); nothing was sent"},
		"it refuses STARTTLS":         {"smtp://u:hush@mail", 2, ok, errors.New("the mail server offers no STARTTLS"), doctor.Problem, "mail:587 cannot be used: the mail server offers no STARTTLS"},
		"its certificate is old":      {"smtp://u:hush@mail", 2, channel.MailCheck{Server: "mail:587", Secured: true, Until: noon.AddDate(0, 0, 5)}, nil, doctor.Warning, "the certificate of the mail server expires"},
		"in the clear":                {"smtp://mail", 2, channel.MailCheck{Server: "mail:25"}, nil, doctor.OK, "(in the clear)"},
		"none, and none is needed":    {"", 0, ok, nil, doctor.OK, "nobody has a mail address"},
		"none, and somebody needs it": {"", 1, ok, nil, doctor.Problem, "1 contact is a mail address and there is no mail server"},
	}
	for name, test := range tests {
		p := sick(well(false), nil)
		p.config.SMTPURL, p.mails = test.url, test.mails
		p.mail = func(context.Context) (channel.MailCheck, error) { return test.said, test.err }
		finds(t, name, p.mailServer(t.Context()), test.level, test.says)
	}
}

func TestTheDoctorLooksAtTheCertificate(t *testing.T) {
	dir := t.TempDir()
	p := sick(well(false), nil)
	finds(t, "none", p.certificate(t.Context()), doctor.OK, "speaks no TLS")
	p.config.TLSCertFile, p.config.TLSKeyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	finds(t, "gone", p.certificate(t.Context()), doctor.Problem, "cannot be used")
	for name, test := range map[string]struct {
		until time.Time
		level doctor.Level
		says  string
	}{
		"good":    {noon.AddDate(0, 6, 0), doctor.OK, "is good until 2027-05-20"},
		"soon":    {noon.AddDate(0, 0, 3), doctor.Warning, "in 3 days"},
		"expired": {noon.Add(-time.Hour), doctor.Problem, "expired on 2026-11-20"},
	} {
		writeCertificateUntil(t, p.config.TLSCertFile, p.config.TLSKeyFile, 1, test.until)
		finds(t, name, p.certificate(t.Context()), test.level, test.says)
	}
}
