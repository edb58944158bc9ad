package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/db"
)

// inspection gathers findings.
type inspection struct {
	h     *House
	media blob.Store
	cfg   Config
	found []finding
}

func (i *inspection) add(name, where string, args ...any) {
	i.found = append(i.found, finding{Name: name, Severity: severity(name), Where: fmt.Sprintf(where, args...), Say: faults[name][0], Do: faults[name][1]})
}

// fsck compares everything that belongs together, as of one moment, and changes nothing.
func (i *inspection) fsck(ctx context.Context) error {
	var known map[kernel.SiteID]bool
	var revs map[kernel.SiteID]int64
	err := i.h.DB.Snapshot(ctx, func(ctx context.Context) (err error) {
		if known, err = i.sites(ctx); err != nil {
			return err
		}
		if revs, err = i.h.Revisions.Stored(ctx); err != nil {
			return err
		}
		for _, check := range []func(context.Context) error{i.engine, i.publications, i.chains, i.jobs} {
			if err := check(ctx); err != nil {
				return err
			}
		}
		if err := i.articles(ctx, known, revs); err != nil {
			return err
		}
		return i.strangers(ctx, known)
	})
	if err != nil {
		return err
	}
	if err := i.blobs(ctx, known, true); err != nil {
		return err
	}
	return i.mirror(known, revs)
}

func (i *inspection) sites(ctx context.Context) (map[kernel.SiteID]bool, error) {
	all, err := i.h.Sites.List(ctx, site.Filter{}, kernel.Page{})
	known := map[kernel.SiteID]bool{}
	for _, s := range all {
		known[s.ID] = true
	}
	return known, err
}

func (i *inspection) engine(ctx context.Context) error {
	words, err := i.h.DB.Check(ctx)
	for _, w := range words {
		i.add("store-damaged", "%s", w)
	}
	return err
}

func (i *inspection) publications(ctx context.Context) error {
	flaws, err := i.h.Published.Flaws(ctx)
	for _, f := range flaws {
		i.add(f.What, "站点 %d 第 %d 版", f.Site, f.Edition)
	}
	return err
}

func (i *inspection) chains(ctx context.Context) error {
	chains, err := i.h.Audit.Chains(ctx)
	if err != nil {
		return err
	}
	for _, c := range chains {
		_, err := i.h.Audit.Verify(ctx, c)
		var b *audit.Broken
		if errors.As(err, &b) {
			i.add("audit-broken", "链 %d 第 %d 条", b.Chain, b.Seq)
		} else if err != nil {
			return err
		}
	}
	return nil
}

func (i *inspection) jobs(ctx context.Context) error {
	b, err := i.h.Queue.Backlog(ctx, overdueAfter)
	for _, kind := range b.Unknown {
		i.add("job-unknown", "%s", kind)
	}
	if b.Failed > 0 {
		i.add("job-failed", "%d 个", b.Failed)
	}
	return err
}

func (i *inspection) articles(ctx context.Context, known map[kernel.SiteID]bool, revs map[kernel.SiteID]int64) error {
	published, err := i.h.Published.Sites(ctx)
	if err != nil {
		return err
	}
	for _, s := range published {
		if known[s] && revs[s] == 0 {
			i.add("revision-missing", "站点 %d", s)
		}
	}
	for s := range known {
		flaws, err := i.h.Articles.Flaws(ctx, s, i.h.Index)
		if err != nil {
			return err
		}
		for _, f := range flaws {
			i.add(f.What, "站点 %d 的文章 %d", s, f.ID)
		}
	}
	return nil
}

// strangers looks for rows whose site is not there.
func (i *inspection) strangers(ctx context.Context, known map[kernel.SiteID]bool) error {
	for _, t := range kept {
		column := strings.TrimSuffix(t.Tenant, " = ?")
		if column != "site_id" && column != "chain" {
			continue
		}
		ids, err := siteIDs(ctx, i.h.DB, t.Name, column)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if id != kernel.Platform && !known[id] {
				i.add("rows-of-unknown-site", "%s 中的站点 %d", t.Name, id)
			}
		}
	}
	return nil
}

// blobs looks for blobs of no site; deep reads every one, since only its bytes tell whether they are what was stored.
func (i *inspection) blobs(ctx context.Context, known map[kernel.SiteID]bool, deep bool) error {
	for site := range known {
		flaws, err := i.h.Media.Flaws(ctx, site)
		if err != nil {
			return err
		}
		for _, f := range flaws {
			i.add(f.What, "%s", f.Key)
		}
	}
	for info, err := range i.media.List(ctx, "") {
		if err != nil {
			return err
		}
		owner, _, _ := strings.Cut(info.Key, "/")
		if id, ok := kernel.ParseID[kernel.SiteID](owner); !ok || !known[id] {
			i.add("media-orphan", "%s", info.Key)
		}
		if !deep {
			continue
		}
		whole, err := intact(ctx, i.media, info.Key)
		if err != nil {
			return err
		}
		if !whole {
			i.add("media-damaged", "%s", info.Key)
		}
	}
	return nil
}

func intact(ctx context.Context, media blob.Store, key string) (bool, error) {
	c, err := media.Open(ctx, key, blob.Range{})
	if fault.Is(err, fault.NotFound) {
		return true, nil // removed since it was listed
	}
	if err != nil {
		return false, err
	}
	d := blob.NewDigest(c)
	buf := make([]byte, 64<<10)
	for err == nil {
		_, err = d.Read(buf)
	}
	if bad := d.Failed(); bad != nil {
		return false, errors.Join(bad, c.Close())
	}
	return c.Info.SHA256 == "" || c.Info.SHA256 == d.SHA256(), c.Close()
}

func (i *inspection) mirror(known map[kernel.SiteID]bool, revs map[kernel.SiteID]int64) error {
	return pages.WalkMirror(filepath.Join(i.cfg.Data, "mirror"), revs, func(m pages.Mirrored) error {
		switch {
		case m.Torn && !strings.HasSuffix(m.File, ".new"):
			i.add("mirror-torn", "%s", m.File)
		case !m.Torn && !known[m.Site]:
			i.add("mirror-unknown-site", "%s（%s）", m.File, m.URL)
		}
		return nil
	})
}

// sorted puts errors first, then the names together.
func sorted(found []finding) []finding {
	slices.SortStableFunc(found, func(a, b finding) int {
		if a.Severity != b.Severity {
			return strings.Compare(a.Severity, b.Severity)
		}
		return strings.Compare(a.Name, b.Name)
	})
	return found
}

// openAsIs opens the house of a store as it stands, for a command that only looks. It is openHouse without the making.
func (s *session) openAsIs(d *db.DB) (*House, error) {
	cfg := s.cfg
	cfg.command = true
	h, err := open(cfg, d, s.clock, kernel.NewIDs(s.clock))
	if err != nil {
		return nil, err
	}
	return h, h.Sites.Reload(s.ctx)
}
