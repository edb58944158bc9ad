package backup

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/storage/blob/files"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// small is a store with one table and one blob.
func small(t *testing.T, d *db.DB) *Store {
	t.Helper()
	ctx := context.Background()
	err := d.InTx(ctx, func(ctx context.Context) error {
		_, err := d.Conn(ctx).NewRaw("INSERT INTO site_revisions (site_id, rev) VALUES (0, 7), (3, 9007199254740993)").Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	media, err := files.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { media.Close() })
	if _, err := media.Put(ctx, "3/a.txt", bytes.NewReader([]byte("一")), "text/plain"); err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }
	return &Store{DB: d, Media: media, Tables: []Table{{Name: "site_revisions", Order: "site_id"}}, Now: now}
}

// Q10: a backup that fails or is broken off leaves nothing that looks finished, and none replaces another.
func TestABrokenOffBackupLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, dir := small(t, d), t.TempDir()
		for _, at := range []string{"site_revisions", "3/a.txt"} {
			ctx, cancel := context.WithCancel(context.Background())
			_, err := s.Take(ctx, Options{To: dir, Progress: func(doing string, _, _, _ int64) {
				if doing == at {
					cancel()
				}
			}})
			cancel()
			if err == nil {
				t.Errorf("broken off at %s: no error", at)
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("broken off at %s: %v is left, %v", at, left, err)
			}
		}
		r, err := s.Take(context.Background(), Options{To: dir})
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(r.File) != "zhanqun-20261123T080000Z.tar" || r.Totals.Rows != 2 || r.Totals.Blobs != 1 {
			t.Errorf("got %+v", r)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
			t.Errorf("beside the archive: %v, %v", left, err)
		}
		if _, err := s.Take(context.Background(), Options{To: r.File}); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Say(err), "不会覆盖") {
			t.Errorf("onto another archive: %v", err)
		}
		late := filepath.Join(t.TempDir(), "z.tar")
		_, err = s.Take(context.Background(), Options{To: late, Progress: func(string, int64, int64, int64) {
			if err := os.WriteFile(late, []byte("another's"), 0o600); err != nil {
				t.Error(err)
			}
		}})
		if b, _ := os.ReadFile(late); !fault.Is(err, fault.Conflict) || string(b) != "another's" {
			t.Errorf("onto an archive that came meanwhile: %v, and it is %q", err, b)
		}
		if _, err := s.Take(context.Background(), Options{To: filepath.Join(dir, "no", "where.tar")}); !fault.Is(err, fault.Unavailable) {
			t.Errorf("into a folder that is not there: %v", err)
		}
	}, pages.Migrations())
}

// A blob that is not what was stored is told of when it is copied, not when it is needed.
func TestADamagedBlobIsNotBackedUp(t *testing.T) {
	d := dbtest.SQLite(t, pages.Migrations())
	s, dir := small(t, d), t.TempDir()
	media, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer media.Close()
	s.Media = media
	if _, err := media.Put(context.Background(), "3/b.txt", bytes.NewReader([]byte("as it was stored")), "text/plain"); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "3", "b.txt")
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b[3] ^= 1
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Take(context.Background(), Options{To: t.TempDir()}); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}

// Every byte of an archive counts: each one altered in turn is found, and the part named that it stands in. Short every seventh.
func TestEachByteOfASmallArchiveIsCovered(t *testing.T) {
	s := small(t, dbtest.SQLite(t, pages.Migrations()))
	r, err := s.Take(context.Background(), Options{To: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(r.File)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "altered")
	part := partsOf(t, r.File)
	step := proof.Times(7, 1)
	for at := rand.IntN(step); at < len(whole); at += step {
		whole[at] ^= 0x20
		if err := os.WriteFile(name, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		whole[at] ^= 0x20
		d := firstDamage(t, name)
		if want := part(int64(at)); d.Part != want {
			t.Fatalf("byte %d of %d altered: %v, want %s named", at, len(whole), d, want)
		}
	}
	t.Logf("%d bytes, one after the other", len(whole))
}

// partsOf answers which part of an archive a byte is in.
func partsOf(t *testing.T, name string) func(at int64) string {
	t.Helper()
	a, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	var all []Part
	if err := a.parts(context.Background(), func(p Part) error { all = append(all, p); return nil }); err != nil {
		t.Fatal(err)
	}
	all = append(all, Part{Name: manifestName, At: a.at}, Part{Name: "结束标记", At: a.at + a.size}, Part{Name: "末行", At: a.Size - trailerSize})
	return func(at int64) string {
		name := ""
		for _, p := range all {
			if p.At <= at {
				name = p.Name
			}
		}
		return name
	}
}

func firstDamage(t *testing.T, name string) *Damage {
	t.Helper()
	a, err := Open(name)
	var d *Damage
	if errors.As(err, &d) {
		return d
	}
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	found, err := a.bytes(context.Background(), nil)
	if err != nil || len(found) == 0 {
		t.Fatalf("%v, %v", found, err)
	}
	return &found[0]
}

// Rows are the same line on both engines and come back as they were.
func TestRowsComeBackAsTheyWere(t *testing.T) {
	c := &Columns{Table: "t", Names: []string{"a", "b", "c", "d"}, Kinds: []string{kindInt, kindText, kindBool, kindTime}}
	at := time.Date(2026, 2, 3, 4, 5, 6, 123456000, time.FixedZone("", 8*3600))
	for _, x := range []struct {
		in   row
		want string
	}{
		{row{int64(1), "x", true, at}, `[1,"x",true,"2026-02-02T20:05:06.123456Z"]`},
		{row{int64(-9007199254740993), "<&>\u2028\"\\\n", int64(0), at.Truncate(time.Second)}, `[-9007199254740993,"<&>\u2028\"\\\n",false,"2026-02-02T20:05:06Z"]`},
		{row{nil, []byte("字节"), nil, nil}, `[null,"字节",null,null]`},
	} {
		line, err := appendRow(nil, c, x.in)
		if err != nil || string(line) != x.want+"\n" {
			t.Errorf("got %s, %v; want %s", line, err, x.want)
			continue
		}
		back, err := parseRow(line, c)
		if err != nil {
			t.Error(err)
			continue
		}
		if again, err := appendRow(nil, c, back); err != nil || !bytes.Equal(again, line) {
			t.Errorf("came back as %s, %v", again, err)
		}
	}
	for _, bad := range []row{{"1", "x", true, at}, {int64(1), "\xff", true, at}, {int64(1), "x", "yes", at}, {int64(1), "x", true, "2026"}} {
		if line, err := appendRow(nil, c, bad); err == nil {
			t.Errorf("%v is taken: %s", bad, line)
		}
	}
	for _, bad := range []string{`[1,"x",true]`, `[1.5,"x",true,null]`, `[1,2,true,null]`, `[1,"x",1,null]`, `[1,"x",true,"today"]`, `{}`} {
		if r, err := parseRow([]byte(bad), c); err == nil {
			t.Errorf("%s is read as %v", bad, r)
		}
	}
}

// A restore never mixes two installations, and says why a tenant has no place here.
func TestARestoreWantsItsPlace(t *testing.T) {
	schema := fstest.MapFS{"20260101000001_families.tx.up.sql": {Data: []byte(`CREATE TABLE parents (site_id bigint PRIMARY KEY);
--bun:split
CREATE TABLE children (site_id bigint NOT NULL REFERENCES parents (site_id), id bigint NOT NULL, PRIMARY KEY (site_id, id))`)}}
	open := func(t *testing.T, d *db.DB) *Store {
		media, err := files.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { media.Close() })
		return &Store{DB: d, Media: media, Now: time.Now, Tables: []Table{{Name: "children", Order: "site_id, id", Tenant: "site_id = ?"}}}
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		if err := open(t, dbtest.SQLite(t)).Empty(ctx); err != nil {
			t.Errorf("nothing there: %v", err)
		}
		s := open(t, d)
		if err := s.Empty(ctx); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Say(err), "已经有表") {
			t.Errorf("tables there: %v", err)
		}
		err := d.InTx(ctx, func(ctx context.Context) error {
			for _, q := range []string{"INSERT INTO parents (site_id) VALUES (3)", "INSERT INTO children (site_id, id) VALUES (3, 1)"} {
				if _, err := d.Conn(ctx).NewRaw(q).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		taken, err := s.Take(ctx, Options{To: t.TempDir(), Site: 3, Host: "a.gov.cn"})
		if err != nil {
			t.Fatal(err)
		}
		a, err := Open(taken.File)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { a.Close() })
		there := open(t, dbtest.SQLite(t, schema, pages.Migrations()))
		if err := there.LoadTenant(ctx, a, nil); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Say(err), "所依赖的上级站点") {
			t.Errorf("without its parent: %v", err)
		}
	}, schema, pages.Migrations())
}
