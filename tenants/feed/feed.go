// Package feed lets programs read what a site says: maps for search engines, feeds for readers, data for other systems.
//
// 安政办发〔2015〕71号 二(一) wants what is published to be found and used, and 三 has other platforms take it over. So every site answers, at fixed
// addresses, with a site map, Atom, RSS and JSON feeds (J3), and with data that is read-only and versioned (J5). All of it is made of publications
// and of the columns that citizens see, is cached and renewed like a page, and belongs to the site that is asked: what is withdrawn is gone at once.
//
// The room keeps nothing. What it tells of columns and texts comes through ports.
package feed

import (
	"context"
	"strconv"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

// Published is what is public on a site; platform/publication is one.
type Published interface {
	List(ctx context.Context, site kernel.SiteID, f publication.Filter, p kernel.Page) ([]publication.Row, error)
	Months(ctx context.Context, site kernel.SiteID, kind publication.Kind) ([]publication.Month, error)
	Stamps(ctx context.Context, site kernel.SiteID, f publication.Filter, p kernel.Page) ([]publication.Stamp, error)
	Live(ctx context.Context, obj publication.Object) (*publication.Live, error)
}

// Column is a column that citizens see.
type Column struct {
	ID, Parent                    int64 // Parent is 0 at the top
	Name, Path, Description, Kind string
	Count                         int64
	LastAt                        time.Time
}

// Columns knows the columns that citizens see, in the tree's order.
type Columns interface {
	Seen(ctx context.Context, s *render.Site) ([]Column, error)
	// At is the column at a path below /c/, or the address to which a moved one leads; both are empty when there is none.
	At(ctx context.Context, s *render.Site, path string) (k *Column, moved string, err error)
	// Lists are the places of what the column and those below it show; none when citizens do not see it.
	Lists(ctx context.Context, s *render.Site, id int64) ([]int64, error)
}

// Text is a public text as its room tells of it.
type Text struct {
	ID, Column                                                  int64 // Column shows it now; 0: none
	Title, Subtitle, Kind, Excerpt, Author, Source, SourceURL   string
	Keywords                                                    string
	ShownAt                                                     time.Time // zero: nobody knows the day
	ChangedAt                                                   time.Time
	Migrated                                                    bool
	Number, IndexNumber, Issuer, WrittenOn, IssuedOn, EffectsOn string // of a document
	Validity, Genre, Subject                                    string
	IsDocument                                                  bool
}

// Texts tells of the site's public texts, in the order of their ids; what is not public is left out.
type Texts interface {
	Kind() publication.Kind
	Tell(ctx context.Context, s *render.Site, ids []int64) ([]Text, error)
	// Alone are the texts whose page is that of their column, with its address within the site.
	Alone(ctx context.Context, s *render.Site) (map[int64]string, error)
	// Body is the text as readers see it, its pictures with absolute addresses.
	Body(ctx context.Context, s *render.Site, id int64) (string, error)
}

// Sites are the sites that citizens reach; platform/site is one.
type Sites interface{ AllPublic() []*render.Site }

// Looks tells a site's icon, colour and paper; platform/render is one.
type Looks interface {
	Looks(s *render.Site) (icon, colour, paper string)
}

// Security is whom to tell of a weakness (RFC 9116). The zero Security tells nobody.
type Security struct {
	Contact string // an address: mailto:, https: or tel:
	Expires time.Time
}

// Ports is what the room needs of others.
type Ports struct {
	Published Published
	Columns   Columns
	Texts     Texts
	Sites     Sites
	Looks     Looks
	Security  Security
	Nav       web.Nav
	Render    *render.Renderer
}

// Feeds makes what programs read.
type Feeds struct {
	Ports
	partMost int
}

// New makes the room.
func New(p Ports) *Feeds { return &Feeds{p, partMost} }

// entriesMost is how many entries a feed has.
const entriesMost = 30

// authority stands in the ids of entries. An id is for ever and a site's domain is not, so it is of a name that nobody can own (RFC 2606) and
// of the text's number, which no other has; see decision 0054.
const authority = "tag:zhanqun.invalid,2026:"

func entryID(id int64) string { return authority + "article/" + strconv.FormatInt(id, 10) }

// channel is a feed of a site or of one of its columns, before it is written in one of the forms.
type channel struct {
	id, title, description string
	page, below            string // addresses within the site: the page it is of, and what stands before /feed.xml
	updated                time.Time
	texts                  []Text
}

// siteChannel is the feed of everything on the site.
func (f *Feeds) siteChannel(ctx context.Context, s *render.Site) (*channel, error) {
	c := &channel{id: authority + "site/" + s.ID.String(), title: marked(s, s.Name), description: marked(s, s.Name+"最新发布"), page: "/"}
	return c, f.fill(ctx, s, c, nil)
}

// columnChannel is the feed of a column and those below it.
func (f *Feeds) columnChannel(ctx context.Context, s *render.Site, k *Column) (*channel, error) {
	places, err := f.Columns.Lists(ctx, s, k.ID)
	if err != nil {
		return nil, err
	}
	rest := "/c/" + k.Path
	c := &channel{id: authority + "site/" + s.ID.String() + "/column/" + strconv.FormatInt(k.ID, 10), title: marked(s, s.Name+" "+k.Name),
		description: k.Description, page: rest, below: rest}
	if c.description == "" {
		c.description = s.Name + "“" + k.Name + "”栏目最新发布"
	}
	return c, f.fill(ctx, s, c, places)
}

// marked says of what a demonstration sends out that it is invented: it is read far from the page that says so.
func marked(s *render.Site, title string) string {
	if s.Demo {
		return title + "（演示）"
	}
	return title
}

// fill reads the newest texts; places nil is everywhere.
func (f *Feeds) fill(ctx context.Context, s *render.Site, c *channel, places []int64) error {
	rows, err := f.Published.List(ctx, s.ID, publication.Filter{Kind: f.Texts.Kind(), Places: places}, kernel.Page{Number: 1, Size: entriesMost})
	if err != nil {
		return err
	}
	if c.texts, err = f.tell(ctx, s, rows); err != nil {
		return err
	}
	c.updated = time.Unix(0, 0).UTC() // of a feed that never had an entry
	for _, t := range c.texts {
		if t.ChangedAt.After(c.updated) {
			c.updated = t.ChangedAt
		}
	}
	return nil
}

func (f *Feeds) tell(ctx context.Context, s *render.Site, rows []publication.Row) ([]Text, error) {
	ids := make([]int64, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	return f.Texts.Tell(ctx, s, ids)
}

// textRest is where a text stands within its site.
func textRest(id int64) string { return "/a/" + strconv.FormatInt(id, 10) }

// moment writes a time for programs, in the zone people read.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(kernel.Beijing).Format(time.RFC3339)
}

func answer(contentType string, body []byte) *pages.Page {
	return &pages.Page{Status: 200, ContentType: contentType, Body: body}
}

func nothing() error { return fault.New(fault.NotFound, "没有这个地址。") }
