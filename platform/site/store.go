package site

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

// insertAtOnce is how many rows one INSERT carries.
const insertAtOnce = 250

type siteRow struct {
	bun.BaseModel `bun:"table:sites,alias:s"`
	ID            int64 `bun:"id,pk"`
	OrgID         int64
	HostOrgID     int64
	ParentID      *int64
	Kind          string
	Level         string
	Slug          string
	Name          string
	ShortName     string
	Template      string
	Theme         string
	Overrides     string // JSON, differences only
	State         string
	Notice        string
	Marks         string // JSON
	Demo          bool
	Approval      string
	Description   string
	Keywords      string
	CreatedAt     time.Time
	StateAt       time.Time
}

func (r siteRow) site() (Site, error) {
	s := Site{ID: kernel.SiteID(r.ID), Org: kernel.OrgID(r.OrgID), Host: kernel.OrgID(r.HostOrgID), Kind: Kind(r.Kind), Level: r.Level,
		Slug: r.Slug, Name: r.Name, ShortName: r.ShortName, Template: r.Template, Theme: r.Theme, State: State(r.State), Notice: r.Notice,
		Demo: r.Demo, Approval: r.Approval, Description: r.Description, Keywords: r.Keywords, CreatedAt: r.CreatedAt.UTC(), StateAt: r.StateAt.UTC()}
	if r.ParentID != nil {
		s.Parent = kernel.SiteID(*r.ParentID)
	}
	if r.Overrides != "{}" {
		if err := json.Unmarshal([]byte(r.Overrides), &s.Overrides); err != nil {
			return s, fmt.Errorf("read overrides of site %d: %w", r.ID, err)
		}
	}
	if err := json.Unmarshal([]byte(r.Marks), &s.Marks); err != nil {
		return s, fmt.Errorf("read marks of site %d: %w", r.ID, err)
	}
	return s, nil
}

func rowOf(s Site) siteRow {
	r := siteRow{ID: int64(s.ID), OrgID: int64(s.Org), HostOrgID: int64(s.Host), Kind: string(s.Kind), Level: s.Level, Slug: s.Slug,
		Name: s.Name, ShortName: s.ShortName, Template: s.Template, Theme: s.Theme, Overrides: overridesText(s.Overrides), State: string(s.State),
		Notice: s.Notice, Marks: s.Marks.text(), Demo: s.Demo, Approval: s.Approval, Description: s.Description, Keywords: s.Keywords,
		CreatedAt: s.CreatedAt, StateAt: s.StateAt}
	if s.Parent != 0 {
		p := int64(s.Parent)
		r.ParentID = &p
	}
	return r
}

func sitesOf(rows []siteRow) ([]Site, error) {
	out := make([]Site, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = r.site(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Get returns one site, or a NotFound fault.
func (s *Sites) Get(ctx context.Context, id kernel.SiteID) (Site, error) {
	return s.get(ctx, id, false)
}

// lock returns one site and holds its row until the transaction ends.
func (s *Sites) lock(ctx context.Context, id kernel.SiteID) (Site, error) {
	return s.get(ctx, id, true)
}

func (s *Sites) get(ctx context.Context, id kernel.SiteID, hold bool) (Site, error) {
	var rows []siteRow
	q := s.db.Conn(ctx).NewSelect().Model(&rows).Where("s.id = ?", int64(id))
	if hold && s.db.Postgres() { // SQLite has one writer
		q = q.For("UPDATE")
	}
	if err := q.Scan(ctx); err != nil {
		return Site{}, db.Fault(fmt.Errorf("load site %d: %w", id, err))
	}
	if len(rows) == 0 {
		return Site{}, fault.New(fault.NotFound, "没有这个站点。")
	}
	return rows[0].site()
}

// Filter narrows a list of sites; zero fields do not narrow.
type Filter struct {
	Org      kernel.OrgID
	Parent   kernel.SiteID
	Kind     Kind
	Level    string
	State    State
	Approved bool // only those an exception was approved for
}

func (f Filter) where(q *bun.SelectQuery) *bun.SelectQuery {
	if f.Org != 0 {
		q = q.Where("s.org_id = ?", int64(f.Org))
	}
	if f.Parent != 0 {
		q = q.Where("s.parent_id = ?", int64(f.Parent))
	}
	if f.Kind != "" {
		q = q.Where("s.kind = ?", string(f.Kind))
	}
	if f.Level != "" {
		q = q.Where("s.level = ?", f.Level)
	}
	if f.State != "" {
		q = q.Where("s.state = ?", string(f.State))
	}
	if f.Approved {
		q = q.Where("s.approval <> ''")
	}
	return q
}

// List returns sites in the order they were opened; a Page of size 0 is all of them.
func (s *Sites) List(ctx context.Context, f Filter, p kernel.Page) ([]Site, error) {
	var rows []siteRow
	q := f.where(s.db.Conn(ctx).NewSelect().Model(&rows)).Order("s.id")
	if p.Size > 0 {
		q = q.Limit(int64(p.Size)).Offset(int64(p.Offset()))
	}
	if err := q.Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("list sites: %w", err))
	}
	return sitesOf(rows)
}

// Count returns how many sites List would list.
func (s *Sites) Count(ctx context.Context, f Filter) (int64, error) {
	n, err := f.where(s.db.Conn(ctx).NewSelect().Model((*siteRow)(nil))).Count(ctx)
	if err != nil {
		return 0, db.Fault(fmt.Errorf("count sites: %w", err))
	}
	return n, nil
}

// Exceptions lists the sites with a host of their own that 四(三) would have refused, each with its document number.
func (s *Sites) Exceptions(ctx context.Context) ([]Site, error) {
	return s.List(ctx, Filter{Approved: true}, kernel.Page{})
}

func (s *Sites) insert(ctx context.Context, sites []Site) error {
	for len(sites) > 0 {
		n := min(len(sites), insertAtOnce)
		rows := make([]siteRow, n)
		for i, g := range sites[:n] {
			rows[i] = rowOf(g)
		}
		if _, err := s.db.Conn(ctx).NewInsert().Model(&rows).Exec(ctx); err != nil {
			return fmt.Errorf("insert sites: %w", err)
		}
		sites = sites[n:]
	}
	return nil
}

// save writes what may change of a site; its owner, kind and mount never do.
func (s *Sites) save(ctx context.Context, g Site) error {
	r := rowOf(g)
	_, err := s.db.Conn(ctx).NewUpdate().Model(&r).
		Column("name", "short_name", "theme", "overrides", "state", "notice", "marks", "description", "keywords", "state_at").
		Where("id = ?", r.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("save site %d: %w", g.ID, err)
	}
	return nil
}

// liveChannels counts what a carrier still carries.
func (s *Sites) liveChannels(ctx context.Context, carrier kernel.SiteID) (int64, error) {
	n, err := s.db.Conn(ctx).NewSelect().Model((*siteRow)(nil)).
		Where("s.parent_id = ?", int64(carrier)).Where("s.state NOT IN (?)", bun.List([]string{string(Refused), string(Closed)})).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count channels of site %d: %w", carrier, err)
	}
	return n, nil
}

// ofOrgs returns all sites of some orgs.
func (s *Sites) ofOrgs(ctx context.Context, orgs []kernel.OrgID) ([]Site, error) {
	if len(orgs) == 0 {
		return nil, nil
	}
	var rows []siteRow
	if err := s.db.Conn(ctx).NewSelect().Model(&rows).Where("s.org_id IN (?)", bun.List(orgs)).Order("s.id").Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("load sites of orgs: %w", err))
	}
	return sitesOf(rows)
}

// some reads sites and their hosts, in the order in which all of them are read.
func (s *Sites) some(ctx context.Context, ids map[kernel.SiteID]bool) (sites []Site, hosts []Domain, err error) {
	for part := range slices.Chunk(slices.Sorted(maps.Keys(ids)), insertAtOnce) {
		var rows []siteRow
		if err := s.db.Conn(ctx).NewSelect().Model(&rows).Where("s.id IN (?)", bun.List(part)).Order("s.id").Scan(ctx); err != nil {
			return nil, nil, db.Fault(fmt.Errorf("load %d sites: %w", len(part), err))
		}
		some, err := sitesOf(rows)
		if err != nil {
			return nil, nil, err
		}
		theirs, err := s.domains(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("d.site_id IN (?)", bun.List(part)) })
		if err != nil {
			return nil, nil, err
		}
		sites, hosts = append(sites, some...), append(hosts, theirs...)
	}
	return sites, hosts, nil
}

// idsOf are the sites of an org.
func (s *Sites) idsOf(ctx context.Context, id kernel.OrgID) ([]kernel.SiteID, error) {
	var ids []kernel.SiteID
	err := s.db.Conn(ctx).NewSelect().Table("sites").Column("id").Where("org_id = ?", int64(id)).Order("id").Scan(ctx, &ids)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("list the sites of org %d: %w", id, err))
	}
	return ids, nil
}

// mounted returns what is mounted below a carrier, refused applications aside, without locking.
func (s *Sites) mounted(ctx context.Context, carrier kernel.SiteID, slug string) (Site, bool, error) {
	var rows []siteRow
	err := s.db.Conn(ctx).NewSelect().Model(&rows).Where("s.parent_id = ?", int64(carrier)).Where("s.slug = ?", slug).
		Where("s.state <> ?", string(Refused)).Scan(ctx)
	if err != nil {
		return Site{}, false, db.Fault(fmt.Errorf("look below site %d: %w", carrier, err))
	}
	if len(rows) == 0 {
		return Site{}, false, nil
	}
	g, err := rows[0].site()
	return g, err == nil, err
}
