package disclosure

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// office is the room, and the columns that its port shows.
type office struct {
	*Disclosure
	t     *testing.T
	ctx   context.Context
	shown map[int64]render.Link
	away  error
}

func (o *office) Nav(context.Context, *render.Site) ([]render.Link, error) { return nil, o.away }

func (o *office) Shown(_ context.Context, _ *render.Site, ids []int64) (map[int64]render.Link, error) {
	if fmt.Sprint(ids) != fmt.Sprint(site.Statutory) {
		o.t.Errorf("asked for %v", ids)
	}
	return o.shown, nil
}

func each(t *testing.T, f func(t *testing.T, o *office)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := &office{t: t, shown: map[int64]render.Link{}, ctx: kernel.WithActor(context.Background(), kernel.Actor{Account: 11, Name: "平台", Via: "console"})}
		clock := func() time.Time { return time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC) }
		r, err := render.New(render.Config{}, map[string]fs.FS{"disclosure": Views()}, Pages()...)
		if err != nil {
			t.Fatal(err)
		}
		o.Disclosure = New(Room{DB: d, Now: clock, Audit: audit.New(d, clock, kernel.NewSeededIDs(clock, 7)), Revisions: pages.NewRevisions(d), Columns: o, Render: r})
		f(t, o)
	}, audit.Migrations(), pages.Migrations(), Migrations())
}

func (o *office) see(s *render.Site) *goquery.Document {
	o.t.Helper()
	p, err := o.page(o.ctx, &web.Request{Site: s, Path: render.DisclosurePath})
	if err != nil {
		o.t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(p.Body)))
	if err != nil {
		o.t.Fatal(err)
	}
	return doc
}

// D1, d03: the five doors stand on every site; those whose columns are empty say whom to ask, and requests are explained on the page itself.
func TestTheFiveDoors(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		town := &render.Site{ID: 3, Name: "五里镇人民政府", Theme: "town", Origin: "http://hanbin.localhost", Prefix: "/z/wuli", Sponsor: "五里镇党政办", Phone: "0915-1234567", Address: "五里镇街道1号"}
		doc := o.see(town)
		if got := doc.Find(".gates li").Length(); got != 5 {
			t.Fatalf("%d doors", got)
		}
		if got := doc.Find(".gates a").Map(func(_ int, a *goquery.Selection) string { return a.AttrOr("href", "") }); len(got) != 1 || got[0] != "#shenqing" || doc.Find("#shenqing").Length() != 1 {
			t.Errorf("an empty site leads to %q", got)
		}
		for _, want := range []string{"政府信息公开指南", "政府信息公开制度", "法定主动公开内容", "政府信息公开年报", "依申请公开", "请打电话 0915-1234567 索取", "五里镇党政办", "五里镇街道1号"} {
			if !strings.Contains(doc.Find("main").Text(), want) {
				t.Errorf("it does not say %s", want)
			}
		}
		if got := doc.Find(".facts").Text(); strings.Contains(got, "受理时间") || strings.Contains(got, "申请表") || strings.Contains(got, "邮政编码") {
			t.Errorf("it says what nobody wrote: %s", got)
		}
		for _, no := range site.Statutory {
			o.shown[no] = render.Link{Href: fmt.Sprintf("/z/wuli/c/%d", no)}
		}
		doc = o.see(town)
		if got := doc.Find(".gates a").Map(func(_ int, a *goquery.Selection) string { return a.AttrOr("href", "") }); fmt.Sprint(got) != "[/z/wuli/c/11 /z/wuli/c/12 /z/wuli/c/13 /z/wuli/c/14 /z/wuli/c/15]" || strings.Contains(doc.Text(), "正在准备") {
			t.Errorf("a filled site leads to %q", got)
		}
		bare := o.see(&render.Site{ID: 4, Name: "甲站", Theme: "dept", Origin: "http://a.localhost"}).Find("main").Text()
		if !strings.Contains(bare, "甲站") || strings.Contains(bare, "联系电话") || strings.Contains(bare, "受理地址") {
			t.Errorf("a site that says nothing: %s", bare)
		}
		o.away = errors.New("away")
		if _, err := o.page(o.ctx, &web.Request{Site: town}); !errors.Is(err, o.away) {
			t.Errorf("without its columns: %v", err)
		}
	})
}

// D1: where requests are received is the site's own, comes before the footer's, and leads to the form of the reader's variant.
func TestTheOffice(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		here := &render.Site{ID: 1, Name: "甲县", Theme: "city", Origin: "http://a.localhost", Sponsor: "甲县政府办", Phone: "0915-1"}
		there := &render.Site{ID: 2, Name: "乙县", Theme: "city", Origin: "http://b.localhost", Sponsor: "乙县政府办", Phone: "0915-2"}
		good := Office{Unit: " 甲县  政务公开办 ", Address: "甲县1号", Postcode: "725000", Hours: "工作日 8:30—12:00", Phone: "0915-7654321", Form: "/a/12"}
		for name, c := range map[string]struct {
			change func(*Office)
			field  string
		}{
			"a long unit":         {func(o *Office) { o.Unit = strings.Repeat("长", 101) }, "unit"},
			"a sign in a phone":   {func(o *Office) { o.Phone = "1\x002" }, "phone"},
			"bytes in hours":      {func(o *Office) { o.Hours = "\xff" }, "hours"},
			"a postcode in words": {func(o *Office) { o.Postcode = "72500O" }, "postcode"},
			"a script":            {func(o *Office) { o.Form = "javascript:alert(1)" }, "form"},
			"another host":        {func(o *Office) { o.Form = "//evil.example/a" }, "form"},
			"a backslash":         {func(o *Office) { o.Form = "/\\evil.example" }, "form"},
			"no host":             {func(o *Office) { o.Form = "http:///a" }, "form"},
		} {
			bad := good
			c.change(&bad)
			var f *fault.Fault
			if err := o.Save(o.ctx, 1, bad); !errors.As(err, &f) || f.Field != c.field || f.Kind != fault.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := o.Save(kernel.WithActor(o.ctx, kernel.Actor{}), 1, good); !fault.Is(err, fault.Forbidden) {
			t.Errorf("nobody: %v", err)
		}
		before, _, err := o.Revisions.Now(o.ctx, 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Save(o.ctx, 1, good); err != nil {
			t.Fatal(err)
		}
		if after, _, err := o.Revisions.Now(o.ctx, 1); err != nil || after <= before {
			t.Errorf("the pages of the site are not made anew: %d, %d, %v", before, after, err)
		}
		if err := o.Save(o.ctx, 1, good); !fault.Is(err, fault.Conflict) {
			t.Errorf("over another's: %v", err)
		}
		text := o.see(here).Find(".facts").Text()
		for _, want := range []string{"甲县 政务公开办", "甲县1号（邮政编码 725000）", "工作日 8:30—12:00", "0915-7654321"} {
			if !strings.Contains(text, want) {
				t.Errorf("it does not say %s: %s", want, text)
			}
		}
		if got := o.see(there).Find(".facts").Text(); !strings.Contains(got, "乙县政府办") || strings.Contains(got, "甲县") {
			t.Errorf("another site says %s", got)
		}
		for form, want := range map[string]string{"/a/12": "/-/elder/a/12", "/-/media/1/f.pdf": "/-/media/1/f.pdf", "https://b.gov.cn/x": "https://b.gov.cn/x"} {
			was, err := o.Office(o.ctx, 1)
			if err != nil || was.Version == 0 || was.By != "平台" {
				t.Fatalf("%+v, %v", was, err)
			}
			was.Form = form
			if err := o.Save(o.ctx, 1, was); err != nil {
				t.Fatal(err)
			}
			if got := o.see(here.In(kernel.Elder)).Find(".facts dd a").Last().AttrOr("href", ""); got != want {
				t.Errorf("the form %s leads to %s", form, got)
			}
		}
	})
}
