package access

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

// nobody's host is trusted.
type everywhere struct{}

func (everywhere) Outside(string) bool { return true }

func warned(t *testing.T, linking string) (*Access, *render.Renderer) {
	t.Helper()
	r, err := render.New(render.Config{}, map[string]fs.FS{"access": Views()}, Pages()...)
	if err == nil {
		err = r.Warn(everywhere{}, []byte("the key of this installation"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return New(linked{linking}, func() time.Time { return time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC) }, r), r
}

// linked is a navigation with a link that leads outside.
type linked struct{ href string }

func (l linked) Nav(context.Context, *render.Site) ([]render.Link, error) {
	return []render.Link{{Text: "站外", Href: l.href}}, nil
}

// ask opens the notice that a page of the site leads to.
func ask(t *testing.T, a *Access, s *render.Site) map[string]string {
	t.Helper()
	p, err := a.privacy(t.Context(), &web.Request{Site: s})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(p.Body)))
	if err != nil {
		t.Fatal(err)
	}
	q := map[string]string{}
	doc.Find(".nav a").Each(func(_ int, n *goquery.Selection) {
		href := n.AttrOr("href", "")
		if path, query, ok := strings.Cut(href, "?"); ok && path == s.Path(render.LeavingPath) {
			for _, pair := range strings.Split(query, "&") {
				name, value, _ := strings.Cut(pair, "=")
				q[name] = strings.NewReplacer("%2F", "/", "%3A", ":", "%3F", "?", "%3D", "=", "%26", "&").Replace(value)
			}
		}
	})
	return q
}

// R3: the notice asks in the words of 国办发〔2017〕47号, leads on or back, and nobody else can have it say anything.
func TestLeaving(t *testing.T) {
	const to = "https://example.com/a?b=1&c=2"
	site := &render.Site{ID: 1, Name: "五里镇人民政府", Theme: "town", Origin: "https://a.gov.cn", Prefix: "/z/wuli"}
	a, _ := warned(t, to)
	for _, c := range []struct {
		v             kernel.Variant
		h1, yes, no   string
		back, in, who string
	}{
		{"", "您访问的链接即将离开“五里镇人民政府”门户网站，是否继续？", "继续访问", "放弃", "/z/wuli/-/privacy", "zh-CN", ""},
		{kernel.Elder, "您访问的链接即将离开“五里镇人民政府”门户网站，是否继续？", "继续访问", "放弃", "/z/wuli/-/elder/-/privacy", "zh-CN", ""},
		{kernel.Hant, "您訪問的鏈接即將離開“五里鎮人民政府”門戶網站，是否繼續？", "繼續訪問", "放棄", "/z/wuli/-/hant/-/privacy", "zh-Hant", ""},
	} {
		s := site.In(c.v)
		q := ask(t, a, s)
		p, err := a.leaving(t.Context(), &web.Request{Site: s, Path: render.LeavingPath, Query: q})
		if err != nil {
			t.Fatalf("%q: %v", c.v, err)
		}
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(p.Body)))
		if err != nil {
			t.Fatal(err)
		}
		main := doc.Find("main")
		yes, no := main.Find("a").Eq(0), main.Find("a").Eq(1)
		if got := main.Find("h1").Text(); got != c.h1 {
			t.Errorf("%q asks %q", c.v, got)
		}
		if yes.Text() != c.yes || yes.AttrOr("href", "") != to || yes.AttrOr("rel", "") != "noopener nofollow" {
			t.Errorf("%q leads on by %q to %q", c.v, yes.Text(), yes.AttrOr("href", ""))
		}
		if no.Text() != c.no || no.AttrOr("href", "") != c.back {
			t.Errorf("%q leads back by %q to %q", c.v, no.Text(), no.AttrOr("href", ""))
		}
		if got := main.Find("[translate=no]").Text(); got != to {
			t.Errorf("%q shows %q", c.v, got)
		}
		if doc.Find(`meta[name=robots][content*=noindex]`).Length() != 1 || doc.Find("html").AttrOr("lang", "") != c.in {
			t.Errorf("%q is for search engines, or in another language", c.v)
		}
		for name, wrong := range map[string]string{"to": to + "x", "from": "/a/9", "sig": "x"} {
			bad := map[string]string{"to": q["to"], "from": q["from"], "sig": q["sig"]}
			bad[name] = wrong
			if _, err := a.leaving(t.Context(), &web.Request{Site: s, Query: bad}); !fault.Is(err, fault.NotFound) {
				t.Errorf("%q with another %s: %v", c.v, name, err)
			}
		}
	}
	other := *site
	other.ID = 2
	if _, err := a.leaving(t.Context(), &web.Request{Site: &other, Query: ask(t, a, site)}); !fault.Is(err, fault.NotFound) {
		t.Errorf("of another site: %v", err)
	}
	if _, err := a.leaving(t.Context(), &web.Request{Site: site}); !fault.Is(err, fault.NotFound) {
		t.Errorf("of nothing: %v", err)
	}
}

// A page that does not say where it stands is left for the home page.
func TestLeavingBackToTheHomePage(t *testing.T) {
	a, r := warned(t, "https://example.com/")
	site := &render.Site{ID: 1, Name: "甲站", Theme: "base", Origin: "https://a.gov.cn"}
	b, err := leavingView.HTML(r, render.Shell{Site: site, Nav: []render.Link{{Text: "站外", Href: "https://example.com/"}}}, Leaving{})
	if err != nil {
		t.Fatal(err)
	}
	_, query, ok := strings.Cut(string(b), render.LeavingPath+"?sig=")
	sig, _, _ := strings.Cut(query, "&")
	if !ok {
		t.Fatal("no link asks")
	}
	p, err := a.leaving(t.Context(), &web.Request{Site: site, Query: map[string]string{"to": "https://example.com/", "sig": sig}})
	if err != nil || !strings.Contains(string(p.Body), `<a class="btn quiet" href="/">放弃</a>`) {
		t.Errorf("%v: %s", err, p.Body)
	}
}

// S2, 个人信息保护法: the page says what is kept and how long, and whom to ask, from what the site says of itself.
func TestPrivacy(t *testing.T) {
	s := &render.Site{ID: 1, Name: "五里镇人民政府", Theme: "town", Origin: "https://a.gov.cn", Prefix: "/z/wuli", Phone: "0915-1234567", Sponsor: "五里镇党政办", Address: "五里镇街道1号"}
	for _, site := range []*render.Site{s, {ID: 2, Name: "甲站", Theme: "dept", Origin: "https://b.gov.cn"}} {
		p, err := room(t, columns{}).privacy(t.Context(), &web.Request{Site: site, Path: render.PrivacyPath})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"不设置 Cookie", "30 天后", "请告诉甲站。", `href="/-/report"`}
		if site == s {
			want = []string{"不设置 Cookie", "30 天后", "请告诉五里镇党政办：电话 <a href=\"tel:09151234567\">0915-1234567</a>，地址 五里镇街道1号。", `href="/z/wuli/-/report"`}
		}
		for _, w := range want {
			if !strings.Contains(string(p.Body), w) {
				t.Errorf("%s does not say %s", site.Name, w)
			}
		}
	}
	broken := fault.New(fault.Unavailable, "away")
	if _, err := room(t, columns{broken}).privacy(t.Context(), &web.Request{Site: s}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("without its columns: %v", err)
	}
}
