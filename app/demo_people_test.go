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
	t.Parallel()
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

// X1: the demonstration's township officer finds one returned article, one draft and one notice that waits with a colleague.
func TestTheDemonstrationHasWork(t *testing.T) {
	t.Parallel()
	cfg := seeded(t, Config{Data: t.TempDir()})
	people, err := demo.ReadPeople(cfg.Data)
	if err != nil {
		t.Fatal(err)
	}
	h := opened(t, cfg)
	for _, p := range people {
		if p.Role != "IO" || !strings.HasSuffix(p.Site, "镇人民政府") {
			continue
		}
		a, err := h.Accounts.Find(t.Context(), p.Login)
		if err != nil {
			t.Fatal(err)
		}
		posts, err := h.Accounts.Live(t.Context(), a.ID, kernel.SystemClock())
		if err != nil || len(posts) != 1 {
			t.Fatal(posts, err)
		}
		ctx := kernel.WithActor(t.Context(), a.Actor("console"))
		mine, err := h.Desk.Mine(ctx, posts[0].Site)
		if err != nil || len(mine.Items) != 2 {
			t.Fatalf("%+v, %v", mine, err)
		}
		marks := map[string]string{}
		for _, i := range mine.Items {
			marks[i.Mark] = i.Text + i.Note
		}
		if !strings.Contains(marks["已退回"], "咨询电话") || !strings.Contains(marks["草稿"], "河堤步道") {
			t.Errorf("on the desk: %v", marks)
		}
		if mine.Items[0].Mark != "已退回" {
			t.Errorf("first stands %+v", mine.Items[0])
		}
		sent, err := h.Desk.Sent(ctx, posts[0].Site)
		if err != nil || len(sent.Items) != 1 || !strings.Contains(sent.Items[0].Text, "优待证") || sent.Items[0].Mark != "待审核" {
			t.Errorf("sent: %+v, %v", sent, err)
		}
		return
	}
	t.Error("the township has no officer")
}
