package search

import (
	"context"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/index"
)

// Page is what the page of the search shows.
type Page struct {
	Text, Action   string
	Kept           []Kept // what the form asks again beside the words
	Scopes, Orders []render.Link
	Wrong          string // why the words cannot be looked for
	Best, Hot      []render.Link
	Hits           []Hit
	Facets         []Facet
	Pager          render.Pager
	Total          int64
	Wider          *render.Link // the same question in the widest scope, or nil when this is it
	Sitemap, Phone string
}

// Kept is a hidden field of the form.
type Kept struct{ Name, Value string }

// Hit is one text that was found; its words are marked.
type Hit struct {
	Title, Snippet, Number   template.HTML
	Href, Column, Site, Mark string
	Exact                    bool // its number is what was asked
	Day                      time.Time
}

// Facet is a list by which the result is narrowed; the current value's link takes it back.
type Facet struct {
	Title  string
	Values []render.Link
}

// snippetWidth is how many characters of a text are shown around its words.
const snippetWidth = 120

// search is one question under way.
type search struct {
	*Search
	ask
	site  *render.Site
	sites []*render.Site // where it looks
	words words
}

// answer makes the page of a question.
func (s *Search) answer(ctx context.Context, site *render.Site, a ask) (p Page, err error) {
	q := &search{Search: s, ask: a, site: site}
	p = Page{Text: a.text, Action: site.Path(render.SearchPath), Sitemap: site.Path(render.SitemapPath), Phone: site.Phone}
	if q.words, err = s.words(ctx, site.ID); err != nil {
		return p, err
	}
	if err = q.scope(ctx, &p); err != nil {
		return p, err
	}
	done, err := s.turn(ctx)
	if err != nil {
		return p, err
	}
	defer done()
	if a.text != "" {
		err = q.find(ctx, &p)
	}
	if err == nil && len(p.Hits) == 0 {
		p.Hot, err = q.offered(ctx)
	}
	return p, err
}

// scope finds the sites to look at, and offers those scopes that hold more than the one before.
func (q *search) scope(ctx context.Context, p *Page) error {
	under, err := q.Sites.Below(ctx, q.site.ID)
	if err != nil {
		return err
	}
	every := q.Sites.Everyone()
	q.sites = []*render.Site{q.site}
	for _, c := range []struct {
		scope, name string
		sites       []*render.Site
		offered     bool
	}{{"", "本站", q.sites, true}, {withBelow, "本站及下级", under, len(under) > 1}, {everyone, "全市", every, len(every) > max(1, len(under))}} {
		current := q.ask.scope == c.scope
		if current && len(c.sites) > 0 {
			q.sites = c.sites
		}
		if l := q.link(c.name, current, func(a *ask) { a.scope = c.scope }); c.offered || current {
			p.Scopes = append(p.Scopes, l)
			if p.Wider = nil; !current {
				p.Wider = &l // the widest of all is the last
			}
		}
	}
	if len(p.Scopes) == 1 {
		p.Scopes = nil
	}
	p.Orders = []render.Link{q.link("按相关度", q.order == "", func(a *ask) { a.order = "" }), q.link("按时间", q.order == newest, func(a *ask) { a.order = newest })}
	for name, value := range map[string]string{"s": q.ask.scope, "o": q.order} {
		if value != "" {
			p.Kept = append(p.Kept, Kept{name, value})
		}
	}
	slices.SortFunc(p.Kept, func(a, b Kept) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

// link leads to the same question otherwise.
func (q *search) link(text string, current bool, change func(*ask)) render.Link {
	return render.Link{Text: text, Href: q.site.Path(q.with(change).address()), Current: current}
}

// query is what the full text is asked.
func (q *search) query(text string) index.Query {
	ids := make([]kernel.SiteID, len(q.sites))
	for i, s := range q.sites {
		ids[i] = s.ID
	}
	return index.Query{Sites: ids, Text: text, Alike: q.words.of}
}

func (q *search) find(ctx context.Context, p *Page) error {
	text := q.simplified(q.text)
	ask := q.query(text)
	ask.Newest, ask.Only, ask.Count, ask.Page = q.order == newest, q.only, true, kernel.Page{Number: q.number, Size: perPage}
	if index.Normal(text) == "" {
		p.Wrong = "请输入汉字、字母或数字，标点和符号不能检索。"
		return nil
	}
	r, err := q.Index.Search(ctx, ask)
	if fault.Is(err, fault.Invalid) {
		p.Wrong = fault.Say(err)
		return nil
	}
	if err != nil {
		return err
	}
	if p.Total = r.Total; r.Total == 0 && q.only == (index.Facets{}) {
		q.note(q.site.ID, text)
	}
	if err := q.pages(p); err != nil {
		return err
	}
	q.narrow(p, r.Counts)
	if p.Best, err = q.recommend(ctx, text); err != nil {
		return err
	}
	p.Hits, err = q.hits(ctx, r.Hits, q.words.marked(text))
	return err
}

// hits shows what was found as it is public now; what is public no more, since the full text was asked, is left out.
func (q *search) hits(ctx context.Context, found []index.Hit, marked string) (all []Hit, err error) {
	of := map[kernel.SiteID][]int64{}
	for _, h := range found {
		of[h.Site] = append(of[h.Site], h.ID)
	}
	texts := map[kernel.SiteID]map[int64]Text{}
	for _, s := range q.sites {
		if len(of[s.ID]) == 0 {
			continue
		}
		if err := pages.Follow(ctx, s.ID); err != nil {
			return nil, err
		}
		if texts[s.ID], err = q.Texts.Texts(ctx, s, of[s.ID]); err != nil {
			return nil, err
		}
	}
	for _, h := range found {
		t, public := texts[h.Site][h.ID]
		s := q.Sites.Open(h.Site)
		if !public || s == nil {
			continue
		}
		hit := Hit{Title: index.Highlight(t.Title, marked, 0), Snippet: index.Highlight(t.Body, marked, snippetWidth), Number: index.Highlight(t.Number, marked, 0),
			Href: s.Path(t.Rest), Column: t.Column, Mark: t.Mark, Exact: h.Number, Day: t.Day}
		if s.ID != q.site.ID {
			hit.Href, hit.Site = s.URL(t.Rest), s.Name
		}
		all = append(all, hit)
	}
	return all, nil
}

// narrow offers the facets among the hits, and the way back from those that are chosen.
func (q *search) narrow(p *Page, counted []index.Counted) {
	for _, f := range facets {
		var values []render.Link
		chosen := *f.of(&q.only)
		if chosen != "" {
			values = []render.Link{q.link(f.say(chosen), true, func(a *ask) { *f.of(&a.only) = "" })}
		} else if sums := f.sums(counted); len(sums) > 1 || len(sums) == 1 && sums[0].n < p.Total {
			for _, c := range sums {
				l := q.link(f.say(c.value), false, func(a *ask) { *f.of(&a.only) = c.value })
				l.Note = strconv.FormatInt(c.n, 10)
				values = append(values, l)
			}
		}
		if len(values) > 0 {
			p.Facets = append(p.Facets, Facet{f.title, values})
		}
	}
}

// recommend shows the pages that are recommended for the words, on the first page of a result only.
func (q *search) recommend(ctx context.Context, text string) (links []render.Link, err error) {
	if q.number > 1 {
		return nil, nil
	}
	n := index.Normal(text)
	for _, b := range q.words.best {
		if !slices.ContainsFunc(b.words, func(w string) bool { return index.Normal(w) == n }) {
			continue
		}
		l := render.Link{Text: b.title, Href: b.href}
		if strings.HasPrefix(b.href, "/") {
			l.Href = q.site.Path(b.href)
		}
		if id := b.article(); id != 0 { // shown as it is public, or not at all
			texts, err := q.Texts.Texts(ctx, q.site, []int64{id})
			if err != nil {
				return nil, err
			}
			if l.Text = texts[id].Title; l.Text == "" {
				continue
			}
		}
		links = append(links, l)
	}
	return links, nil
}

// offered are the hot words that find something.
func (q *search) offered(ctx context.Context) (links []render.Link, err error) {
	seen := map[string]bool{}
	for _, w := range q.words.hot {
		if seen[w] || len(links) == hotShown {
			continue
		}
		seen[w] = true
		finds, err := q.Index.Any(ctx, q.query(w))
		if err != nil {
			return nil, err
		}
		if finds {
			links = append(links, q.link(w, false, func(a *ask) { a.text, a.only = w, index.Facets{} }))
		}
	}
	return links, nil
}

// pages links the pages of the result around this one.
func (q *search) pages(p *Page) error {
	last := max(1, min(int((p.Total+perPage-1)/perPage), pageMost))
	if q.number > last {
		return fault.New(fault.NotFound, "检索结果没有第 %d 页。", q.number)
	}
	at := func(n int) string { return q.link("", false, func(a *ask) { a.number = n }).Href }
	p.Pager = render.Pager{Number: q.number, Pages: last, Total: p.Total}
	if q.number > 1 {
		p.Pager.Prev = at(q.number - 1)
	}
	if q.number < last {
		p.Pager.Next = at(q.number + 1)
	}
	for n := max(1, q.number-2); n <= min(last, q.number+2) && last > 1; n++ {
		l := render.Link{Text: strconv.Itoa(n), Href: at(n)}
		if n == q.number {
			l.Href, l.Current = "", true
		}
		p.Pager.Links = append(p.Pager.Links, l)
	}
	return nil
}
