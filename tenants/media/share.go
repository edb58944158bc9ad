package media

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Grant lets other sites take copies of an item, or of whatever lies in a folder. No site sees another's item without one (A12), and a copy is
// the other site's own: it is reviewed, shown and thrown away there.
type Grant struct {
	Site   kernel.SiteID // whose it is
	ID     int64
	Item   ID            // 0: the folder
	Folder string        // "": the item
	To     kernel.SiteID // 0: all sites of the units below the owner's
	By     kernel.AccountID
	At     time.Time
}

// grantsMost bounds what a site shares.
const grantsMost = 200

// Share gives a grant; one that stands already is no error.
func (m *Media) Share(ctx context.Context, g Grant) error {
	c := Card{Folder: g.Folder}
	if err := c.tidy(); err != nil {
		return err
	}
	if g.Folder = c.Folder; (g.Item > 0) == (g.Folder != "") {
		return fault.In("folder", "请选择要共享的文件夹，或在文件的页面上共享它。")
	}
	if g.To == g.Site {
		return fault.In("to", "这是本站，不用共享。")
	}
	g.By, g.At = kernel.ActorFrom(ctx).Account, m.Now()
	if g.By == 0 {
		return fault.New(fault.Forbidden, "请先登录。")
	}
	if g.To != 0 {
		if _, err := m.Sites.Get(ctx, g.To); err != nil {
			return err
		}
	}
	for try := 0; ; try++ {
		g.ID = m.IDs.Next()
		err := m.DB.InTx(ctx, func(ctx context.Context) error { return m.share(ctx, g) })
		if err == nil || !db.Unique(err) || try == 3 {
			return err
		}
	}
}

func (m *Media) share(ctx context.Context, g Grant) error {
	if g.Item > 0 {
		if _, err := m.Get(ctx, g.Site, g.Item); err != nil {
			return err
		}
	}
	all, err := m.Shares(ctx, g.Site)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(o Grant) bool { return o.Item == g.Item && o.Folder == g.Folder && o.To == g.To }) {
		return nil
	}
	if len(all) >= grantsMost {
		return fault.New(fault.Conflict, "最多共享 %d 项，请先收回不用的。", grantsMost)
	}
	if err := m.insertGrant(ctx, g); err != nil {
		return err
	}
	return m.record(ctx, g.Site, "media.share", g.Item, "", g.String())
}

// Unshare ends a grant: no new copies are taken, those that were taken stay.
func (m *Media) Unshare(ctx context.Context, site kernel.SiteID, id int64) error {
	return m.DB.InTx(ctx, func(ctx context.Context) error {
		g, err := m.deleteGrant(ctx, site, id)
		if err != nil {
			return err
		}
		return m.record(ctx, site, "media.unshare", g.Item, g.String(), "")
	})
}

// String is what the chain remembers of a grant.
func (g Grant) String() string {
	what, to := "folder "+g.Folder, "below"
	if g.Item > 0 {
		what = fmt.Sprintf("media/%d", g.Item)
	}
	if g.To != 0 {
		to = "site " + g.To.String()
	}
	return what + " -> " + to
}

// Origin is where an item came from that was taken over from another site.
type Origin struct {
	Site    kernel.SiteID
	Item    ID
	Licence string
	At      time.Time
}

// Adopt gives a site its own copy of an item that another site shares with it, with the terms that the owner has written. Both chains tell of it.
func (m *Media) Adopt(ctx context.Context, site, owner kernel.SiteID, item ID) (*Item, error) {
	if kernel.ActorFrom(ctx).Account == 0 {
		return nil, fault.New(fault.Forbidden, "请先登录。")
	}
	from, err := m.offered(ctx, site, owner, item)
	if err != nil {
		return nil, err
	}
	quota, err := m.Sites.QuotaOf(ctx, site)
	if err != nil {
		return nil, err
	}
	to := *from.Item
	to.Site, to.By, to.At, to.Film = site, kernel.ActorFrom(ctx).Account, m.Now(), nil
	from.Lights, to.Lights, to.Tried = nil, nil, false // those of a picture are made anew
	if from.Film, err = m.ready(ctx, from.Item, &to); err != nil {
		return nil, err
	}
	if from.Film != nil {
		err = m.fits(ctx, site, to.Name, 1, to.Stored+from.Film.made(), quota)
	} else {
		err = m.spare(ctx, &to, quota)
	}
	if err != nil {
		return nil, err
	}
	if err := m.copied(ctx, from.Item, site); err != nil {
		return nil, err
	}
	err = m.DB.InTx(ctx, func(ctx context.Context) error { return m.adopt(ctx, from, &to, quota) })
	if err != nil {
		return nil, err
	}
	return &to, m.whole(ctx, &to, func() error { return m.copied(ctx, from.Item, site) })
}

// adopt writes the rows. The chains are taken in the order of their sites, as everywhere.
func (m *Media) adopt(ctx context.Context, from *Shelved, to *Item, most site.Quota) error {
	if _, err := m.offered(ctx, to.Site, from.Site, from.ID); err != nil { // the grant may have ended meanwhile
		return err
	}
	deeds := []audit.Entry{
		{Site: from.Site, Action: "media.taken", Object: fmt.Sprintf("media/%d", from.ID), After: to.Site.String()},
		{Site: to.Site, Action: "media.adopt", Object: fmt.Sprintf("site/%d", from.Site), After: to.SHA256, Note: map[string]string{"item": strconv.FormatInt(from.ID, 10), "licence": from.Licence}},
	}
	slices.SortFunc(deeds, func(a, b audit.Entry) int { return cmp.Compare(a.Site, b.Site) })
	for _, e := range deeds {
		if err := m.Audit.Record(ctx, e); err != nil {
			return err
		}
	}
	if err := m.keep(ctx, to, most); err != nil {
		return err
	}
	have, err := m.Shelved(ctx, to.Site, to.ID)
	if err != nil {
		return err
	}
	if have.Version == 0 {
		have.Card = Card{Title: from.Title, Alt: from.Alt, Source: from.Source, Licence: from.Licence, X: from.X, Y: from.Y, Version: 1}
		if err := m.putCard(ctx, have); err != nil {
			return err
		}
	}
	if err := m.screen(ctx, from.Item, from.Film, to, most); err != nil {
		return err
	}
	if err := m.speak(ctx, from.Item, to); err != nil {
		return err
	}
	return m.putOrigin(ctx, to, Origin{Site: from.Site, Item: from.ID, Licence: from.Licence, At: to.At})
}

// copied puts the bytes of an item where those of its copy belong, and of a film what was made of it.
func (m *Media) copied(ctx context.Context, from *Item, site kernel.SiteID) error {
	to := *from
	to.Site = site
	put := to.allKeys()
	for n, key := range from.allKeys() {
		c, err := m.Store.Open(ctx, key, blob.Range{})
		if err != nil {
			return err
		}
		_, err = m.Store.Put(ctx, put[n], c, c.Info.ContentType)
		if closed := c.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// allKeys are where everything of an item lies, itself last.
func (i *Item) allKeys() (all []string) {
	for _, t := range i.Thumbs {
		all = append(all, i.key(t.Width))
	}
	return append(append(all, i.madeKeys()...), i.key(0))
}

// ready is what was made of a film that goes to another site, or nil: where it is already, it is that site's to make something of it.
func (m *Media) ready(ctx context.Context, from, to *Item) (*Film, error) {
	if same, err := m.same(ctx, to); err != nil || same != nil {
		return nil, err
	}
	films, err := m.films(ctx, from.Site, from.ID)
	if f := films[from.ID]; err == nil && f != nil && f.State == Ready {
		return f, nil
	}
	return nil, err
}

// made is how many bytes were made of a film.
func (f *Film) made() (n int64) {
	if f == nil {
		return 0
	}
	n = f.Play.Bytes + f.Poster.Bytes
	for _, r := range f.Rungs {
		n += r.Form.Bytes
	}
	return n
}

// screen gives a copy what was made of the original, unless the site has made something of it already; sizes that are still to be made are made here.
func (m *Media) screen(ctx context.Context, from *Item, film *Film, to *Item, most site.Quota) error {
	if film == nil || to.Film == nil || to.Film.State != Waiting {
		return nil
	}
	if err := m.fits(ctx, to.Site, to.Name, 0, film.made(), most); err != nil {
		return err
	}
	if err := m.putFilm(ctx, to.Site, to.ID, film); err != nil {
		return err
	}
	waits := false
	for _, r := range film.Rungs {
		list := ""
		if r.State == Ready {
			var err error
			if list, err = m.listOf(ctx, from.Site, from.ID, r.Side); err != nil {
				return err
			}
		}
		waits = waits || r.State == Waiting
		if err := m.putRung(ctx, to.Site, to.ID, r, list); err != nil {
			return err
		}
	}
	to.Film = film
	if waits {
		return m.climbLater(ctx, to.Site, to.ID)
	}
	return nil
}
