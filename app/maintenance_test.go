package app

import (
	"database/sql"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// Style.md 19, design.md 10 (Y6): a node that has to wait for the schema, because another brings it up to date, listens and
// says so; told to stop, it does not wait any longer; a node that serves already is not disturbed.
func TestMaintenanceWhileAnotherNodeMigrates(t *testing.T) {
	for _, engine := range []struct {
		name string
		open func(t *testing.T) (database string, hold func(t *testing.T) (release func()))
	}{
		{"sqlite", func(t *testing.T) (string, func(*testing.T) func()) {
			name := filepath.Join(t.TempDir(), "z.db")
			return name, func(t *testing.T) func() { return holdFile(t, name+".migrating") }
		}},
		{"postgres", func(t *testing.T) (string, func(*testing.T) func()) {
			url := dbtest.PostgresURL(t)
			return url, func(t *testing.T) func() { return holdTable(t, url) }
		}},
	} {
		t.Run(engine.name, func(t *testing.T) {
			database, hold := engine.open(t)
			key := filepath.Join(t.TempDir(), "key")
			if err := os.WriteFile(key, []byte(strings.Repeat("k", keySize)), 0o600); err != nil {
				t.Fatal(err)
			}
			args := []string{"--database=" + database, "--key-file=" + key, "--data=" + t.TempDir()}
			for _, c := range []struct{ stdin, args string }{{fourOrgs, "org import -"}, {"org_code\n610900\n", "site import -"}} {
				if code, _, stderr := run(t, c.stdin, append(strings.Fields(c.args), args...)...); code != exitOK {
					t.Fatal(stderr)
				}
			}
			older := launch(t, program(t), freeAddress(t), freeAddress(t), args...).ready(t)
			release := hold(t)
			waits := append(args[:2:2], "--data="+t.TempDir())
			p := launch(t, program(t), freeAddress(t), freeAddress(t), waits...)
			p.inMaintenance(t, http.StatusServiceUnavailable)
			if status, _, _ := fetch(t, older.address, "ankang.localhost", "/"); status != http.StatusOK {
				t.Errorf("meanwhile the older node answers %d", status)
			}
			if code := p.stop(); code != exitFailed {
				t.Errorf("stopped while it waits: exit code %d\n%s", code, p.said)
			}
			p = launch(t, program(t), p.address, p.ops, waits...)
			p.inMaintenance(t, http.StatusServiceUnavailable)
			release()
			p.ready(t)
			if status, body, _ := fetch(t, p.address, "ankang.localhost", "/"); status != http.StatusOK || !strings.Contains(body, "安康市") {
				t.Errorf("afterwards it answers %d", status)
			}
		})
	}
}

// inMaintenance waits until the node says that it cannot serve yet: with 503 to citizens, with 502 to its proxy.
func (p *process) inMaintenance(t *testing.T, want int) {
	t.Helper()
	for {
		select {
		case <-p.Ended:
			t.Fatalf("serve has ended: %v\n%s", p.Err, p.said)
		default:
		}
		if g, err := ask(http.DefaultClient, p.address, "http://ankang.localhost/"); err == nil {
			if g.status != want || !strings.Contains(string(g.body), "网站正在维护") {
				t.Fatalf("it answers %d %s", g.status, g.body)
			}
			break
		}
	}
	if status, _, _ := fetch(t, p.ops, "127.0.0.1", "/healthz"); status != http.StatusServiceUnavailable {
		t.Errorf("and it calls itself healthy: %d", status)
	}
}

// holdFile holds SQLite's lock of migrations, as another process does.
func holdFile(t *testing.T, name string) (release func()) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err == nil {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() { f.Close() }
}

// holdTable holds PostgreSQL's.
func holdTable(t *testing.T, url string) (release func()) {
	t.Helper()
	d, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	tx, err := d.Begin()
	if err == nil {
		_, err = tx.Exec("LOCK TABLE migrating IN ACCESS EXCLUSIVE MODE")
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	}
}
