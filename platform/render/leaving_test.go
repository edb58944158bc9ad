package render

import (
	"net/url"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
)

// outer are the hosts that need no notice.
type outer []string

func (o outer) Outside(host string) bool {
	for _, h := range o {
		if host == h || strings.HasSuffix(host, "."+h) {
			return false
		}
	}
	return true
}

func warning(t *testing.T) *Renderer {
	t.Helper()
	r := renderer(t)
	if err := r.Warn(outer{"gov.cn", "xn--fiqs8s.cn", "127.0.0.1"}, []byte("a key of this test")); err != nil {
		t.Fatal(err)
	}
	return r
}

// R3: what a link does, by hosts and addresses, hostile ones among them.
func TestWhereLinksLead(t *testing.T) {
	const stays, leaves, dead = "stays", "leaves", "dead"
	r, s := warning(t), Shell{Site: county(), Head: Head{Rest: "/a/1"}}
	for _, c := range []struct{ href, want string }{
		{"/a/2", stays}, {"?p=2", stays}, {"#top", stays}, {"", stays}, {"c/2", stays}, {"/z/wuli/a/1?x=https://evil.com", stays}, {"/a:b", stays},
		{"mailto:a@b.cn", stays}, {"tel:09153212345", stays},
		{"https://hanbin.ankang.gov.cn/a/3", stays}, {"http://www.gov.cn", stays}, {"HTTPS://WWW.GOV.CN/x", stays}, {"https://www.gov.cn./x", stays},
		{"//www.gov.cn/x", stays}, {"https://www.gov.cn:8443/x", stays}, {"http://中国.cn/x", stays}, {"http://www。gov。cn/", stays}, {"http://127.0.0.1:80/", stays},
		{"https://example.com/a?b=c&d=e#f", leaves}, {"http://EXAMPLE.com", leaves}, {"//example.com/x", leaves}, {"https://gov.cn.example.com/", leaves},
		{"https://example.com/www.gov.cn", leaves}, {"https://example.com?www.gov.cn", leaves}, {"https://example.com#@www.gov.cn", leaves},
		{"https://evilgov.cn/", leaves}, {"https://www.gоv.cn/", leaves}, {"http://10.0.0.1/", leaves}, {"http://[::1]:8080/", leaves}, {"https://a_b.example.com/路 径"[:len("https://a_b.example.com/路")], leaves},
		{"javascript:alert(1)", dead}, {"JaVaScRiPt:alert(1)", dead}, {"data:text/html,x", dead}, {"vbscript:x", dead}, {"ftp://www.gov.cn/", dead}, {"blob:https://www.gov.cn/x", dead},
		{"https://www.gov.cn@example.com/", dead}, {"https://a:b@www.gov.cn/", dead}, {"//www.gov.cn@example.com", dead},
		{`https:\\example.com`, dead}, {`\\example.com`, dead}, {`/\example.com`, dead}, {`https://www.gov.cn\@example.com`, dead}, {`https://example.com\.www.gov.cn`, dead},
		{"https:example.com", dead}, {"https:/example.com", dead}, {"https://", dead}, {"https:///example.com", dead}, {"https://exam ple.com", dead}, {" https://example.com", dead},
		{"java\tscript:alert(1)", dead}, {"ht\ntps://example.com", dead}, {"\x01https://example.com", dead}, {"https://example.com:port/", dead}, {"https://example.com／.gov.cn/", dead},
		{"https://%77ww.gov.cn/", dead}, {"https://example.com%2f.gov.cn/", dead}, {"https://example.com/" + strings.Repeat("x", LeavingMost), dead},
	} {
		got, to := stays, r.to(s, c.href)
		switch {
		case to == "" && c.href != "":
			got = dead
		case to != c.href:
			got = leaves
		}
		if got != c.want {
			t.Errorf("%q %s (%q), want %s", c.href, got, to, c.want)
		}
		if got != leaves {
			continue
		}
		u, err := url.Parse(to)
		if err != nil || u.Path != LeavingPath || u.Host != "" {
			t.Errorf("%q leads to %q: %v", c.href, to, err)
			continue
		}
		q := u.Query()
		if address := q.Get("to"); address != c.href && address != "https:"+c.href || q.Get("from") != "/a/1" || !r.Leaves(s.Site, "/a/1", address, q.Get("sig")) {
			t.Errorf("%q is asked about as %q", c.href, q)
		}
	}
}

// R3: nobody but us makes a notice: not for another address, page or site, and not with a key of another installation.
func TestTheNoticeIsSigned(t *testing.T) {
	r, s := warning(t), county()
	const to = "https://example.com/"
	sig := r.sign(s, "/a/1", to)
	other := *s
	other.ID++
	foreign := renderer(t)
	if err := foreign.Warn(outer{}, []byte("another key")); err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]bool{
		"another address": r.Leaves(s, "/a/1", to+"x", sig), "another page": r.Leaves(s, "/a/2", to, sig), "another site": r.Leaves(&other, "/a/1", to, sig),
		"nothing": r.Leaves(s, "/a/1", to, ""), "half of it": r.Leaves(s, "/a/1", to, sig[:10]), "another installation": foreign.Leaves(s, "/a/1", to, sig),
		"no key": renderer(t).Leaves(s, "/a/1", to, renderer(t).sign(s, "/a/1", to)),
	} {
		if got {
			t.Errorf("the signature opens with %s", name)
		}
	}
	if !r.Leaves(s.In(kernel.Hant), "/a/1", to, sig) {
		t.Error("a variant of the page is no other page")
	}
}

// R3: the links of a page's words and of its navigation pass the notice, in every variant; the official doors of the footer do not.
func TestPagesAskBeforeTheyLeave(t *testing.T) {
	const main = `{{define "main"}}<div><h1>{{.Data.Text}}</h1><p><a title="x &amp; y" href="https://example.com/?a=1&amp;b=2" rel="noopener">外</a>` +
		`<A HREF='https://www.gov.cn/'>内</A><a href="https://u@example.com/">坏</a><a href="https://example.com/" rel="noopener nofollow">继续</a><a id="n">无</a></p></div>{{end}}`
	r, err := New(Config{}, wordViews(main), wordsView)
	if err != nil {
		t.Fatal(err)
	}
	hrefs := func(v kernel.Variant) (links, footer []string) {
		t.Helper()
		doc := page(t, r, Shell{Site: county().In(v), Head: Head{Rest: "/a/1"}, Nav: []Link{{Text: "统计", Href: "https://stats.example.com/"}}, Crumbs: []Link{{Text: "外", Href: "https://c.example.com/"}, {Text: "本页"}}})
		for _, n := range all(doc, "a", "") {
			text := strings.NewReplacer("內", "内", "壞", "坏", "無", "无", "繼續", "继续", "統計", "统计").Replace(inner(n))
			switch href := attr(n, "href"); {
			case within(n, "footer"):
				footer = append(footer, href)
			case strings.Contains(href, "example.com") || text == "内" || text == "坏" || text == "无":
				links = append(links, text+" "+href+" "+attr(n, "rel"))
			}
		}
		return links, footer
	}
	if got, _ := hrefs(""); !strings.Contains(strings.Join(got, "\n"), "外 https://example.com/?a=1&b=2 noopener") {
		t.Errorf("without a key: %q", got)
	}
	if err := r.Warn(outer{"gov.cn"}, []byte("key")); err != nil {
		t.Fatal(err)
	}
	for _, v := range append(kernel.Variants, "") {
		got, footer := hrefs(v)
		s := county().In(v)
		at := func(to string) string {
			return s.Path(LeavingPath) + "?" + url.Values{"from": {"/a/1"}, "to": {to}, "sig": {r.sign(s, "/a/1", to)}}.Encode()
		}
		want := map[string]bool{"外 " + at("https://example.com/?a=1&b=2") + " nofollow": true, "坏  ": true, "无  ": true}
		for _, one := range got {
			delete(want, one)
		}
		text := strings.Join(got, "\n")
		if len(want) > 0 || !strings.Contains(text, "https://www.gov.cn/ ") || !strings.Contains(text, "https://example.com/ noopener nofollow") ||
			!strings.Contains(text, at("https://stats.example.com/")) || !strings.Contains(text, at("https://c.example.com/")) {
			t.Errorf("variant %q: %s\nwithout %v", v, text, want)
		}
		if doors := strings.Join(footer, "\n"); !strings.Contains(doors, markDoor) || strings.Contains(doors, LeavingPath) {
			t.Errorf("variant %q: the footer's doors are %q", v, doors)
		}
	}
}

// FuzzLeaving: whatever an address is, the notice is asked about what url.Parse and a browser read alike, and never about a script.
func FuzzLeaving(f *testing.F) {
	for _, s := range []string{"https://example.com", `\\x`, "//x@y", "https:x", "http://[::1", "javascript://www.gov.cn/%0aalert(1)", "https://www.gov.cn\\.evil.com"} {
		f.Add(s)
	}
	s := county()
	f.Fuzz(func(t *testing.T, href string) {
		host, address, w := destination(s, href)
		if w != abroad {
			if host+address != "" {
				t.Fatalf("%q: %q %q", href, host, address)
			}
			return
		}
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Host == "" || host == "" || strings.ContainsAny(address, "\\ \t\r\n") || strings.ContainsAny(host, "/@:?#%\\") && !strings.Contains(address, "[") {
			t.Fatalf("%q is asked about as %q of %q: %v", href, address, host, err)
		}
	})
}

func BenchmarkAsks(b *testing.B) {
	r, err := New(Config{}, wordViews(wordsHTML), wordsView)
	if err == nil {
		err = r.Warn(outer{"gov.cn"}, []byte("key"))
	}
	if err != nil {
		b.Fatal(err)
	}
	body := []byte(strings.Repeat(`<p>汉滨区人民政府办公室关于印发实施方案的通知 <a href="/a/123">全文</a> <a href="https://example.com/x">来源</a></p>`, 200))
	s := Shell{Site: county(), Head: Head{Rest: "/a/1"}}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		r.asks(s, body)
	}
}
