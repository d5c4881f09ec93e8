package pgtest

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestURLGivesAFreshEmptyDatabase(t *testing.T) {
	one, two := URL(t), URL(t)
	if one == two {
		t.Fatalf("two tests share the database %s", one)
	}
	do(t, one, "CREATE TABLE kept (n BIGINT)")
	if got := count(t, two, "SELECT count(*) FROM pg_tables WHERE tablename = 'kept'"); got != 0 {
		t.Error("a table made in one database is seen in another")
	}
	if got := count(t, one, "SELECT count(*) FROM pg_tables WHERE tablename = 'kept'"); got != 1 {
		t.Error("the table just made is not there")
	}
}

func TestURLDropsTheDatabaseThoughSomebodyIsConnected(t *testing.T) {
	var url string
	t.Run("a test that leaves a connection open", func(t *testing.T) {
		url = URL(t)
		db, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	if _, err := pgx.Connect(t.Context(), url); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("connecting after the test gave %v, want that the database does not exist", err)
	}
}

func TestCopyGivesEachTestADatabaseThatWasPreparedOnce(t *testing.T) {
	prepared := 0
	m := Model{
		Prepare: func(url string) error {
			prepared++
			do(t, url, "CREATE TABLE kept (n BIGINT)")
			return nil
		},
		Reset: func(ctx context.Context, db *pgx.Conn) error {
			_, err := db.Exec(ctx, "DELETE FROM kept")
			return err
		},
	}
	rows := func(url string) int { return count(t, url, "SELECT count(*) FROM kept") }
	for i := range 2 { // who comes when all others are gone prepares anew
		t.Run("while another test runs", func(t *testing.T) {
			one, again := Copy(t, m), ""
			do(t, one, "INSERT INTO kept VALUES (1)")
			for range 2 {
				t.Run("one after the other", func(t *testing.T) {
					two := Copy(t, m)
					if two == one || (again != "" && two != again) || rows(one) != 1 || rows(two) != 0 {
						t.Errorf("%s holds %d rows, %s holds %d", one, rows(one), two, rows(two))
					}
					again = two
					do(t, two, "INSERT INTO kept VALUES (2)")
					if _, err := pgx.Connect(context.Background(), two); err != nil { // left open
						t.Error(err)
					}
				})
			}
			if got := count(t, one, "SELECT CASE WHEN 'a' < 'B' THEN 1 ELSE 0 END"); got != 1 {
				t.Error("a copy sorts names as bytes")
			}
		})
		if prepared != i+1 {
			t.Errorf("it was prepared %d times, want %d", prepared, i+1)
		}
	}
	left := count(t, URL(t), "SELECT count(*) FROM pg_database WHERE datname LIKE 'test\\_%'")
	if os.Getenv(Env) == "" && left != 1 {
		t.Errorf("%d databases are left, want the one of this test", left)
	}
}

func TestDatabaseDoesNotSortNamesByByte(t *testing.T) {
	got := count(t, URL(t), "SELECT CASE WHEN 'a' < 'B' THEN 1 ELSE 0 END")
	if got != 1 {
		t.Error("'a' sorts after 'B', as bytes do: this hides code that leans on the database's order")
	}
}

func TestServerKeepsWhatWasCommittedOverKillAndStop(t *testing.T) {
	c := Server(t)
	url := c.Create(t)
	do(t, url, "CREATE TABLE kept (n BIGINT)")
	for _, end := range []func() error{c.Kill, c.Stop, c.Kill} {
		do(t, url, "INSERT INTO kept VALUES (1)")
		if err := end(); err != nil {
			t.Fatal(err)
		}
		if _, err := pgx.Connect(t.Context(), url); err == nil {
			t.Fatal("an ended server still answers")
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
	}
	if got := count(t, url, "SELECT count(*) FROM kept"); got != 3 {
		t.Errorf("%d of 3 committed rows are left", got)
	}
}

func TestServerTakesSettings(t *testing.T) {
	c := Server(t, "max_connections=17")
	if got := count(t, c.URL(), "SELECT CAST(current_setting('max_connections') AS BIGINT)"); got != 17 {
		t.Errorf("max_connections is %d, want 17", got)
	}
}

func TestWrongSettingIsReportedWithTheServersWords(t *testing.T) {
	c, err := Start("no_such_setting=1")
	if err == nil {
		t.Fatal("a server with an unknown setting started", c.Close())
	}
	if !strings.Contains(err.Error(), "no_such_setting") {
		t.Errorf("the error %q does not hold the server's words", err)
	}
}

// The test starts itself again as a process that makes a cluster and hangs,
// and kills it.
func TestClusterEndsWithTheProcessThatMadeIt(t *testing.T) {
	const role = "FIREHALL_PGTEST_ROLE"
	if os.Getenv(role) == "maker" {
		c := Server(t)
		_, _ = os.Stdout.WriteString(c.dir + " " + c.URL() + "\n")
		select {}
	}
	maker := exec.Command(os.Args[0], "-test.run=^TestClusterEndsWithTheProcessThatMadeIt$")
	maker.Env = append(os.Environ(), role+"=maker")
	out, err := maker.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := maker.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 1000)
	n, err := out.Read(said)
	if err != nil {
		t.Fatal(err)
	}
	dir, url, _ := strings.Cut(strings.TrimSpace(string(said[:n])), " ")
	if got := count(t, url, "SELECT 1"); got != 1 {
		t.Fatal("the cluster does not answer")
	}
	if err := maker.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = maker.Wait()
	eventually(t, "the folder is gone", func() bool {
		_, err := os.Stat(dir)
		return os.IsNotExist(err)
	})
	if _, err := pgx.Connect(t.Context(), url); err == nil {
		t.Error("the cluster outlives the process that made it")
	}
}

func TestNewestPostgresWins(t *testing.T) {
	path := func(version string) string { return "/usr/lib/postgresql/" + version + "/bin/initdb" }
	tests := map[string]struct {
		a, b string
		want int
	}{
		"by number, not by letter": {"9.6", "15", -1},
		"the newer one":            {"17", "16", 1},
		"the same":                 {"15", "15", 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := byVersion(path(test.a), path(test.b)); got != test.want {
				t.Errorf("byVersion(%s, %s) = %d, want %d", test.a, test.b, got, test.want)
			}
		})
	}
}

func TestLineage(t *testing.T) {
	child, parent, ok := lineage([]byte("42 (a ) b (c) S 7 42 0"))
	if !ok || child != 42 || parent != 7 {
		t.Errorf("lineage = %d, %d, %v, want 42, 7, true", child, parent, ok)
	}
	if _, _, ok := lineage([]byte("nonsense")); ok {
		t.Error("nonsense has a lineage")
	}
}

func do(t *testing.T, url, statement string) {
	t.Helper()
	err := run(url, func(ctx context.Context, db *pgx.Conn) error {
		_, err := db.Exec(ctx, statement)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, url, query string) (n int) {
	t.Helper()
	err := run(url, func(ctx context.Context, db *pgx.Conn) error {
		return db.QueryRow(ctx, query).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// eventually waits for another process: there is no event to wait for.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	limit := time.After(20 * time.Second)
	for !holds() {
		select {
		case <-again.C:
		case <-limit:
			t.Fatalf("%s: not within 20 s", what)
		}
	}
}
