package app

import (
	"context"
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/app/demo"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
)

// d51 (A6): whoever tries the demonstration can be each person that a text needs; all of them sign in, hold what the file
// says, and nobody else has a password. A second start leaves the file alone.
func TestTheDemonstrationHasPeople(t *testing.T) {
	dir := t.TempDir()
	if _, err := demo.ReadPeople(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a demonstration: %v", err)
	}
	cfg := seeded(t, Config{Data: dir})
	file := filepath.Join(dir, "demo-people.json")
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("got %v, %v", info, err)
	}
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	people, err := demo.ReadPeople(dir)
	if err != nil {
		t.Fatal(err)
	}
	h, ctx := opened(t, cfg), context.Background()
	want := map[string]bool{"安康市人民政府 IO": true, "安康市人民政府 RV": true, "安康市人民政府 SR": true, "安康市人民政府 PB": true, "安康市人民政府 LD": true,
		" SV": true, " AA": true, " PO": true, "镇 IO": true, "镇 RV+SR+PB": true, "镇 CL": true}
	for _, p := range people {
		part := p.Site + " " + p.Role
		if strings.HasSuffix(p.Site, "镇人民政府") {
			part = "镇 " + p.Role
		}
		if !want[part] {
			t.Errorf("%+v is nobody that is asked for, or a second one", p)
		}
		delete(want, part)
		_, a, err := h.Accounts.SignIn(ctx, p.Login, p.Password, identity.Visit{IP: netip.MustParseAddr("192.0.2.7")})
		if err != nil || a.Name != p.Name || p.Org == "" {
			t.Errorf("%s: %v, %v", p.Login, a, err)
			continue
		}
		posts, err := h.Accounts.Live(ctx, a.ID, kernel.SystemClock())
		if err != nil || len(posts) != strings.Count(p.Role, "+")+1 {
			t.Errorf("%s holds %v, %v", p.Login, posts, err)
		}
		for _, post := range posts {
			if !strings.Contains(p.Role, string(post.Role)) || (post.Site == 0) != (p.Site == "") {
				t.Errorf("%s holds %v", p.Login, post)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
	var n int
	if err := h.DB.Conn(ctx).NewRaw("SELECT count(*) FROM passwords").Scan(ctx, &n); err != nil || n != len(people) {
		t.Errorf("%d passwords, %v", n, err)
	}
	seeded(t, Config{Data: dir})
	if after, err := os.ReadFile(file); err != nil || string(after) != string(before) {
		t.Errorf("a second start wrote %s, %v", after, err)
	}
}
