package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"firehall/internal/doctor"
	"firehall/internal/fault"
	"firehall/internal/store"
)

// Limits of a healthy database.
const (
	oldestPostgres = 140000
	slowDatabase   = 50 * time.Millisecond // one statement: every message takes several
	nodeNeeds      = 24                    // connections of one node
)

// database says how the database is.
func (p *patient) database(ctx context.Context) []doctor.Diagnosis {
	i, err := p.inspect(ctx)
	if err != nil {
		return []doctor.Diagnosis{doctor.Bad("the database does not answer: "+withoutPassword(err, p.config.DatabaseURL), p.mendDatabase())}
	}
	out := []doctor.Diagnosis{answering(i)}
	out = append(out, tables(i)...)
	if i.Postgres {
		return append(out, postgres(i)...)
	}
	return append(out, sqliteFile(i))
}

func (p *patient) mendDatabase() string {
	if p.config.DatabaseURL != "" {
		return "look whether PostgreSQL runs, whether this machine reaches it, and whether FIREHALL_DATABASE_URL is right"
	}
	return "look whether the data folder is there, belongs to the user that runs Firehall, and has room; else restore a backup"
}

// withoutPassword returns an error's text; drivers repeat what they were given.
func withoutPassword(err error, address string) string {
	if f := fault.Of(err); f != nil {
		return f.Error()
	}
	text := strings.Join(strings.Fields(err.Error()), " ")
	if address == "" {
		return text
	}
	text = strings.ReplaceAll(text, address, store.AddressOf(address))
	if secret := passwordOf(address); secret != "" {
		text = strings.ReplaceAll(text, secret, "…")
	}
	return text
}

func answering(i store.Inspection) doctor.Diagnosis {
	kind := "SQLite"
	if i.Postgres {
		kind = fmt.Sprintf("PostgreSQL %d.%d", i.Version/10000, i.Version%10000)
	}
	sentence := fmt.Sprintf("%s answers in %s and holds %s", kind, rounded(i.Took), size(i.Bytes))
	if i.Took > slowDatabase {
		return doctor.Warn(sentence+": that is slow, and every message takes several answers", "run the database near its nodes, on a disk of its own")
	}
	return doctor.Good(sentence)
}

func rounded(d time.Duration) time.Duration {
	if d < time.Millisecond {
		return d.Round(10 * time.Microsecond)
	}
	return d.Round(100 * time.Microsecond)
}

func tables(i store.Inspection) []doctor.Diagnosis {
	switch {
	case i.Tables == 0:
		return []doctor.Diagnosis{doctor.Warn("the database is empty", "start firehall serve: it makes the tables")}
	case i.Tables < i.Newest:
		return []doctor.Diagnosis{doctor.Warn(fmt.Sprintf("the tables have version %d, and this program brings %d", i.Tables, i.Newest), "start firehall serve: it brings them up to date")}
	case i.Tables > i.Newest:
		return []doctor.Diagnosis{doctor.Bad(fmt.Sprintf("the tables have version %d, and this program knows up to %d: a newer Firehall has been here", i.Tables, i.Newest), "run the newer program on every node")}
	}
	out := []doctor.Diagnosis{doctor.Good(fmt.Sprintf("the tables are up to date: version %d", i.Tables))}
	switch {
	case i.Facts[store.FactMovedTo] != "":
		out = append(out, doctor.Bad("this database was moved to "+i.Facts[store.FactMovedTo], "start nodes with FIREHALL_DATABASE_URL"))
	case i.Facts[store.FactMoving] != "":
		out = append(out, doctor.Bad("a move to this database was broken off: it is half filled", "run firehall move-database again: it goes on where it stopped"))
	}
	return out
}

// settings are those of PostgreSQL that must be on, with what is lost without.
var settings = map[string]string{
	"fsync":              "a crash of its machine may destroy everything",
	"full_page_writes":   "a crash of its machine may destroy pages",
	"synchronous_commit": "a crash loses messages that were answered 2xx",
}

func postgres(i store.Inspection) []doctor.Diagnosis {
	var out []doctor.Diagnosis
	if i.Version < oldestPostgres {
		out = append(out, doctor.Bad("this PostgreSQL is too old: Firehall needs 14 or newer", "upgrade PostgreSQL"))
	}
	if i.Standby {
		out = append(out, doctor.Bad("this PostgreSQL is a standby: nothing can be written to it", "let FIREHALL_DATABASE_URL lead to the primary"))
	}
	names := []string{"fsync", "full_page_writes", "synchronous_commit"}
	for _, name := range names {
		if i.Settings[name] == "off" {
			out = append(out, doctor.Bad(name+" of PostgreSQL is off: "+settings[name], "ALTER SYSTEM SET "+name+" = on; SELECT pg_reload_conf(); and look at settings of the role and the database"))
		}
	}
	if !slices.ContainsFunc(out, func(f doctor.Diagnosis) bool { return f.Level == doctor.Problem }) {
		out = append(out, doctor.Good("what PostgreSQL has committed survives a crash: fsync, full_page_writes and synchronous_commit are on"))
	}
	if free := i.MaxConnections - i.Connections; free < nodeNeeds/2 {
		out = append(out, doctor.Warn(fmt.Sprintf("PostgreSQL has %d of %d connections open, and a node may need %d", i.Connections, i.MaxConnections, nodeNeeds), "raise max_connections, or end what else is connected"))
	}
	return out
}

func sqliteFile(i store.Inspection) doctor.Diagnosis {
	switch {
	case i.Broken != "":
		return doctor.Bad("the database file is damaged: "+i.Broken, "stop the node, keep a copy of the folder, and restore the last backup; then look at the disk")
	case !i.Read:
		return doctor.Good("the database file is too large to be read to its end here; a backup does that")
	}
	return doctor.Good("the database file was read to its end and is whole")
}

// held says what waits since a restore.
func (p *patient) held(ctx context.Context) []doctor.Diagnosis {
	i, err := p.inspect(ctx)
	switch {
	case err != nil:
		return lookFailed()
	case i.Held > 0:
		return []doctor.Diagnosis{doctor.Bad(count(i.Held, "alert from before the restore is held and pages nobody", "alerts from before the restore are held and page nobody"), "look at them with firehall alerts, resolve what is over, then run firehall resume")}
	}
	return []doctor.Diagnosis{doctor.Good("no alert is held since a restore")}
}

// size returns bytes as people read them.
func size(n int64) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%d GiB", n>>30)
	case n >= 10<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d KiB", n>>10)
}
