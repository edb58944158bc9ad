package feed

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	author   kernel.AccountID = 11
	reviewer kernel.AccountID = 12
)

// house is the room over real publications; what it tells of columns and texts is the test's.
type house struct {
	*Feeds
	t       testing.TB
	ctx     context.Context
	now     time.Time
	pub     *publication.Publications
	county  *render.Site
	channel *render.Site // on the county's host
	other   *render.Site
	sites   []*render.Site
	alone   map[int64]string // the column whose page a text is
	columns []Column
	moved   map[string]string
	texts   map[int64]Text // what is told besides the title
}

func each(t *testing.T, f func(t *testing.T, h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, build(t, d)) }, []fs.FS{audit.Migrations(), pages.Migrations(), publication.Migrations()}...)
}

func build(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC), moved: map[string]string{}, texts: map[int64]Text{}}
	h.ctx = kernel.WithActor(context.Background(), kernel.Actor{Account: author, Name: "测试", Via: "console"})
	clock := func() time.Time { return h.now }
	h.pub = publication.New(d, clock, kernel.NewSeededIDs(clock, 5), audit.New(d, clock, nil), pages.NewRevisions(d))
	h.county = &render.Site{ID: 1, Name: "汉滨区人民政府", ShortName: "汉滨区", Level: "county", Theme: "city", Origin: "https://hanbin.gov.cn", Code: "6109020001", Phone: "0915-3212345"}
	h.channel = &render.Site{ID: 2, Name: "五里镇人民政府", Level: "township", Theme: "town", Origin: h.county.Origin, Prefix: "/z/wuli", Demo: true}
	h.other = &render.Site{ID: 3, Name: "旬阳市人民政府", Level: "county", Theme: "city", Origin: "https://xunyang.gov.cn"}
	h.sites = []*render.Site{h.county, h.channel, h.other, {ID: 4, Name: "暂停的", Origin: h.county.Origin, Prefix: "/z/zanting", State: "suspended"}}
	h.columns = []Column{{ID: 1, Name: "政务动态", Path: "dongtai", Kind: "news"}, {ID: 2, Parent: 1, Name: "通知<公告>", Path: "dongtai/gonggao", Kind: "notice", Description: "通知和公告", Count: 1, LastAt: h.now}}
	r, err := render.New(render.Config{}, map[string]fs.FS{"feed": Views()}, Pages()...)
	if err != nil {
		t.Fatal(err)
	}
	h.Feeds = New(Ports{Published: h.pub, Columns: h, Texts: h, Sites: h, Looks: r, Nav: h, Render: r})
	return h
}

func (h *house) AllPublic() []*render.Site { return h.sites }

func (h *house) Nav(_ context.Context, s *render.Site) ([]render.Link, error) {
	return []render.Link{{Text: "政务动态", Href: s.Path("/c/dongtai")}}, nil
}

func (h *house) Seen(context.Context, *render.Site) ([]Column, error) { return h.columns, nil }

func (h *house) At(_ context.Context, _ *render.Site, path string) (*Column, string, error) {
	for i := range h.columns {
		if h.columns[i].Path == path {
			return &h.columns[i], "", nil
		}
	}
	return nil, h.moved[path], nil
}

func (h *house) Lists(_ context.Context, _ *render.Site, id int64) ([]int64, error) {
	switch id {
	case 1:
		return []int64{1, 2}, nil
	case 2:
		return []int64{2}, nil
	}
	return nil, nil
}

func (h *house) Kind() publication.Kind { return "article" }

func (h *house) Alone(context.Context, *render.Site) (map[int64]string, error) { return h.alone, nil }

func (h *house) Tell(ctx context.Context, s *render.Site, ids []int64) ([]Text, error) {
	live, _, err := h.pub.LiveMany(ctx, s.ID, "article", ids)
	if err != nil {
		return nil, err
	}
	var all []Text
	for _, id := range ids {
		for _, l := range live {
			if l.ID == id {
				x := h.texts[id]
				x.ID, x.Title, x.Kind, x.Column, x.ChangedAt = id, l.Title, "news", l.Place, l.EditionPublishedAt
				if x.Excerpt != "日期不详" {
					x.ShownAt = l.ShownAt
				}
				all = append(all, x)
			}
		}
	}
	return all, nil
}

func (h *house) Body(context.Context, *render.Site, int64) (string, error) {
	return "<p>正文 & <b>粗</b></p>", nil
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// publish makes an edition of a text public, a minute after the last.
func (h *house) publish(s *render.Site, id, place int64, title string) {
	h.t.Helper()
	h.now = h.now.Add(time.Minute)
	e, err := h.pub.Freeze(h.ctx, publication.Draft{Object: publication.Object{Site: s.ID, Kind: "article", ID: id}, Author: author, Policy: publication.Small, Title: title, Payload: []byte(`{"t":"` + h.now.String() + `"}`)})
	h.must(err)
	h.must(h.pub.Approve(h.ctx, s.ID, e, publication.Opinion{Reviewer: reviewer, Verdict: publication.Approved, Review: "同意", Secrecy: "不涉密"}))
	h.must(h.pub.Publish(h.ctx, s.ID, e, publication.Placing{Place: place}))
}

func (h *house) withdraw(s *render.Site, id int64) {
	h.t.Helper()
	h.must(h.pub.Withdraw(h.ctx, publication.Object{Site: s.ID, Kind: "article", ID: id}, "内容有误"))
}

// ask asks one of the room's handlers.
func (h *house) get(do web.PageFunc, s *render.Site, params ...string) string {
	h.t.Helper()
	p, err := do(h.ctx, asked(s, params))
	h.must(err)
	if p.Status != 200 {
		h.t.Fatalf("status %d, location %q", p.Status, p.Location)
	}
	return string(p.Body)
}

func asked(s *render.Site, params []string) *web.Request {
	r := &web.Request{Site: s, Params: map[string]string{}, Query: map[string]string{}}
	for i := 0; i+1 < len(params); i += 2 {
		if name, is := strings.CutPrefix(params[i], "?"); is {
			r.Query[name] = params[i+1]
		} else {
			r.Params[params[i]] = params[i+1]
		}
	}
	return r
}

func (h *house) refuses(kind fault.Kind, do web.PageFunc, s *render.Site, params ...string) {
	h.t.Helper()
	if p, err := do(h.ctx, asked(s, params)); !fault.Is(err, kind) || fault.Say(err) == "" {
		h.t.Errorf("%v: got %+v, %v, want %s", params, p, err, kind)
	}
}

// element is any XML, read strictly.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

func (e element) all(name string) (found []element) {
	for _, c := range e.Children {
		if c.XMLName.Local == name {
			found = append(found, c)
		}
	}
	return found
}

func (e element) text(name string) string {
	if all := e.all(name); len(all) > 0 {
		return strings.TrimSpace(all[0].Text)
	}
	return ""
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// strict reads one XML document with nothing behind it.
func strict(t testing.TB, body string) element {
	t.Helper()
	if !strings.HasPrefix(body, xml.Header) {
		t.Errorf("no declaration: %.60s", body)
	}
	d := xml.NewDecoder(strings.NewReader(body))
	var root element
	if err := d.Decode(&root); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if tok, err := d.Token(); err == nil {
		if chars, is := tok.(xml.CharData); !is || strings.TrimSpace(string(chars)) != "" {
			t.Errorf("behind the end: %v", tok)
		}
	} else if !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	return root
}
