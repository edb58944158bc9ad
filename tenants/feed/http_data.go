package feed

import (
	"context"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/web"
)

// dataRoot is where the doors of version 1 stand; platform/web answers errors below it as programs read them.
const dataRoot = "/-/api/v1"

const (
	sizeUsual = 20
	sizeMost  = 100
)

// door is an address at which data is read. The table of doors makes the routes and openapi.json, so that neither knows one more than the other.
type door struct {
	path, id, say string // path below dataRoot, in the router's spelling
	formOf        string // the page that says the same to people
	query         []parameter
	answer        reflect.Type
	do            func(f *Feeds, ctx context.Context, r *web.Request) (any, error)
}

// parameter is one that may be given: its form as JSON Schema has it, and what it is when it is not given.
type parameter struct {
	name, say string
	schema    map[string]any
	byDefault string
}

// doors is THE table.
func doors() []door {
	return []door{
		{path: "/site", id: "site", say: "本网站", answer: reflect.TypeFor[SiteAnswer](), do: (*Feeds).readSite},
		{path: "/columns", id: "columns", say: "公众看得到的全部栏目", answer: reflect.TypeFor[ColumnsAnswer](), do: (*Feeds).readColumns},
		{path: "/articles", id: "articles", say: "已发布的信息，按首次发布时间从新到旧", answer: reflect.TypeFor[ArticlesAnswer](), do: (*Feeds).readArticles, query: []parameter{
			{"column", "只要这个栏目和它下级栏目的", map[string]any{"type": "string", "pattern": "^[1-9][0-9]*$"}, ""},
			{"since", "只要这一天（北京时间）和以后首次发布的", map[string]any{"type": "string", "format": "date"}, ""},
			{"size", "一段多少条", map[string]any{"type": "integer", "minimum": 1, "maximum": sizeMost, "default": sizeUsual}, strconv.Itoa(sizeUsual)},
			{"cursor", "从哪里继续：用上一段的 next，不要自己拼写", map[string]any{"type": "string"}, ""},
		}},
		{path: "/articles/:id", id: "article", formOf: "/a/:id", say: "一条已发布的信息，带正文", answer: reflect.TypeFor[ArticleAnswer](), do: (*Feeds).readArticle},
		{path: "/openapi.json", id: "openapi", say: "本说明（OpenAPI 3.1）", do: (*Feeds).readDescription},
	}
}

// data adds the doors.
func (f *Feeds) data(r *web.Router) {
	for _, d := range doors() {
		var known []string
		for _, p := range d.query {
			known = append(known, strings.TrimSuffix(p.name+"="+p.byDefault, "="))
		}
		r.Page(web.PageRoute{Room: room, Path: dataRoot + d.path, Query: known, FormOf: d.formOf, Do: func(ctx context.Context, req *web.Request) (*pages.Page, error) {
			all, err := d.do(f, ctx, req)
			if err != nil {
				return nil, err
			}
			body, err := inJSON(all)
			return answer(jsonType, body), err
		}})
	}
}

func (f *Feeds) readSite(_ context.Context, r *web.Request) (any, error) {
	return siteAnswer(r.Site), nil
}

func (f *Feeds) readColumns(ctx context.Context, r *web.Request) (any, error) {
	seen, err := f.Columns.Seen(ctx, r.Site)
	out := ColumnsAnswer{Columns: make([]ColumnAnswer, len(seen))}
	for i := range seen {
		out.Columns[i] = columnAnswer(r.Site, &seen[i])
	}
	return out, err
}

func (f *Feeds) readDescription(_ context.Context, r *web.Request) (any, error) {
	return describe(r.Site), nil
}

func (f *Feeds) readArticle(ctx context.Context, r *web.Request) (any, error) {
	id, ok := kernel.ParseID[int64](r.Params["id"])
	if !ok {
		return nil, nothing()
	}
	if _, err := f.Published.Live(ctx, publication.Object{Site: r.Site.ID, Kind: f.Texts.Kind(), ID: id}); err != nil {
		return nil, err // Gone says who took it away
	}
	told, err := f.Texts.Tell(ctx, r.Site, []int64{id})
	if err != nil {
		return nil, err
	}
	if len(told) == 0 {
		return nil, nothing()
	}
	a := articleAnswer(r.Site, &told[0])
	a.Body, err = f.Texts.Body(ctx, r.Site, id)
	return a, err
}

// query is what was asked of a list.
type query struct {
	column int64
	since  time.Time
	size   int
	after  publication.Mark
}

// ask reads what was asked, and refuses in a sentence what it cannot read.
func ask(given map[string]string) (query, error) {
	q, ok := query{size: sizeUsual}, true
	if s, is := given["column"]; is {
		if q.column, ok = kernel.ParseID[int64](s); !ok {
			return q, fault.In("column", "column 应是栏目编号。")
		}
	}
	if s, is := given["since"]; is {
		day, err := time.ParseInLocation(time.DateOnly, s, kernel.Beijing)
		if err != nil {
			return q, fault.In("since", "since 应写成 2026-11-27 的样子。")
		}
		q.since = day.UTC()
	}
	if s, is := given["size"]; is {
		n, ok := kernel.ParseID[int64](s)
		if !ok || n > sizeMost {
			return q, fault.In("size", "size 应在 1 到 %d 之间。", sizeMost)
		}
		q.size = int(n)
	}
	if s, is := given["cursor"]; is {
		if q.after, ok = readMark(s); !ok {
			return q, fault.In("cursor", "cursor 不对：请使用上一段给出的 next 地址。")
		}
	}
	return q, nil
}

// readMark reads what writeMark wrote: microseconds, which both engines keep, and the id.
func readMark(s string) (publication.Mark, bool) {
	at, id, _ := strings.Cut(s, "-")
	micro, ok := kernel.ParseID[int64](at)
	n, too := kernel.ParseID[int64](id)
	return publication.Mark{ShownAt: time.UnixMicro(micro).UTC(), ID: n}, ok && too && micro < 1<<53
}

func writeMark(r *publication.Row) string {
	return strconv.FormatInt(r.FirstPublishedAt.UnixMicro(), 10) + "-" + decimal(r.ID)
}

func (f *Feeds) readArticles(ctx context.Context, r *web.Request) (any, error) {
	q, err := ask(r.Query)
	if err != nil {
		return nil, err
	}
	chosen := publication.Filter{Kind: f.Texts.Kind(), Since: q.since, After: q.after}
	if q.column != 0 {
		if chosen.Places, err = f.Columns.Lists(ctx, r.Site, q.column); err != nil {
			return nil, err
		}
		if len(chosen.Places) == 0 {
			return nil, fault.New(fault.NotFound, "没有这个栏目，或者它还没有内容。")
		}
	}
	rows, err := f.Published.List(ctx, r.Site.ID, chosen, kernel.Page{Number: 1, Size: q.size + 1}) // one more says whether there is more
	if err != nil {
		return nil, err
	}
	out := ArticlesAnswer{Articles: []ArticleAnswer{}}
	if len(rows) > q.size {
		rows = rows[:q.size]
		out.Next = r.Site.URL(nextRest(r.Query, writeMark(&rows[q.size-1])))
	}
	told, err := f.tell(ctx, r.Site, rows)
	for i := range told {
		out.Articles = append(out.Articles, articleAnswer(r.Site, &told[i]))
	}
	return out, err
}

// nextRest is the same question from a mark on, in the one spelling of an address: the names in order, no default.
func nextRest(given map[string]string, mark string) string {
	rest := dataRoot + "/articles?"
	if s := given["column"]; s != "" {
		rest += "column=" + s + "&"
	}
	rest += "cursor=" + mark
	for _, name := range []string{"since", "size"} {
		if s := given[name]; s != "" {
			rest += "&" + name + "=" + s
		}
	}
	return rest
}
