package store
import ("testing";"context";"time";"firehall/internal/pgtest")
func TestZZ(t *testing.T) {
	pgtest.URL(t)
	for range 5 {
	b:=time.Now(); u:=postgres(t); t.Log("create", time.Since(b))
	b=time.Now(); c:=&clock{now:start}; db,err:=Open(context.Background(), Config{URL:u, Now:c.Now}); if err!=nil {t.Fatal(err)}; t.Log("open", time.Since(b))
	b=time.Now(); db.Close();t.Log("close", time.Since(b))
	}
}
