// Package theme keeps the theme packages that a platform's operator has installed.
//
// 安政办发〔2015〕71号 二(三) has the higher level carry the uniform standard of all sites: so one office decides how sites may look, and a package
// that breaks what every page owes (国办发〔2017〕47号 附件; platform/render's Check) is not installed at all. A package is bytes in the store:
// every node has it, a backup too, and a site's pages are made anew when it changes.
package theme

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Sites knows which site is shown in which theme; platform/site is one.
type Sites interface {
	List(ctx context.Context, f site.Filter, p kernel.Page) ([]site.Site, error)
	Get(ctx context.Context, id kernel.SiteID) (site.Site, error)
	SetTheme(ctx context.Context, id kernel.SiteID, theme string) error
}

// Bumper moves the revisions of sites inside a transaction; pages.Revisions is one. New has it call Reload whenever the platform's has moved.
type Bumper interface {
	Bump(ctx context.Context, sites ...kernel.SiteID) error
	LoadPlatform(f func(context.Context) error)
}

// Room is what the room needs of others. Sites and Console are filled before the first request.
type Room struct {
	DB        *db.DB
	Now       kernel.Clock
	Audit     *audit.Log
	Revisions Bumper
	Render    *render.Renderer
	Samples   []render.Sample // on which a package is tried
	Sites     Sites
	Console   *console.Console
}

// Themes is the room. It is safe for concurrent use.
type Themes struct {
	Room
	mu      sync.Mutex
	kept    []row              // what is installed in the renderer
	trouble map[string]Trouble // by theme
}

// Trouble is the last time that a theme could not show a page.
type Trouble struct {
	View string
	At   time.Time
}

// most is how many packages a platform may have: each is parsed and kept in every node's memory.
const most = 30

// New makes the room. It has to be made before the sites are: a node that learns of both has the theme before a page is made in it.
func New(r Room) *Themes {
	t := &Themes{Room: r, trouble: map[string]Trouble{}}
	r.Revisions.LoadPlatform(t.Reload)
	r.Render.OnFailure(t.failed)
	return t
}

// failed keeps what an operator should know: the page was shown in the plain theme.
func (t *Themes) failed(theme, view string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.trouble[theme] = Trouble{view, t.Now()}
	slog.Error("a theme cannot show a page, which is shown in the plain one", "theme", theme, "view", view, "err", err)
}

// Installed is a package as the screen shows it.
type Installed struct {
	Name, Title, Digest, By string
	At                      time.Time
	Sites                   int // that are shown in it
	Trouble                 Trouble
	Refused                 bool // this program cannot show it any more
}

// Installed lists the packages.
func (t *Themes) Installed(ctx context.Context) ([]Installed, error) {
	rows, err := t.rows(ctx)
	if err != nil {
		return nil, err
	}
	used, err := t.used(ctx)
	if err != nil {
		return nil, err
	}
	shown := t.Render.Themes()
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make([]Installed, len(rows))
	for i, r := range rows {
		there := slices.ContainsFunc(shown, func(n render.Named) bool { return n.Name == r.Name })
		out[i] = Installed{r.Name, r.Title, r.Digest, r.ByName, r.InstalledAt, len(used[r.Name]), t.trouble[r.Name], !there}
	}
	return out, nil
}

// used are the sites that are shown in each theme of their own choice.
func (t *Themes) used(ctx context.Context) (map[string][]kernel.SiteID, error) {
	all, err := t.Sites.List(ctx, site.Filter{}, kernel.Page{})
	if err != nil {
		return nil, err
	}
	used := map[string][]kernel.SiteID{}
	for _, g := range all {
		if g.Theme != "" {
			used[g.Theme] = append(used[g.Theme], g.ID)
		}
	}
	return used, nil
}

// Install checks a package and keeps it, in place of one of the same name; problems are why not. Sites that are shown in it are made anew.
func (t *Themes) Install(ctx context.Context, zip []byte) (*render.Pack, []render.Problem, error) {
	p, found := render.ReadZip(zip)
	if p != nil {
		found = t.Render.Check(p, t.Samples)
	}
	if len(found) > 0 {
		return nil, found, nil
	}
	err := t.DB.InTx(ctx, func(ctx context.Context) error {
		rows, err := t.rows(ctx)
		if err != nil {
			return err
		}
		was := ""
		if i := slices.IndexFunc(rows, func(r row) bool { return r.Name == p.Name }); i >= 0 {
			was = rows[i].Digest
		} else if len(rows) >= most {
			return fault.New(fault.Conflict, "已经装了 %d 个主题，请先移除不用的。", most)
		}
		if was == p.Digest {
			return fault.New(fault.Conflict, "“%s”已经是这一份。", p.Title)
		}
		if err := t.put(ctx, rowOf(p, t.Now(), kernel.ActorFrom(ctx).Name)); err != nil {
			return err
		}
		return t.changed(ctx, p.Name, audit.Entry{Action: "theme.install", Before: was, After: p.Digest, Note: map[string]string{"title": p.Title}})
	})
	if err != nil {
		return nil, nil, err
	}
	t.mu.Lock()
	delete(t.trouble, p.Name)
	t.mu.Unlock()
	return p, nil, nil
}

// changed writes the change down and moves the revisions of the platform and of the sites that are shown in the theme.
func (t *Themes) changed(ctx context.Context, name string, e audit.Entry) error {
	used, err := t.used(ctx)
	if err != nil {
		return err
	}
	e.Object = "theme/" + name
	if err := t.Audit.Record(ctx, e); err != nil {
		return err
	}
	return t.Revisions.Bump(ctx, append(used[name], kernel.Platform)...)
}

// Remove takes a package away that no site is shown in.
func (t *Themes) Remove(ctx context.Context, name string) error {
	return t.DB.InTx(ctx, func(ctx context.Context) error {
		used, err := t.used(ctx)
		if err != nil {
			return err
		}
		if n := len(used[name]); n > 0 {
			return fault.New(fault.Conflict, "还有 %d 个网站在用这个主题。请先给它们换主题。", n)
		}
		digest, err := t.remove(ctx, name)
		if err != nil {
			return err
		}
		return t.changed(ctx, name, audit.Entry{Action: "theme.remove", Before: digest})
	})
}

// Assign has a site shown in a theme that is there; "" follows its template.
func (t *Themes) Assign(ctx context.Context, id kernel.SiteID, name string) error {
	return t.DB.InTx(ctx, func(ctx context.Context) error {
		if name != "" && !slices.ContainsFunc(t.Render.Themes(), func(n render.Named) bool { return n.Builtin && n.Name == name }) {
			rows, err := t.rows(ctx) // the store's word: another node may have removed it just now
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(rows, func(r row) bool { return r.Name == name }) {
				return fault.In("theme", "没有这个主题，请重新选择。")
			}
		}
		return t.Sites.SetTheme(ctx, id, name)
	})
}

// Reload has the renderer show what the store keeps. A package that this program cannot show any more is left out, and said.
func (t *Themes) Reload(ctx context.Context) error {
	rows, err := t.rows(ctx)
	if err != nil {
		return err
	}
	t.show(rows)
	return nil
}

func (t *Themes) show(rows []row) {
	var packs []*render.Pack
	for _, r := range rows {
		p, err := r.pack()
		if err != nil {
			slog.Error("a theme cannot be read", "theme", r.Name, "err", err)
			continue
		}
		packs = append(packs, p)
	}
	if err := t.Render.Install(packs...); err != nil {
		slog.Error("a theme cannot be shown; its sites are shown in the plain one", "err", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = rows
}

// Snapshot is what is shown as bytes that LoadSnapshot reads, for a start without the database.
func (t *Themes) Snapshot() ([]byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := json.Marshal(t.kept)
	if err != nil {
		return nil, fmt.Errorf("write themes: %w", err)
	}
	return b, nil
}

// LoadSnapshot shows what a Snapshot kept.
func (t *Themes) LoadSnapshot(b []byte) error {
	var rows []row
	if err := json.Unmarshal(b, &rows); err != nil {
		return fmt.Errorf("read themes: %w", err)
	}
	t.show(rows)
	return nil
}

var errChanged = errors.New("the bytes are not those that were checked")
