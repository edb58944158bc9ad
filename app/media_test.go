package app

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/media"
)

// photo is a picture as a telephone takes it: lying on its side, with the place where somebody stood.
func photo(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.RGBA{uint8(x * 255 / w), uint8(y * 255 / h), 90, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	tiff := "MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00GPS 32.6847N 109.0290E"
	exif := "Exif\x00\x00" + tiff
	head := []byte{0xff, 0xd8, 0xff, 0xe1, 0, byte(len(exif) + 2)}
	return append(append(head, exif...), b.Bytes()[2:]...)
}

// file is a file of a form.
type file struct {
	name string
	raw  []byte
}

// multi posts a form with files.
func (w *worker) multi(path string, fields url.Values, files ...file) (int, http.Header, string) {
	w.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name := range fields {
		_ = m.WriteField(name, fields.Get(name)) // a buffer takes everything
	}
	for _, f := range files {
		part, err := m.CreateFormFile("file", f.name)
		if err != nil {
			w.t.Fatal(err)
		}
		_, _ = part.Write(f.raw)
	}
	_ = m.Close()
	r, err := http.NewRequest(http.MethodPost, consoleAt+path, &b)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", m.FormDataContentType())
	return w.send(r)
}

// ask is a citizen's request with a header.
func (o *bureau) askFor(at string, header ...string) (int, http.Header, string) {
	o.t.Helper()
	r, err := http.NewRequest(http.MethodGet, at, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	status, h, body := o.do(o.t, r)
	return status, h, string(body)
}

var pdf = []byte("%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n")

// E5, d12, d51: a picture and a file go into a text by the plain form, are nobody's but the editors' until the text is public, are
// citizens' while it is, below their own site only, and nobody's from the moment it is withdrawn.
func TestAPictureIsPublicAsLongAsItsText(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		io, other := o.hire("media.writer", "IO"), o.hire("media.reviewer", "RV", "SR", "PB")
		at := io.write("防汛演练")
		form := leaflet("防汛演练")
		form.Set("version", "1")
		form.Set("summary", "还没存的摘要")
		form.Set("alt", "队员在江边堆沙袋")
		status, _, body := io.multi(at+"/insert", form, file{"IMG_1.JPG", photo(t, 1200, 800)})
		if status != http.StatusOK || !strings.Contains(body, "还没存的摘要") || !strings.Contains(body, "请大家注意。") {
			t.Fatalf("inserting answers %d: %s", status, body)
		}
		text := textarea(t, body)
		if !strings.Contains(text, `alt="队员在江边堆沙袋" width="800" height="1200"`) {
			t.Fatalf("the text is %s", text)
		}
		form.Set("body", text)
		form.Set("marked", "1")
		status, _, body = io.multi(at+"/insert", form, file{"附件 1 报名表.pdf", pdf})
		if text = textarea(t, body); status != http.StatusOK || !strings.Contains(text, `>附件 1 报名表.pdf</a>（1 KB）`) {
			t.Fatalf("inserting a file answers %d: %s", status, text)
		}
		form.Set("body", text)
		status, _, body = io.multi(at+"/insert", form, file{"页面.html", []byte("<html><script>alert(1)</script>")})
		if status != http.StatusUnprocessableEntity || !strings.Contains(body, "网页和 SVG 里可以藏程序") || textarea(t, body) != text || !strings.Contains(body, "还没存的摘要") {
			t.Errorf("a web page answers %d: %s", status, body)
		}
		io.wants(at, form, http.StatusSeeOther, "saved")
		paths := regexp.MustCompile(`/-/media/\d+/[a-z]+\.[a-z]+`).FindAllString(io.article(at).Payload.Body, -1)
		if len(paths) != 2 {
			t.Fatalf("the text names %q", paths)
		}
		base := "/sites/" + io.site.ID.String()
		nobody := &worker{bureau: o, client: io.client}
		shown := func(when string, want int) {
			t.Helper()
			for _, p := range paths {
				if status, _, _ := o.askFor(o.site.URL(p)); status != want {
					t.Errorf("%s %s answers citizens %d, want %d", when, p, status, want)
				}
				if status, _, _ := o.askFor("http://hanbin.ankang.localhost:8080" + p); status != http.StatusNotFound {
					t.Errorf("%s another site answers %d", when, status)
				}
				if status, _ := nobody.get(base + p); status == http.StatusOK {
					t.Errorf("%s a stranger gets a draft's file", when)
				}
				if status, _ := other.get(base + p); status != http.StatusOK {
					t.Errorf("%s a reviewer gets %d", when, status)
				}
				if status, _ := io.get("/sites/1" + p); status == http.StatusOK {
					t.Errorf("%s another site's editors get it", when)
				}
			}
		}
		shown("a draft's", http.StatusNotFound)
		for _, page := range []string{at, at + "/preview/page"} {
			if _, body := other.get(page); !strings.Contains(body, `<img src="`+base+paths[0]) || !strings.Contains(body, `href="`+base+paths[1]) {
				t.Errorf("%s shows no picture: %s", page, body)
			}
		}
		io.linked(t, at, paths)
		io.wants(at+"/send", url.Values{"version": {fmt.Sprint(io.article(at).Version)}, "why": {"测试"}}, http.StatusSeeOther, "sent")
		shown("a sent text's", http.StatusNotFound)
		other.wants(at+"/review", other.editionOf(at, "do", "publish"), http.StatusSeeOther, "published")
		shown("a public text's", http.StatusOK)
		o.served(t, at, paths)
		if flaws, err := o.Media.Flaws(context.Background(), o.site.ID); err != nil || len(flaws) != 0 {
			t.Errorf("the store and the rows differ: %v, %v", flaws, err)
		}
		other.wants(at+"/after", url.Values{"how": {"withdraw"}, "reason": {"发错了"}}, http.StatusSeeOther, "withdrawn")
		shown("a withdrawn text's", http.StatusNotFound)
		if !o.DB.Postgres() { // they are the same on both
			o.cleanHTML(t)
		}
	})
}

// textarea is the body of a form as it would be sent.
func textarea(t *testing.T, page string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, `<textarea class="body-text"`)
	_, rest, _ = strings.Cut(rest, ">\n")
	text, _, _ := strings.Cut(rest, "</textarea>")
	if !ok {
		t.Fatalf("no text area: %s", page)
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#34;", `"`, "&amp;", "&").Replace(text)
}

// linked: a signed preview shows the pictures of its text and of no other.
func (w *worker) linked(t *testing.T, at string, paths []string) {
	t.Helper()
	_, _, body := w.post(at+"/preview", url.Values{"version": {fmt.Sprint(w.article(at).Version)}})
	link := regexp.MustCompile(`http://console\.localhost:8080(/preview/\d+-[A-Za-z0-9_-]{43})<`).FindStringSubmatch(body)
	if link == nil {
		t.Fatalf("no link: %s", body)
	}
	stranger := &worker{bureau: w.bureau, client: w.client}
	if _, page := stranger.get(link[1]); !strings.Contains(page, `src="`+link[1]+paths[0]) || !strings.Contains(page, `href="`+link[1]+paths[1]) {
		t.Errorf("a linked preview: %s", page)
	}
	ctx := kernel.WithActor(context.Background(), kernel.Actor{Account: w.account.ID, Via: "console"})
	foreign, err := w.Media.Take(ctx, w.site.ID, "别的.pdf", append([]byte("%PDF-1.4\n"), pdf...))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{paths[0]: 200, paths[1]: 200, foreign.Path(): 404, "/-/media/1/full.jpg": 404, "/-/media/x/full.jpg": 404} {
		if status, _ := stranger.get(link[1] + path); status != want {
			t.Errorf("%s by a link answers %d, want %d", path, status, want)
		}
	}
}

// served is what a citizen gets: the right picture, without the place where it was taken, in parts when asked.
func (o *bureau) served(t *testing.T, at string, paths []string) {
	t.Helper()
	_, _, page := o.askFor(o.site.URL("/a/" + at[strings.LastIndexByte(at, '/')+1:]))
	small := regexp.MustCompile(`/z/guanmiao/-/media/\d+/320\.jpg`).FindString(page)
	if small == "" || !strings.Contains(page, `<img src="/z/guanmiao`+paths[0]+`" srcset="`+small+` 320w, `) || !strings.Contains(page, `href="/z/guanmiao`+paths[1]) {
		t.Errorf("the page shows %s", page)
	}
	picture := o.site.URL(paths[0])
	status, head, whole := o.askFor(picture)
	c, err := jpeg.DecodeConfig(strings.NewReader(whole))
	if err != nil || c.Width != 800 || c.Height != 1200 || strings.Contains(whole, "GPS") || strings.Contains(whole, "Exif") {
		t.Errorf("%d: %v %v, %d bytes", status, c, err, len(whole))
	}
	for name, want := range map[string]string{"Content-Type": "image/jpeg", "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff", "Accept-Ranges": "bytes",
		"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'self'", "Content-Disposition": "", "Set-Cookie": ""} {
		if head.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, head.Get(name), want)
		}
	}
	if r, err := http.NewRequest(http.MethodHead, picture, nil); err != nil {
		t.Fatal(err)
	} else if status, head, body := o.do(t, r); status != 200 || head.Get("Content-Length") != fmt.Sprint(len(whole)) || len(body) != 0 {
		t.Errorf("HEAD answers %d, %s bytes, sends %d", status, head.Get("Content-Length"), len(body))
	}
	if _, head, _ := o.askFor(o.site.URL(paths[1])); head.Get("Content-Disposition") != "attachment; filename*=UTF-8''%E9%99%84%E4%BB%B6%201%20%E6%8A%A5%E5%90%8D%E8%A1%A8.pdf" {
		t.Errorf("a file's name is %q", head.Get("Content-Disposition"))
	}
	o.parts(t, picture, head.Get("Etag"), whole)
	for path, want := range map[string]int{small[len("/z/guanmiao"):]: 200, strings.Replace(paths[0], "full", "321", 1): 404, strings.Replace(paths[0], ".jpg", ".png", 1): 404, paths[0] + "?a=1": 301} {
		if status, _, _ := o.askFor(o.site.URL(path)); status != want {
			t.Errorf("%s answers %d, want %d", path, status, want)
		}
	}
}

// parts asks for a file in every way that RFC 9110 13 and 14 know.
func (o *bureau) parts(t *testing.T, file, tag, whole string) {
	t.Helper()
	n := len(whole)
	for _, c := range []struct {
		header, value string
		status        int
		body          string
	}{
		{"If-None-Match", tag, 304, ""}, {"If-None-Match", `"x", W/` + tag, 304, ""}, {"If-None-Match", `"x"`, 200, whole},
		{"Range", "bytes=0-9", 206, whole[:10]}, {"Range", "bytes=-7", 206, whole[n-7:]}, {"Range", fmt.Sprintf("bytes=%d-", n-3), 206, whole[n-3:]},
		{"Range", fmt.Sprintf("bytes=5-%d", n+9), 206, whole[5:]}, {"Range", fmt.Sprintf("bytes=%d-", n), 416, ""}, {"Range", "bytes=-0", 416, ""},
		{"Range", "bytes=0-1,3-4", 200, whole}, {"Range", "bytes=9-1", 200, whole}, {"Range", "bytes=+1-2", 200, whole}, {"Range", "lines=1-2", 200, whole},
		{"Range", "bytes=-", 200, whole}, {"Range", "bytes=0-", 206, whole},
	} {
		status, head, body := o.askFor(file, c.header, c.value)
		if status != c.status || body != c.body {
			t.Errorf("%s: %s answers %d and %d bytes, want %d and %d", c.header, c.value, status, len(body), c.status, len(c.body))
		}
		if at := head.Get("Content-Range"); (at == "") != (status == 200 || status == 304) || status == 416 && at != fmt.Sprintf("bytes */%d", n) {
			t.Errorf("%s: %s answers %d of %q", c.header, c.value, status, at)
		}
	}
	for when, want := range map[string]int{`"old"`: 200, tag: 206, "Thu, 01 Jan 1970 00:00:00 GMT": 200} {
		if status, _, body := o.askFor(file, "Range", "bytes=0-9", "If-Range", when); status != want || len(body) != map[int]int{200: n, 206: 10}[want] {
			t.Errorf("part of it if it is %s answers %d, %d bytes", when, status, len(body))
		}
	}
}

// keeping is the media room over a store.
func (tw *town) keeping(t *testing.T, store string) *media.Media {
	t.Helper()
	r := tw.Media.Room
	var err error
	if r.Store, err = openStore(context.Background(), Config{Media: store}); err != nil {
		t.Fatal(err)
	}
	return media.New(r)
}

// pictured gives a public article of the site a picture.
func (tw *town) pictured(t *testing.T, site kernel.SiteID, who kernel.AccountID, store string) {
	t.Helper()
	ctx := kernel.WithActor(context.Background(), kernel.Actor{Account: who, Via: "console"})
	m := tw.keeping(t, store)
	all, err := tw.Published.List(ctx, site, publication.Filter{Kind: article.Kind}, kernel.Page{Number: 1, Size: 1})
	if err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	i, err := m.Take(ctx, site, "江.jpg", photo(t, 400, 300))
	if err == nil {
		err = m.Use(ctx, site, int64(all[0].Edition), i.Markup("汉江"))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// shows: what pictured has done stands in another place as well, rows, uses and bytes.
func (tw *town) shows(t *testing.T, site kernel.SiteID, store string) {
	t.Helper()
	ctx := context.Background()
	var ids []media.ID
	if err := tw.DB.Conn(ctx).NewRaw("SELECT id FROM media WHERE site_id = ?", site).Scan(ctx, &ids); err != nil || len(ids) != 1 {
		t.Fatalf("items %v, %v", ids, err)
	}
	m := tw.keeping(t, store)
	i, err := m.Public(ctx, site, ids[0])
	if err != nil || i.Name != "江.jpg" {
		t.Fatalf("%+v, %v", i, err)
	}
	if flaws, err := m.Flaws(ctx, site); err != nil || len(flaws) > 0 {
		t.Errorf("%v, %v", flaws, err)
	}
}
