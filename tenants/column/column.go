// Package column keeps a site's column tree (栏目树): what its template gives, overlaid with what the site changed.
//
// 安政办发〔2015〕71号 二(一): every column is updated within two months (d07, d08), and 无保障栏目及时归并或关闭 (d09): a
// column that was moved, renamed, merged or closed leaves a redirect behind, so that no address dies. Only the
// differences from the template are stored, so that a better template reaches every site. What a column holds is
// known from publications alone; a column without anything public is prepared but hidden from citizens.
//
// The room owns the tree, the navigation and the site map. It does not hold articles or draw their lists.
package column

import (
	"context"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
)

// TemplateIDs is the first id that no template column has: a site's own columns are above.
const TemplateIDs = 100000

// 安政办发〔2015〕71号 二(一): 所有栏目 2 个月以内更新 (n03, calendar months). site.MaxCycleDays bounds what is set.
const longestMonths = 2

// The states of a column.
const (
	Active = "active"
	Merged = "merged" // its articles are shown in the successor's list
	Closed = "closed" // its articles stay at their addresses, its list leads to the successor
)

// kindNames are what a column may hold, in the words an inspection uses (B2).
var kindNames = map[string]string{
	"news": "政务动态", "notice": "通知公告", "pictures": "图片新闻", "policy": "政策文件", "interpretation": "政策解读",
	"group": "政务公开", "page": "政务公开", "annual": "政务公开", "disclosure": "政务公开", "org": "机构职能", "leaders": "领导信息",
	"service": "政务服务", "powers": "权责清单", "guides": "办事指南", "forms": "表格下载", "apply": "在线申报",
	"interact": "政民互动", "consultation": "意见征集", "response": "回应关切", "mailbox": "领导信箱", "message": "网友留言",
	"survey": "网上调查", "interview": "在线访谈", "about": "概况信息", "special": "专题专栏", "village": "村务公开", "convenience": "便民服务",
}

// Column is a node of a site's tree as it is now. Count and LastAt tell what is public in it, merged columns
// included; LastAt is zero when nothing is.
type Column struct {
	ID                          int64
	Site                        kernel.SiteID
	Parent                      int64 // 0 at the top
	Kind, Name, Slug            string
	Path                        string // its address below /c/
	Description, Keywords       string
	Nav, Statutory, Hidden, Own bool         // Own: not from the template
	CycleDays                   int          // longest gap between updates; 0 is a static column
	WarnDays                    int          // how many days before that it is spoken of; 0 is a fifth of the cycle
	Owner                       string       // who answers for it (责任单位), or ""
	OwnerOrg                    kernel.OrgID // the same where the register of units has it, or 0
	Position                    int          // ascending among siblings
	State                       string
	Successor                   int64  // where a merged or closed column leads; 0 is its parent, or the home page
	Form                        Form   // how its page is made
	Home                        string // slot of the home page the template gives it, or ""
	Version                     int64  // how often the site has changed it; 0 is as the template has it
	Count                       int64
	LastAt                      time.Time
	fixed                       bool // its address is the site's own, not the template's
}

// Overdue reports whether the column's update cycle has run out at now (B3, d07). A static column and one
// that has never held anything are not overdue: the first has no cycle, the second is blank.
func (c *Column) Overdue(now time.Time) bool {
	due := c.Due()
	return !due.IsZero() && now.After(due)
}

// Due is when the column's update cycle runs out, or zero when it has none or has never held anything.
func (c *Column) Due() time.Time {
	if c.CycleDays <= 0 || c.LastAt.IsZero() {
		return time.Time{}
	}
	last := c.LastAt.In(kernel.Beijing)
	due := last.AddDate(0, longestMonths, 0)
	if due.Day() != last.Day() { // 31 December plus two months is the last of February
		due = due.AddDate(0, 0, -due.Day())
	}
	if byDays := last.AddDate(0, 0, c.CycleDays); byDays.Before(due) {
		due = byDays
	}
	return due
}

// Blank reports whether an active column with a cycle holds nothing public: 空白栏目 for an inspection.
func (c *Column) Blank() bool { return c.State == Active && c.CycleDays > 0 && c.Count == 0 }

// KindName is the column's kind in Chinese, as the ColumnType tag shows it.
func (c *Column) KindName() string {
	if n, ok := kindNames[c.Kind]; ok {
		return n
	}
	return c.Name
}

// Templates says which columns a site's template gives it.
type Templates interface {
	Columns(ctx context.Context, id kernel.SiteID) ([]site.TemplateColumn, error)
}

// Columns keeps the trees of all sites. Its methods are safe for concurrent use.
type Columns struct {
	db        *db.DB
	now       kernel.Clock
	ids       kernel.IDs
	templates Templates
	published *publication.Publications
	revisions *pages.Revisions
	audit     *audit.Log
	render    *render.Renderer
	memo      memo
	queue     *jobs.Queue // where the days of topics wait; see Jobs
}

// New makes the room. The renderer may be nil where no page is asked for, as in the CLI.
func New(d *db.DB, now kernel.Clock, ids kernel.IDs, t Templates, p *publication.Publications,
	rev *pages.Revisions, log *audit.Log, r *render.Renderer) *Columns {
	return &Columns{db: d, now: now, ids: ids, templates: t, published: p, revisions: rev, audit: log, render: r}
}

// Tree reads the site's columns: the template, the site's differences and what is public, in three queries. The
// tree is read-only. Outside a transaction it is kept as long as nothing of the site is changed.
func (c *Columns) Tree(ctx context.Context, id kernel.SiteID) (*Tree, error) {
	return kernel.Remember(ctx, treeOf{id}, func() (*Tree, error) { return c.tree(ctx, id) })
}

type treeOf struct{ site kernel.SiteID }

func (c *Columns) tree(ctx context.Context, id kernel.SiteID) (*Tree, error) {
	at, known, err := c.version(ctx, id)
	if err != nil {
		return nil, err
	}
	if known {
		if t := c.memo.get(id, at); t != nil {
			return t, nil
		}
	}
	t, _, err := c.bare(ctx, id)
	if err != nil {
		return nil, err
	}
	stats, err := c.published.Places(ctx, id)
	if err != nil {
		return nil, err
	}
	t.fill(stats)
	t.look(Day(c.now()))
	if known {
		c.memo.put(id, at, t)
	}
	return t, nil
}

// fill adds what is public to the columns in whose lists it stands.
func (t *Tree) fill(stats map[int64]publication.PlaceStat) {
	for place, s := range stats {
		k := t.Resolve(place)
		if k == nil {
			continue
		}
		k.Count += s.Count
		if s.Last.After(k.LastAt) {
			k.LastAt = s.Last
		}
	}
}

// bare is the tree without what is public, and the differences it was made with.
func (c *Columns) bare(ctx context.Context, id kernel.SiteID) (*Tree, []change, error) {
	given, err := c.templates.Columns(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	changed, err := c.changes(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	old, err := c.redirects(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	return newTree(id, given, changed, old), changed, nil
}

// Nav returns the main navigation of a site: visible top columns that ask for it, their visible children below.
func (c *Columns) Nav(ctx context.Context, s *render.Site) ([]render.Link, error) {
	t, err := c.Tree(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	return t.Nav(s), nil
}

// Shown returns the links of those columns that citizens see, by id.
func (c *Columns) Shown(ctx context.Context, s *render.Site, ids []int64) (map[int64]render.Link, error) {
	t, err := c.Tree(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	links := map[int64]render.Link{}
	for _, id := range ids {
		if k := t.Resolve(id); k != nil && t.Visible(k.ID) {
			links[id] = Link(s, k)
		}
	}
	return links, nil
}

// Get returns one column of the site, or a NotFound fault.
func (c *Columns) Get(ctx context.Context, id kernel.SiteID, column int64) (*Column, error) {
	t, err := c.Tree(ctx, id)
	if err != nil {
		return nil, err
	}
	if k := t.Get(column); k != nil {
		return k, nil
	}
	return nil, fault.New(fault.NotFound, "没有这个栏目。")
}
