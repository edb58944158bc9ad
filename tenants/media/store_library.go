package media

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

type cardRow struct {
	bun.BaseModel `bun:"table:media_cards,alias:c"`
	SiteID        kernel.SiteID `bun:"site_id,pk"`
	MediaID       ID            `bun:"media_id,pk"`
	Title         string        `bun:"title"`
	Alt           string        `bun:"alt"`
	Source        string        `bun:"source"`
	Licence       string        `bun:"licence"`
	Folder        string        `bun:"folder"`
	FocusX        int           `bun:"focus_x"`
	FocusY        int           `bun:"focus_y"`
	BinnedAt      *time.Time    `bun:"binned_at"`
	Version       int64         `bun:"version"`
}

func (r *cardRow) card() Card {
	c := Card{Title: r.Title, Alt: r.Alt, Source: r.Source, Licence: r.Licence, Folder: r.Folder, X: r.FocusX, Y: r.FocusY, Version: r.Version}
	if r.BinnedAt != nil {
		c.BinnedAt = r.BinnedAt.UTC()
	}
	return c
}

// shelved gives items of a site their cards.
func (m *Media) shelved(ctx context.Context, site kernel.SiteID, items []*Item) ([]*Shelved, error) {
	if len(items) == 0 {
		return nil, nil
	}
	ids := make([]ID, len(items))
	for n, i := range items {
		ids[n] = i.ID
	}
	var rows []cardRow
	err := m.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", site).Where("media_id IN (?)", bun.List(ids)).Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("read the cards of site %d: %w", site, err))
	}
	cards := map[ID]Card{}
	for n := range rows {
		cards[rows[n].MediaID] = rows[n].card()
	}
	all := make([]*Shelved, len(items))
	for n, i := range items {
		all[n] = &Shelved{i, Card{X: 50, Y: 50}}
		if c, described := cards[i.ID]; described {
			all[n].Card = c
		}
	}
	return all, nil
}

// Shelved is an item with its card.
func (m *Media) Shelved(ctx context.Context, site kernel.SiteID, id ID) (*Shelved, error) {
	i, err := m.Get(ctx, site, id)
	if err != nil {
		return nil, err
	}
	all, err := m.shelved(ctx, site, []*Item{i})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// seenSQL is Item.Seen of a row: what was found in the film, or else what its kind says.
const seenSQL = `(EXISTS (SELECT 1 FROM media_films f WHERE f.site_id = m.site_id AND f.media_id = m.id AND f.video <> '') OR m.kind IN (?)
	AND NOT EXISTS (SELECT 1 FROM media_films f WHERE f.site_id = m.site_id AND f.media_id = m.id AND (f.state = 'ready' OR f.audio <> '')))`

// shelf is a page of the library; without are items that it leaves out.
func (m *Media) shelf(ctx context.Context, site kernel.SiteID, f Filter, p kernel.Page, without []ID) ([]*Shelved, error) {
	var rows []row
	q := m.DB.Conn(ctx).NewSelect().Model(&rows).Join("LEFT JOIN media_cards c ON c.site_id = m.site_id AND c.media_id = m.id").Where("m.site_id = ?", site)
	if f.Shelf == Binned {
		q = q.Where("c.binned_at IS NOT NULL")
	} else {
		q = q.Where("c.binned_at IS NULL")
	}
	switch f.Shelf {
	case Pictures:
		q = q.Where("m.width > 0")
	case Videos:
		q = q.Where("m.kind IN (?)", bun.List(timedKinds())).Where(seenSQL, bun.List(kindsOf("video/")))
	case Sounds:
		q = q.Where("m.kind IN (?)", bun.List(timedKinds())).Where("NOT "+seenSQL, bun.List(kindsOf("video/")))
	case Files:
		q = q.Where("m.width = 0").Where("m.kind NOT IN (?)", bun.List(timedKinds()))
	case Films:
		q = q.Where("m.kind IN (?)", bun.List(timedKinds()))
	case Unused:
		q = q.Where("m.at < ?", m.Now().Add(-UnusedFor)).Where("m.id NOT IN (?)", bun.List(without)).
			Where("NOT EXISTS (SELECT 1 FROM media_uses u WHERE u.site_id = m.site_id AND u.media_id = m.id)")
	}
	if f.Only != 0 {
		q = q.Where("m.id = ?", f.Only)
	}
	if f.Usable {
		q = q.Where("NOT EXISTS (SELECT 1 FROM media_films f WHERE f.site_id = m.site_id AND f.media_id = m.id AND f.state = ?)", Broken)
	}
	if f.Of != 0 {
		q = q.Where("(m.uploaded_by = ?"+strings.Replace(public, " AND ", " OR ", 1)+")", f.Of)
	}
	if f.Folder != "" {
		q = q.Where("c.folder = ?", f.Folder)
	}
	if f.Text != "" {
		part := "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(f.Text)) + "%"
		q = q.Where("(lower(m.name) LIKE ? ESCAPE '!' OR lower(c.title) LIKE ? ESCAPE '!' OR lower(c.alt) LIKE ? ESCAPE '!' OR lower(c.source) LIKE ? ESCAPE '!')", part, part, part, part)
	}
	if err := q.Order("m.at DESC", "m.id DESC").Limit(int64(p.Size)).Offset(int64(p.Offset())).Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("list the library of site %d: %w", site, err))
	}
	items := make([]*Item, len(rows))
	for n := range rows {
		items[n] = rows[n].item()
	}
	return m.shelved(ctx, site, items)
}

// foldersMost is how many folders a list is narrowed by.
const foldersMost = 200

// Folders are the folders of a site that hold anything outside the bin, by name.
func (m *Media) Folders(ctx context.Context, site kernel.SiteID) (all []string, err error) {
	err = m.DB.Conn(ctx).NewSelect().Table("media_cards").ColumnExpr("DISTINCT folder").Where("site_id = ?", site).
		Where("folder <> ''").Where("binned_at IS NULL").Order("folder").Limit(foldersMost).Scan(ctx, &all)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("list the folders of site %d: %w", site, err))
	}
	return all, nil
}

// putCard writes the card of an item that the caller has read at the version before; somebody faster makes it a Conflict.
func (m *Media) putCard(ctx context.Context, i *Shelved) error {
	r := &cardRow{SiteID: i.Site, MediaID: i.ID, Title: i.Title, Alt: i.Alt, Source: i.Source, Licence: i.Licence, Folder: i.Folder,
		FocusX: i.X, FocusY: i.Y, Version: i.Version}
	if !i.BinnedAt.IsZero() {
		r.BinnedAt = &i.BinnedAt
	}
	q := m.DB.Conn(ctx).NewInsert().Model(r).On("CONFLICT (site_id, media_id) DO UPDATE")
	for _, c := range []string{"title", "alt", "source", "licence", "folder", "focus_x", "focus_y", "binned_at", "version"} {
		q = q.Set(c + " = excluded." + c)
	}
	res, err := q.Where("c.version = ?", i.Version-1).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("write the card of item %d of site %d: %w", i.ID, i.Site, err))
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return fault.New(fault.Conflict, "这个文件的说明刚被别人改过，请看过现在的说明再改。")
}

// takeOut takes those of the items out of the bin that are in it, and answers which those were.
func (m *Media) takeOut(ctx context.Context, site kernel.SiteID, ids []ID) (back []ID, err error) {
	err = m.DB.Conn(ctx).NewUpdate().Table("media_cards").Set("binned_at = NULL").Set("version = version + 1").Where("site_id = ?", site).
		Where("media_id IN (?)", bun.List(ids)).Where("binned_at IS NOT NULL").Returning("media_id").Scan(ctx, &back)
	if err = db.Fault(err); fault.Is(err, fault.NotFound) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("take items of site %d out of the bin: %w", site, err)
	}
	return back, nil
}

// removeRow takes an item away, with what is written beside it.
func (m *Media) removeRow(ctx context.Context, site kernel.SiteID, id ID) error {
	for _, t := range []struct{ table, column string }{{"media_cards", "media_id"}, {"media_origins", "media_id"}, {"media_grants", "media_id"}, {"media_rungs", "media_id"}, {"media_films", "media_id"}, {"media_lights", "media_id"}, {"media_crops", "media_id"}, {"media_crops", "of_id"}, {"media_words", "media_id"}, {"media", "id"}} {
		_, err := m.DB.Conn(ctx).NewDelete().Table(t.table).Where("site_id = ?", site).Where(t.column+" = ?", id).Exec(ctx)
		if err != nil {
			return db.Fault(fmt.Errorf("remove item %d of site %d: %w", id, site, err))
		}
	}
	return nil
}

type frozenRow struct {
	ObjectID int64
	Title    string
	Public   bool
}

// frozen are the editions that name an item, those that are public first, then the latest.
func (m *Media) frozen(ctx context.Context, site kernel.SiteID, id ID) (all []frozenRow, err error) {
	err = m.DB.Conn(ctx).NewRaw(`SELECT e.object_id, e.title, p.edition_id IS NOT NULL AS public FROM media_uses u
		JOIN editions e ON e.site_id = u.site_id AND e.id = u.edition_id
		LEFT JOIN publications p ON p.site_id = u.site_id AND p.edition_id = u.edition_id
		WHERE u.site_id = ? AND u.media_id = ? ORDER BY public DESC, e.frozen_at DESC, e.id DESC`, site, id).Scan(ctx, &all)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("find what item %d of site %d stands in: %w", id, site, err))
	}
	return all, nil
}

// evidence are those of the items that a frozen edition names, whether it is public or not.
func (m *Media) evidence(ctx context.Context, site kernel.SiteID, ids []ID) (map[ID]bool, error) {
	kept := map[ID]bool{}
	if len(ids) == 0 {
		return kept, nil
	}
	var found []ID
	err := m.DB.Conn(ctx).NewSelect().Table("media_uses").ColumnExpr("DISTINCT media_id").Where("site_id = ?", site).Where("media_id IN (?)", bun.List(ids)).Scan(ctx, &found)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("find what editions of site %d name: %w", site, err))
	}
	for _, id := range found {
		kept[id] = true
	}
	return kept, nil
}
