package app

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/blob/blobtest"
	"github.com/zhanqun/zhanqun/storage/blob/minio"
	"github.com/zhanqun/zhanqun/storage/index"
)

const sub = "1\r\n00:00:00,500 --> 00:00:03,000\r\n防汛演练 <b>现在</b> 开始\r\n"

// E5, E6, d12: a film goes into a text by the plain form, cannot be sent before it has words, is citizens' with its captions while the text is
// public and nobody's after; captions that come later wait for the next review.
func TestAFilmIsPublicAsLongAsItsText(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(corpus.Path(t, "media/av/video-faststart.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	eachBureau(t, func(t *testing.T, o *bureau) {
		io, other := o.hire("media.writer", "IO"), o.hire("media.reviewer", "RV", "SR", "PB")
		at := io.write("防汛演练录像")
		form := leaflet("防汛演练录像")
		form.Set("version", "1")
		form.Set("alt", "防汛演练")
		status, _, body := io.multi(at+"/insert", form, file{"演练.MP4", raw})
		text := textarea(t, body)
		if status != http.StatusOK || !strings.Contains(text, `controls="" preload="none"></video><figcaption>防汛演练</figcaption></figure>`) || !strings.Contains(body, "还没有字幕或文字稿") {
			t.Fatalf("inserting answers %d: %s", status, body)
		}
		form.Set("body", text)
		form.Set("marked", "1")
		io.wants(at, form, http.StatusSeeOther, "saved")
		path := regexp.MustCompile(`/-/media/\d+/full\.mp4`).FindString(io.article(at).Payload.Body)
		page := "/sites/" + io.site.ID.String() + "/media/" + strings.Split(path, "/")[3] + "/av"
		send := func() url.Values {
			return url.Values{"version": {fmt.Sprint(io.article(at).Version)}, "why": {"测试"}}
		}
		io.wants(at+"/send", send(), http.StatusUnprocessableEntity, "“演练.mp4”还没有字幕或文字稿")
		io.sees(at, http.StatusOK, `<a href="`+page+`">演练.mp4</a>`, "还没有字幕或文字稿")
		io.words(t, page)
		if err := o.Queue.Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
		captions := strings.Replace(path, "full.mp4", "captions-1.vtt", 1)
		shown := func(when string, want int) {
			t.Helper()
			for _, p := range []string{path, captions} {
				if status, _, _ := o.askFor(o.site.URL(p)); status != want {
					t.Errorf("%s %s answers citizens %d, want %d", when, p, status, want)
				}
				if status, _, _ := o.askFor("http://hanbin.ankang.localhost:8080" + p); status != http.StatusNotFound {
					t.Errorf("%s another site answers %d", when, status)
				}
				if status, _ := other.get("/sites/" + io.site.ID.String() + p); status != http.StatusOK {
					t.Errorf("%s a reviewer gets %d", when, status)
				}
			}
		}
		shown("a draft's", http.StatusNotFound)
		io.filmByLink(t, at, path, captions)
		io.wants(at+"/send", send(), http.StatusSeeOther, "sent")
		shown("a sent text's", http.StatusNotFound)
		if status, _, body := io.multi(page+"/words", url.Values{"transcript": {"后来改的，认真布署"}, "remove": {"1"}}); status != http.StatusSeeOther {
			t.Errorf("later words answer %d: %s", status, body)
		}
		other.sees(at, http.StatusOK, "captions-1.vtt", "防汛演练 现在 开始")
		io.laterWords(t, text, at)
		other.wants(at+"/review", other.editionOf(at, "do", "publish"), http.StatusSeeOther, "published")
		shown("a public text's", http.StatusOK)
		o.playing(t, at, path)
		found, err := o.Index.Search(context.Background(), index.Query{Sites: []kernel.SiteID{o.site.ID}, Text: "演练 现在 开始", Page: kernel.Page{Number: 1, Size: 9}})
		if err != nil || found.Total != 1 {
			t.Errorf("what is said in it is found %d times, %v", found.Total, err)
		}
		other.wants(at+"/after", url.Values{"how": {"withdraw"}, "reason": {"发错了"}}, http.StatusSeeOther, "withdrawn")
		shown("a withdrawn text's", http.StatusNotFound)
		if !o.DB.Postgres() { // they are the same on both
			o.cleanHTML(t)
		}
	})
}

// laterWords: words of this moment are checked with the next text that has the film, not with the one that was sent before (C9, E6).
func (w *worker) laterWords(t *testing.T, text, sent string) {
	t.Helper()
	next := w.write("又一篇录像")
	form := leaflet("又一篇录像")
	form.Set("version", "1")
	form.Set("body", text)
	form.Set("marked", "1")
	w.wants(next, form, http.StatusSeeOther, "saved")
	w.sees(next, http.StatusOK, "视频“演练.mp4”的文字稿：")
	if _, page := w.get(sent); strings.Contains(page, "的文字稿：") {
		t.Errorf("a text under review is checked with later words: %s", page)
	}
}

// filmByLink: a signed preview plays the film of its text, with its captions.
func (w *worker) filmByLink(t *testing.T, at, path, captions string) {
	t.Helper()
	_, _, body := w.post(at+"/preview", url.Values{"version": {fmt.Sprint(w.article(at).Version)}})
	link := regexp.MustCompile(`http://console\.localhost:8080(/preview/\d+-[A-Za-z0-9_-]{43})<`).FindStringSubmatch(body)
	if link == nil {
		t.Fatalf("no link: %s", body)
	}
	stranger := &worker{bureau: w.bureau, client: w.client}
	if _, page := stranger.get(link[1]); !strings.Contains(page, `src="`+link[1]+path) || !strings.Contains(page, `src="`+link[1]+captions) {
		t.Errorf("a linked preview: %s", page)
	}
	for _, p := range []string{path, captions, strings.Replace(captions, "-1", "-2", 1)} {
		if status, _ := stranger.get(link[1] + p); (status == http.StatusOK) != !strings.Contains(p, "-2") {
			t.Errorf("%s by a link answers %d", p, status)
		}
	}
}

// words puts captions beside a film by its page, after what is no captions.
func (w *worker) words(t *testing.T, page string) {
	t.Helper()
	w.sees(page, http.StatusOK, "用到它的稿件不能送审")
	status, _, body := w.multi(page+"/words", url.Values{"transcript": {""}, "waiver": {"写了一半的理由"}}, file{"字幕.srt", []byte("没有时间")})
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, "字幕第 1 行看不懂") || !strings.Contains(body, "写了一半的理由") {
		t.Errorf("no captions answer %d: %s", status, body)
	}
	status, head, body := w.multi(page+"/words", url.Values{"transcript": {""}, "waiver": {""}}, file{"字幕.srt", []byte(sub)})
	if status != http.StatusSeeOther || head.Get("Location") != page+"?done=words" {
		t.Fatalf("captions answer %d: %s", status, body)
	}
	w.sees(page+"?done=words", http.StatusOK, "已保存", "captions-1.vtt", "防汛演练 现在 开始")
	if status, _, _ := w.post("/sites/1"+page[strings.Index(page, "/media/"):]+"/again", nil); status == http.StatusSeeOther {
		t.Error("another site's people have it made again")
	}
}

// playing is what a citizen gets of a film.
func (o *bureau) playing(t *testing.T, at, path string) {
	t.Helper()
	_, _, page := o.askFor(o.site.URL("/a/" + at[strings.LastIndexByte(at, '/')+1:]))
	for _, want := range []string{`<video controls preload="none" src="/z/guanmiao` + path + `"`, `<track kind="captions" srclang="zh" label="字幕" src="/z/guanmiao` + strings.Replace(path, "full.mp4", "captions-1.vtt", 1) + `" default>`,
		`<summary>文字稿</summary><p>防汛演练 现在 开始</p>`, `download="演练.mp4">下载视频</a>`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not show %s: %s", want, page)
		}
	}
	if strings.Contains(page, "后来改的") || strings.Contains(page, "autoplay") {
		t.Errorf("the page shows what nobody has reviewed: %s", page)
	}
	film := o.site.URL(path)
	_, head, whole := o.askFor(film)
	for name, want := range map[string]string{"Content-Type": "video/mp4", "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff", "Accept-Ranges": "bytes",
		"Content-Security-Policy": "default-src 'none'; media-src 'self'; sandbox; frame-ancestors 'self'", "Content-Disposition": "", "Set-Cookie": ""} {
		if head.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, head.Get(name), want)
		}
	}
	o.parts(t, film, head.Get("Etag"), whole)
	_, head, text := o.askFor(o.site.URL(strings.Replace(path, "full.mp4", "captions-1.vtt", 1)))
	if head.Get("Content-Type") != "text/vtt; charset=utf-8" || text != "WEBVTT\n\n00:00:00.500 --> 00:00:03.000\n防汛演练 现在 开始\n" {
		t.Errorf("captions are %s: %q", head.Get("Content-Type"), text)
	}
}

// E5, promises.md 2.6: while the media store hangs a page comes as ever, and its film is said not to be there in time; it plays on with the store.
func TestAStoreThatHangs(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(corpus.Path(t, "media/av/video-faststart.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	o := openBureau(t, filepath.Join(t.TempDir(), "z.db"))
	to, err := blob.ParseURL(blobtest.S3URL(t))
	if err != nil {
		t.Fatal(err)
	}
	proxy := blobtest.NewProxy(t, to.S3.Endpoint)
	to.S3.Endpoint = proxy.Addr
	store, err := minio.Open(context.Background(), to.S3, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	o.Media.Store = blob.Guard(store, time.Second, kernel.SystemClock)
	io, other := o.hire("hang.writer", "IO"), o.hire("hang.reviewer", "RV", "SR", "PB")
	at := io.write("防汛演练录像")
	form := leaflet("防汛演练录像")
	form.Set("version", "1")
	_, _, body := io.multi(at+"/insert", form, file{"演练.mp4", raw})
	form.Set("body", textarea(t, body))
	form.Set("marked", "1")
	io.wants(at, form, http.StatusSeeOther, "saved")
	path := regexp.MustCompile(`/-/media/\d+/full\.mp4`).FindString(io.article(at).Payload.Body)
	status, _, body := io.multi("/sites/"+io.site.ID.String()+"/media/"+strings.Split(path, "/")[3]+"/av/words", url.Values{"waiver": {"没有人说话。"}})
	if status != http.StatusSeeOther {
		t.Fatalf("a waiver answers %d: %s", status, body)
	}
	io.wants(at+"/send", url.Values{"version": {"2"}, "why": {"测试"}}, http.StatusSeeOther, "sent")
	other.wants(at+"/review", other.editionOf(at, "do", "publish"), http.StatusSeeOther, "published")
	answers := func(when string, film int) {
		t.Helper()
		began := time.Now()
		if status, _, _ := o.askFor(o.site.URL(path)); status != film || time.Since(began) > 5*time.Second {
			t.Errorf("%s the film answers %d after %v, want %d", when, status, time.Since(began), film)
		}
		if status, _, page := o.askFor(o.site.URL("/a/" + at[strings.LastIndexByte(at, '/')+1:])); status != http.StatusOK || !strings.Contains(page, "没有字幕和文字稿：没有人说话。") {
			t.Errorf("%s the page answers %d: %s", when, status, page)
		}
	}
	answers("before", http.StatusOK)
	proxy.Hang()
	answers("while it hangs", http.StatusServiceUnavailable)
	proxy.Resume()
	answers("after", http.StatusOK)
}
