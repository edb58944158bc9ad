// Package library shows the official documents of a site in one place (政策文件库, D7).
//
// 安政办发〔2015〕71号 二(一): 规范性文件 are public within three working days, and people find them; the inspections ask for a library that is
// sorted by issuer, subject, genre, year and validity and is searched in full text. Each choice stands in the address, is taken back by a
// link, and says beside it how many documents it leaves. It works as a plain form.
//
// The room owns the page /policies alone and keeps no data: what a document says of itself is tenants/article's, what is found is
// storage/index's. What has become of a document since is shown as it is at this moment.
package library

import (
	"context"
	"html/template"
	"strconv"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/index"
)

// Index finds documents; storage/index is one.
type Index interface {
	Search(ctx context.Context, q index.Query) (index.Result, error)
}

// Shelf is a column that holds documents and that citizens see.
type Shelf struct {
	Column int64
	Name   string
	Places []int64 // where what its list shows was placed
}

// Columns knows the columns of a site; tenants/column does.
type Columns interface {
	Nav(ctx context.Context, s *render.Site) ([]render.Link, error)
	// Shelves are the columns of the kind in the order of the tree.
	Shelves(ctx context.Context, site kernel.SiteID, kind string) ([]Shelf, error)
}

// Document is what is public of a document at this moment.
type Document struct {
	Title, Number, Issuer, WrittenOn, Mark string // days as "2015-06-02" or ""; Mark says what became of it: 已废止
	Body                                   string // plain
	Published                              time.Time
	Rest                                   string // its address within the site
}

// Documents tells what hits are; those that are not public are left out. tenants/article does.
type Documents interface {
	Documents(ctx context.Context, site kernel.SiteID, ids []int64) (map[int64]Document, error)
}

// Room is what it needs of the house.
type Room struct {
	Now       kernel.Clock
	Index     Index
	Columns   Columns
	Documents Documents
	Render    *render.Renderer
	// Turn waits until the node may do one more search, and answers what gives the turn back.
	Turn func(ctx context.Context) (done func(), err error)
	// Simplified writes words in simplified characters, in which the texts are.
	Simplified func(string) string
}

// Library is the room. It is safe for concurrent use.
type Library struct{ Room }

// New makes the room.
func New(r Room) *Library { return &Library{r} }

// perPage is how many documents a page shows.
const perPage = 25

// snippetWidth is how many characters of a text are shown around the words that were asked.
const snippetWidth = 120

// Page is what the library shows.
type Page struct {
	Text, Action   string
	Choices        []Choice
	Taken          []render.Link // what is chosen; each leads to the same without it
	All            string        // to everything
	Wrong          string        // why the words cannot be looked for
	Rows           []Row
	Pager          render.Pager
	Total          int64
	Sitemap, Phone string
}

// Choice is one list of the form; "" is no choice.
type Choice struct {
	Name, Label, Any string
	Options          []Option
}

// Option is a value of a choice, with how many documents it leaves; 0 is not told.
type Option struct {
	Value, Text string
	N           int64
	Chosen      bool
}

// Row is one document.
type Row struct {
	Title, Number, Snippet  template.HTML
	Href, Issuer, WrittenOn string
	Mark                    string
	Day                     time.Time
}

// look makes the page of what is asked.
func (l *Library) look(ctx context.Context, s *render.Site, shelves []Shelf, a ask) (p Page, err error) {
	p = Page{Text: a.text, Action: s.Path(render.LibraryPath), All: s.Path(render.LibraryPath), Sitemap: s.Path(render.SitemapPath), Phone: s.Phone}
	words := l.Simplified(a.text)
	if a.text != "" && index.Normal(words) == "" {
		p.Wrong = "请输入汉字、字母或数字，标点和符号不能检索。"
		words = ""
	}
	done, err := l.Turn(ctx)
	if err != nil {
		return p, err
	}
	defer done()
	q := index.Query{Sites: []kernel.SiteID{s.ID}, Text: words, Shelf: true, Count: true, Only: a.only, Written: a.order == byWriting, Newest: a.order == byDay,
		Page: kernel.Page{Number: a.number, Size: perPage}}
	q.Only.Kind = documents
	if a.column != 0 {
		q.Within = shelf(shelves, a.column).Places
	}
	r, err := l.Index.Search(ctx, q)
	if fault.Is(err, fault.Invalid) {
		p.Wrong = fault.Say(err)
		err = nil
	}
	if err != nil {
		return p, err
	}
	p.Total = r.Total
	p.Choices, p.Taken = choicesOf(s, shelves, a, r.Counts)
	if p.Rows, err = l.rows(ctx, s, r.Hits, words); err != nil {
		return p, err
	}
	return p, l.pages(s, a, &p)
}

// rows shows what was found as it is public now; what is public no more, since the full text was asked, is left out.
func (l *Library) rows(ctx context.Context, s *render.Site, hits []index.Hit, words string) (all []Row, err error) {
	if len(hits) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(hits))
	for i, h := range hits {
		ids[i] = h.ID
	}
	docs, err := l.Documents.Documents(ctx, s.ID, ids)
	if err != nil {
		return nil, err
	}
	for _, h := range hits {
		d, public := docs[h.ID]
		if !public {
			continue
		}
		r := Row{Title: index.Highlight(d.Title, words, 0), Number: index.Highlight(d.Number, words, 0), Href: s.Path(d.Rest), Issuer: d.Issuer,
			WrittenOn: d.WrittenOn, Mark: d.Mark, Day: d.Published}
		if words != "" {
			r.Snippet = index.Highlight(d.Body, words, snippetWidth)
		}
		all = append(all, r)
	}
	return all, nil
}

// pages links the first, the last and the pages around this one; what is left out is an ellipsis.
func (l *Library) pages(s *render.Site, a ask, p *Page) error {
	last := max(1, int((p.Total+perPage-1)/perPage))
	if a.number > last {
		return fault.New(fault.NotFound, "政策文件库没有第 %d 页。", a.number)
	}
	at := func(n int) string { return s.Path(a.with(func(a *ask) { a.number = n }).address()) }
	p.Pager = render.Pager{Number: a.number, Pages: last, Total: p.Total}
	if a.number > 1 {
		p.Pager.Prev = at(a.number - 1)
	}
	if a.number < last {
		p.Pager.Next = at(a.number + 1)
	}
	before := 0
	for n := 1; n <= last && last > 1; n++ {
		if n != 1 && n != last && (n < a.number-2 || n > a.number+2) {
			continue
		}
		if n > before+1 {
			p.Pager.Links = append(p.Pager.Links, render.Link{Text: "…"})
		}
		before = n
		link := render.Link{Text: strconv.Itoa(n), Href: at(n)}
		if n == a.number {
			link.Href, link.Current = "", true
		}
		p.Pager.Links = append(p.Pager.Links, link)
	}
	return nil
}
