package media

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the room's schema.
func Migrations() fs.FS { return kernel.Folder(migrations, "migrations") }

type row struct {
	bun.BaseModel `bun:"table:media,alias:m"`
	SiteID        kernel.SiteID    `bun:"site_id,pk"`
	ID            ID               `bun:"id,pk"`
	Name          string           `bun:"name"`
	Kind          string           `bun:"kind"`
	SHA256        string           `bun:"sha256"`
	Bytes         int64            `bun:"bytes"`
	Stored        int64            `bun:"stored"`
	Width         int              `bun:"width"`
	Height        int              `bun:"height"`
	Thumbs        string           `bun:"thumbs"` // width:bytes, with commas between
	UploadedBy    kernel.AccountID `bun:"uploaded_by"`
	At            time.Time        `bun:"at"`
	Lights        *string          `bun:"lights,scanonly"` // nil: nobody has tried
}

func (r *row) item() *Item {
	i := &Item{Site: r.SiteID, ID: r.ID, Name: r.Name, Kind: r.Kind, SHA256: r.SHA256, Bytes: r.Bytes, Stored: r.Stored,
		Width: r.Width, Height: r.Height, By: r.UploadedBy, At: r.At.UTC()}
	for one := range strings.SplitSeq(r.Thumbs, ",") {
		var t Thumb
		if _, err := fmt.Sscanf(one, "%d:%d", &t.Width, &t.Bytes); err == nil {
			i.Thumbs = append(i.Thumbs, t)
		}
	}
	if i.Tried = r.Lights != nil; i.Tried {
		i.Lights = readLights(*r.Lights)
	}
	return i
}

func (m *Media) insert(ctx context.Context, i *Item) error {
	var thumbs []string
	for _, t := range i.Thumbs {
		thumbs = append(thumbs, fmt.Sprintf("%d:%d", t.Width, t.Bytes))
	}
	r := &row{SiteID: i.Site, ID: i.ID, Name: i.Name, Kind: i.Kind, SHA256: i.SHA256, Bytes: i.Bytes, Stored: i.Stored,
		Width: i.Width, Height: i.Height, Thumbs: strings.Join(thumbs, ","), UploadedBy: i.By, At: i.At}
	if _, err := m.DB.Conn(ctx).NewInsert().Model(r).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("insert media of site %d: %w", i.Site, err))
	}
	return nil
}

// find answers the items of a site for which the rest of the WHERE holds.
func (m *Media) find(ctx context.Context, site kernel.SiteID, where string, args ...any) ([]*Item, error) {
	var rows []row
	err := m.DB.Conn(ctx).NewSelect().Model(&rows).ColumnExpr("?TableColumns").ColumnExpr("l.forms AS lights").
		Join("LEFT JOIN media_lights l ON l.site_id = m.site_id AND l.media_id = m.id").Where("m.site_id = ?", site).Where(where, args...).Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("find media of site %d: %w", site, err))
	}
	all := make([]*Item, len(rows))
	for n := range rows {
		all[n] = rows[n].item()
	}
	return all, m.developed(ctx, site, all)
}

func (m *Media) one(ctx context.Context, site kernel.SiteID, where string, args ...any) (*Item, error) {
	found, err := m.find(ctx, site, where, args...)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "没有这个文件。")
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// used and public are whether a frozen edition, and a public one, names the item.
const (
	used   = ` AND EXISTS (SELECT 1 FROM media_uses u WHERE u.site_id = m.site_id AND u.media_id = m.id)`
	public = ` AND EXISTS (SELECT 1 FROM media_uses u JOIN publications p ON p.site_id = u.site_id AND p.edition_id = u.edition_id
		WHERE u.site_id = m.site_id AND u.media_id = m.id)`
)

// Get is an item of a site, for people who see its drafts.
func (m *Media) Get(ctx context.Context, site kernel.SiteID, id ID) (*Item, error) {
	return m.one(ctx, site, "m.id = ?", id)
}

// Public is an item that citizens may have at this moment.
func (m *Media) Public(ctx context.Context, site kernel.SiteID, id ID) (*Item, error) {
	return m.one(ctx, site, "m.id = ?"+public, id)
}

// Sent is an item of a text that was sent for review at least once.
func (m *Media) Sent(ctx context.Context, site kernel.SiteID, id ID) (*Item, error) {
	return m.one(ctx, site, "m.id = ?"+used, id)
}

func (m *Media) several(ctx context.Context, site kernel.SiteID, ids []ID) (map[ID]*Item, error) {
	found, err := m.find(ctx, site, "m.id IN (?)", bun.List(ids))
	all := map[ID]*Item{}
	for _, i := range found {
		all[i.ID] = i
	}
	return all, err
}

// same is the item that has these very bytes under this very name, or nil.
func (m *Media) same(ctx context.Context, i *Item) (*Item, error) {
	found, err := m.find(ctx, i.Site, "m.sha256 = ? AND m.name = ?", i.SHA256, i.Name)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// total is how many bytes a site keeps.
func (m *Media) total(ctx context.Context, site kernel.SiteID) (n int64, err error) {
	err = m.DB.Conn(ctx).NewRaw(`SELECT (SELECT coalesce(sum(stored), 0) FROM media WHERE site_id = ?)
		+ (SELECT coalesce(sum(bytes), 0) FROM media_scans WHERE site_id = ?)
		+ (SELECT coalesce(sum(bytes), 0) FROM media_lights WHERE site_id = ?)
		+ (SELECT coalesce(sum(play_bytes + poster_bytes), 0) FROM media_films WHERE site_id = ?)
		+ (SELECT coalesce(sum(bytes), 0) FROM media_rungs WHERE site_id = ?)`, site, site, site, site, site).Scan(ctx, &n)
	return n, db.Fault(err)
}

// count is how many files a site keeps, those in the bin and scans as well.
func (m *Media) count(ctx context.Context, site kernel.SiteID) (n int64, err error) {
	err = m.DB.Conn(ctx).NewRaw(`SELECT (SELECT count(*) FROM media WHERE site_id = ?) + (SELECT count(*) FROM media_scans WHERE site_id = ?)`, site, site).Scan(ctx, &n)
	return n, db.Fault(err)
}

// turn waits until nobody else is about to add to what a site keeps, and has it until the transaction ends.
func (m *Media) turn(ctx context.Context, site kernel.SiteID) error {
	_, err := m.DB.Conn(ctx).NewRaw(`INSERT INTO media_turns (site_id, taken) VALUES (?, 1) ON CONFLICT (site_id) DO UPDATE SET taken = media_turns.taken + 1`, site).Exec(ctx)
	return db.Fault(err)
}

// uses writes what an edition names, each with the number of its words, 0 of what has none.
func (m *Media) uses(ctx context.Context, site kernel.SiteID, edition int64, ids []ID, words map[ID]*Words) error {
	for _, id := range ids {
		no := int64(0)
		if w := words[id]; w != nil {
			no = w.No
		}
		_, err := m.DB.Conn(ctx).NewRaw(`INSERT INTO media_uses (site_id, edition_id, media_id, words) VALUES (?, ?, ?, ?)`, site, edition, id, no).Exec(ctx)
		if err != nil {
			return db.Fault(fmt.Errorf("note what edition %d of site %d uses: %w", edition, site, err))
		}
	}
	return nil
}

// Flaw is a row whose bytes are not in the store, or the other way round.
type Flaw struct{ What, Key string }

// Flaws compares the rows of a site with the keys that the store has in the site's folders.
func (m *Media) Flaws(ctx context.Context, site kernel.SiteID) (flaws []Flaw, err error) {
	stored := map[string]bool{}
	for _, in := range []string{folder, scanFolder} {
		for info, err := range m.Store.List(ctx, site.String()+in) {
			if err != nil {
				return nil, err
			}
			stored[info.Key] = true
		}
	}
	keys, err := m.keys(ctx, site) // after those of the store: a row is written after its bytes
	if err != nil {
		return nil, err
	}
	named := map[string]bool{}
	for _, key := range keys {
		if named[key] {
			continue
		}
		if named[key] = true; !stored[key] {
			if _, err := m.Store.Stat(ctx, key); fault.Is(err, fault.NotFound) {
				flaws = append(flaws, Flaw{"media-missing", key})
			} else if err != nil {
				return nil, err
			}
		}
	}
	for key := range stored {
		if !named[key] {
			flaws = append(flaws, Flaw{"media-unnamed", key})
		}
	}
	of, err := m.pieceFlaws(ctx, site)
	return append(flaws, of...), err
}

// keys are where the bytes of every row of a site lie.
func (m *Media) keys(ctx context.Context, site kernel.SiteID) (all []string, err error) {
	items, err := m.find(ctx, site, "true")
	if err != nil {
		return nil, err
	}
	for _, i := range items {
		for _, t := range append([]Thumb{{}}, i.Thumbs...) {
			all = append(all, i.key(t.Width))
		}
		all = append(all, i.madeKeys()...)
	}
	scans, err := m.Scans(ctx, site)
	for _, s := range scans {
		all = append(all, s.key())
	}
	return all, err
}
