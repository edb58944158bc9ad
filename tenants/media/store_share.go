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

type grantRow struct {
	bun.BaseModel `bun:"table:media_grants"`
	SiteID        kernel.SiteID    `bun:"site_id,pk"`
	ID            int64            `bun:"id,pk"`
	MediaID       ID               `bun:"media_id"`
	Folder        string           `bun:"folder"`
	ToSite        kernel.SiteID    `bun:"to_site"`
	GrantedBy     kernel.AccountID `bun:"granted_by"`
	At            time.Time        `bun:"at"`
}

func (r *grantRow) grant() Grant {
	return Grant{r.SiteID, r.ID, r.MediaID, r.Folder, r.ToSite, r.GrantedBy, r.At.UTC()}
}

func (m *Media) insertGrant(ctx context.Context, g Grant) error {
	r := &grantRow{SiteID: g.Site, ID: g.ID, MediaID: g.Item, Folder: g.Folder, ToSite: g.To, GrantedBy: g.By, At: g.At}
	if _, err := m.DB.Conn(ctx).NewInsert().Model(r).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("share of site %d: %w", g.Site, err))
	}
	return nil
}

// Shares are the grants that a site has given, the latest first.
func (m *Media) Shares(ctx context.Context, site kernel.SiteID) ([]Grant, error) {
	var rows []grantRow
	err := m.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", site).Order("at DESC", "id DESC").Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("list what site %d shares: %w", site, err))
	}
	all := make([]Grant, len(rows))
	for n := range rows {
		all[n] = rows[n].grant()
	}
	return all, nil
}

func (m *Media) deleteGrant(ctx context.Context, site kernel.SiteID, id int64) (Grant, error) {
	var r grantRow
	err := m.DB.Conn(ctx).NewDelete().Model((*grantRow)(nil)).Where("site_id = ?", site).Where("id = ?", id).Returning("*").Scan(ctx, &r)
	if err = db.Fault(err); fault.Is(err, fault.NotFound) {
		return Grant{}, fault.Because(err, fault.NotFound, "没有这项共享。")
	} else if err != nil {
		return Grant{}, fmt.Errorf("end grant %d of site %d: %w", id, site, err)
	}
	return r.grant(), nil
}

// offering begins a query for items of other sites that are shared with a site: by its name, or because the owner's unit stands above its own.
// It is the one query of this room that reads other sites' rows, and it does so by grants only.
func (m *Media) offering(ctx context.Context, site kernel.SiteID, rows *[]row) (*bun.SelectQuery, error) {
	facts, err := m.Sites.Facts(ctx, site)
	if err != nil {
		return nil, err
	}
	above := append([]kernel.OrgID{0}, facts.Owner.Path[:max(len(facts.Owner.Path)-1, 0)]...)
	granted := m.DB.Conn(ctx).NewSelect().Table("media_grants").Column("site_id", "media_id", "folder").Distinct().
		Where("to_site = ? OR (to_site = 0 AND site_id IN (SELECT s.id FROM sites s WHERE s.org_id IN (?)))", site, bun.List(above))
	return m.DB.Conn(ctx).NewSelect().Model(rows).Join("LEFT JOIN media_cards c ON c.site_id = m.site_id AND c.media_id = m.id").
		Where("m.site_id <> ?", site).Where("c.binned_at IS NULL").
		Where("EXISTS (SELECT 1 FROM (?) g WHERE g.site_id = m.site_id AND (g.media_id = m.id OR (g.media_id = 0 AND g.folder = c.folder)))", granted), nil
}

// Offered are the items of other sites that a site may take copies of, the latest first.
func (m *Media) Offered(ctx context.Context, site kernel.SiteID, text string, p kernel.Page) ([]*Shelved, error) {
	var rows []row
	q, err := m.offering(ctx, site, &rows)
	if err != nil {
		return nil, err
	}
	if text != "" {
		part := "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(text)) + "%"
		q = q.Where("(lower(m.name) LIKE ? ESCAPE '!' OR lower(c.title) LIKE ? ESCAPE '!' OR lower(c.alt) LIKE ? ESCAPE '!')", part, part, part)
	}
	if err := q.Order("m.at DESC", "m.id DESC").Limit(int64(p.Size)).Offset(int64(p.Offset())).Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("list what is shared with site %d: %w", site, err))
	}
	return m.ofOwners(ctx, rows)
}

// ofOwners gives items of several sites their cards, an owner at a time.
func (m *Media) ofOwners(ctx context.Context, rows []row) ([]*Shelved, error) {
	at, owned := map[ID]int{}, map[kernel.SiteID][]*Item{}
	for n := range rows {
		at[rows[n].ID] = n
		owned[rows[n].SiteID] = append(owned[rows[n].SiteID], rows[n].item())
	}
	all := make([]*Shelved, len(rows))
	for owner, items := range owned {
		some, err := m.shelved(ctx, owner, items)
		if err != nil {
			return nil, err
		}
		for _, i := range some {
			all[at[i.ID]] = i
		}
	}
	return all, nil
}

// offered is one of them.
func (m *Media) offered(ctx context.Context, site, owner kernel.SiteID, item ID) (*Shelved, error) {
	var rows []row
	q, err := m.offering(ctx, site, &rows)
	if err != nil {
		return nil, err
	}
	if err := q.Where("m.site_id = ?", owner).Where("m.id = ?", item).Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("find what site %d shares with site %d: %w", owner, site, err))
	}
	if len(rows) == 0 {
		return nil, fault.New(fault.NotFound, "没有共享给本站的这个文件，可能已经收回。")
	}
	all, err := m.ofOwners(ctx, rows)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

type originRow struct {
	bun.BaseModel `bun:"table:media_origins"`
	SiteID        kernel.SiteID    `bun:"site_id,pk"`
	MediaID       ID               `bun:"media_id,pk"`
	OriginSite    kernel.SiteID    `bun:"origin_site"`
	OriginID      ID               `bun:"origin_id"`
	Licence       string           `bun:"licence"`
	TakenBy       kernel.AccountID `bun:"taken_by"`
	At            time.Time        `bun:"at"`
}

// putOrigin writes where an item came from; of one that was the site's already, nothing.
func (m *Media) putOrigin(ctx context.Context, i *Item, o Origin) error {
	r := &originRow{SiteID: i.Site, MediaID: i.ID, OriginSite: o.Site, OriginID: o.Item, Licence: o.Licence, TakenBy: kernel.ActorFrom(ctx).Account, At: o.At}
	if _, err := m.DB.Conn(ctx).NewInsert().Model(r).On("CONFLICT (site_id, media_id) DO NOTHING").Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("write the origin of item %d of site %d: %w", i.ID, i.Site, err))
	}
	return nil
}

// OriginOf is where an item came from; zero for one of the site's own.
func (m *Media) OriginOf(ctx context.Context, site kernel.SiteID, id ID) (Origin, error) {
	var rows []originRow
	err := m.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", site).Where("media_id = ?", id).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return Origin{}, db.Fault(err)
	}
	return Origin{rows[0].OriginSite, rows[0].OriginID, rows[0].Licence, rows[0].At.UTC()}, nil
}
