package theme

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// office is what the ports say: two sites, and the revisions that were moved.
type office struct {
	*Themes
	t      *testing.T
	ctx    context.Context
	themes map[kernel.SiteID]string
	bumped []kernel.SiteID
	load   func(context.Context) error
}

func (o *office) List(context.Context, site.Filter, kernel.Page) ([]site.Site, error) {
	return []site.Site{{ID: 1, Theme: o.themes[1]}, {ID: 2, Theme: o.themes[2]}}, nil
}
func (o *office) Get(_ context.Context, id kernel.SiteID) (site.Site, error) {
	return site.Site{ID: id, Theme: o.themes[id]}, nil
}
func (o *office) SetTheme(_ context.Context, id kernel.SiteID, theme string) error {
	o.themes[id] = theme
	return nil
}
func (o *office) Bump(_ context.Context, sites ...kernel.SiteID) error {
	o.bumped = append(o.bumped, sites...)
	return nil
}
func (o *office) LoadPlatform(f func(context.Context) error) { o.load = f }

func node(t *testing.T, d *db.DB) *office {
	t.Helper()
	o := &office{t: t, themes: map[kernel.SiteID]string{}, ctx: kernel.WithActor(context.Background(), kernel.Actor{Account: 3, Name: "运维甲", Via: "console"})}
	clock := func() time.Time { return time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC) }
	r, err := render.New(render.Config{}, nil)
	o.must(err)
	o.Themes = New(Room{DB: d, Now: clock, Audit: audit.New(d, clock, kernel.NewSeededIDs(clock, 7)), Revisions: o, Render: r, Samples: render.Samples(), Sites: o})
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// packed is a package of a name with a stylesheet.
func packed(name, css string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for file, text := range map[string]string{"theme.toml": fmt.Sprintf("name = %q\ntitle = \"山色\"\nparent = \"base\"\n", name), name + ".css": css} {
		f, err := w.Create(file)
		if err == nil {
			_, err = f.Write([]byte(text))
		}
		if err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func (o *office) names() string {
	var out []string
	for _, n := range o.Render.Themes() {
		if !n.Builtin {
			out = append(out, n.Name)
		}
	}
	return strings.Join(out, " ")
}

// V1, V2, d53: a package is checked, kept with who and when, written into the chain, and shown by every node when it learns of the platform's revision.
func TestInstallAssignRemove(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o, other := node(t, d), node(t, d)
		if _, found, err := o.Install(o.ctx, packed("shan", ".zq-foot{display:none}")); err != nil || len(found) == 0 {
			t.Fatalf("a theme without a footer is installed: %v, %v", found, err)
		}
		if list, err := o.Installed(o.ctx); err != nil || len(list) != 0 || len(o.bumped) != 0 {
			t.Errorf("a refused one is kept: %v, %v, %v", list, err, o.bumped)
		}
		p, found, err := o.Install(o.ctx, packed("shan", ".headline{padding:1rem}"))
		if err != nil || found != nil || p.Title != "山色" {
			t.Fatalf("a good one: %v, %v", found, err)
		}
		if !slices.Equal(o.bumped, []kernel.SiteID{kernel.Platform}) {
			t.Errorf("moved %v", o.bumped)
		}
		o.must(o.load(o.ctx))
		o.must(other.load(o.ctx))
		if o.names() != "shan" || other.names() != "shan" {
			t.Errorf("shown here %q, on the other node %q", o.names(), other.names())
		}
		if _, _, err := o.Install(o.ctx, packed("shan", ".headline{padding:1rem}")); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same once more: %v", err)
		}
		if err := o.Assign(o.ctx, 1, "nobody"); !fault.Is(err, fault.Invalid) || o.themes[1] != "" {
			t.Errorf("a theme that is not there: %v", err)
		}
		if err := o.Assign(o.ctx, 1, "elder"); !fault.Is(err, fault.Invalid) {
			t.Errorf("the elder version's: %v", err)
		}
		o.must(o.Assign(o.ctx, 2, "city"))
		o.must(o.Assign(o.ctx, 1, "shan"))
		if err := o.Remove(o.ctx, "shan"); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Say(err), "还有 1 个网站") {
			t.Errorf("removed under a site: %v", err)
		}
		o.failed("shan", "word/show", errChanged)
		list, err := o.Installed(o.ctx)
		o.must(err)
		if len(list) != 1 || list[0].By != "运维甲" || list[0].Sites != 1 || list[0].Trouble.View != "word/show" || list[0].Digest != p.Digest || list[0].Refused || !list[0].At.Equal(o.Now()) {
			t.Errorf("it says %+v", list)
		}
		o.bumped = nil
		if _, _, err = o.Install(o.ctx, packed("shan", ".headline{padding:2rem}")); err != nil || !slices.Equal(o.bumped, []kernel.SiteID{1, kernel.Platform}) {
			t.Errorf("replaced, moved %v: %v", o.bumped, err)
		}
		if list, _ = o.Installed(o.ctx); list[0].Trouble.View != "" || list[0].Digest == p.Digest {
			t.Errorf("replaced, it says %+v", list)
		}
		kept, err := o.Snapshot()
		o.must(err)
		o.must(o.Assign(o.ctx, 1, ""))
		o.must(o.Remove(o.ctx, "shan"))
		if err := o.Remove(o.ctx, "shan"); !fault.Is(err, fault.NotFound) {
			t.Errorf("removed twice: %v", err)
		}
		o.must(o.load(o.ctx))
		if o.names() != "" {
			t.Errorf("removed, it is shown: %s", o.names())
		}
		o.must(o.LoadSnapshot(kept))
		if o.names() != "shan" {
			t.Error("a node without the database has lost its themes")
		}
		if err := o.LoadSnapshot([]byte("{")); err == nil {
			t.Error("a broken snapshot is read")
		}
		var deeds []string
		lines, err := o.Audit.List(o.ctx, kernel.Platform, kernel.Page{Number: 1, Size: 20})
		o.must(err)
		for _, l := range lines {
			deeds = append(deeds, l.Action+" "+l.Object)
		}
		slices.Sort(deeds)
		if got := strings.Join(deeds, ", "); got != "theme.install theme/shan, theme.install theme/shan, theme.remove theme/shan" {
			t.Errorf("the chain says %s", got)
		}
	}, audit.Migrations(), Migrations())
}

func keep(o *office, r row) {
	o.t.Helper()
	o.must(o.DB.InTx(o.ctx, func(ctx context.Context) error { return o.put(ctx, r) }))
}

// What is kept was checked: bytes that somebody has changed beside the program are not shown, and a platform has no more than it can keep in memory.
func TestWhatIsKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := node(t, d)
		good, found := render.ReadZip(packed("shan", ""))
		if found != nil {
			t.Fatal(found)
		}
		good.Name, good.Title = "shan", "山色"
		bad := rowOf(good, o.Now(), "x")
		bad.Digest = strings.Repeat("0", 64)
		broken := rowOf(good, o.Now(), "x")
		broken.Name, broken.Zip = "broken", "%"
		noZip := rowOf(good, o.Now(), "x")
		noZip.Name, noZip.Zip = "nozip", "eHg="
		for _, r := range []row{bad, broken, noZip} {
			keep(o, r)
		}
		o.must(o.load(o.ctx))
		list, err := o.Installed(o.ctx)
		if err != nil || o.names() != "" || len(list) != 3 || !list[0].Refused {
			t.Errorf("shown %q, said %+v, %v", o.names(), list, err)
		}
		for i := len(list); i < most; i++ {
			r := rowOf(good, o.Now(), "x")
			r.Name = fmt.Sprintf("t%d", i)
			keep(o, r)
		}
		if _, _, err := o.Install(o.ctx, packed("one-more", "")); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Say(err), "30 个主题") {
			t.Errorf("one more than most: %v", err)
		}
	}, audit.Migrations(), Migrations())
}
