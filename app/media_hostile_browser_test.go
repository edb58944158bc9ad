package app_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/zhanqun/zhanqun/tenants/media/mediatest"
)

// B13, E5, d51 (Must show of issue 5): each file that somebody may send who means no good, uploaded over HTTP: its status and sentence, the headers
// under which it goes out, and what Chromium makes of it when it is opened as a page of its own: no script of any of them runs.
func TestHostileFilesRunNoScript(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	d.enter(1366, staffOf(t, data, "瀛湖镇")["IO"])
	d.write("恶意文件")
	site := regexp.MustCompile(`/sites/\d+`).FindString(eval[string](t, b, `location.pathname`))
	var opened []string
	for _, f := range mediatest.Hostile("http://127.0.0.1:9/a.ts") {
		status, said, path := d.sends(site, f)
		if f.Kind == "" {
			if status != 422 || !strings.Contains(said, f.Say) || path != "" {
				t.Errorf("%s answers %d: %s, %s, want %s", f.Name, status, said, path, f.Say)
			}
			continue
		}
		if status != 200 || path == "" {
			t.Errorf("%.40q answers %d: %s", f.Name, status, said)
			continue
		}
		d.goesOut(site+path, f)
		opened = append(opened, site+path)
	}
	other := b.tab(t)
	if title := other.titled(t, "data:text/html,<script>document.title='"+mediatest.Mark+"'</script>"); title != mediatest.Mark {
		t.Fatalf("a script that runs is not seen: %q", title)
	}
	for _, path := range opened {
		other.open(t, 1366, "about:blank")
		if title := other.titled(t, d.console+path); strings.Contains(title, mediatest.Mark) {
			t.Errorf("%s ran its script", path)
		}
	}
	if len(opened) < 15 {
		t.Errorf("%d files of the table were opened", len(opened))
	}
}

// sends uploads a file as the editor does; path is where it is kept then.
func (d *desk) sends(site string, f mediatest.File) (status int, said, path string) {
	d.t.Helper()
	got := eval[[]string](d.t, d.browser, fmt.Sprintf(`(async()=>{const f=new FormData();f.append('file',new File([Uint8Array.from(atob(%q),c=>c.charCodeAt(0))],%q));`+
		`const r=await fetch('%s/media',{method:'POST',body:f}),j=await r.json();return [String(r.status),j.error??'',(j.items??[]).map(i=>i.html).join('')]})()`,
		base64.StdEncoding.EncodeToString(f.Raw), f.Name, site))
	_, _ = fmt.Sscan(got[0], &status) // no number is no status that anybody wants
	return status, got[1], regexp.MustCompile(`/-/media/\d+/[a-z]+\.[a-z0-9]+`).FindString(got[2])
}

// goesOut holds the headers of a kept file to what it is: nothing that a browser guesses, nothing that it may do, and what is no picture, film or
// sound is kept and not shown.
func (d *desk) goesOut(path string, f mediatest.File) {
	d.t.Helper()
	got := eval[[]string](d.t, d.browser, fmt.Sprintf(`fetch(%q).then(r=>[String(r.status),...['content-type','x-content-type-options','content-security-policy','content-disposition'].map(h=>r.headers.get(h)??'')])`, path))
	want := map[string]string{"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "pdf": "application/pdf", "mp3": "audio/mpeg", "mp4": "video/mp4",
		"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}[f.Kind]
	if got[0] != "200" || got[1] != want || got[2] != "nosniff" || !strings.Contains(got[3], "default-src 'none'") || !strings.Contains(got[3], "sandbox") ||
		strings.HasPrefix(got[4], "attachment") != (f.Kind == "pdf" || f.Kind == "docx") {
		d.t.Errorf("%.40q goes out with %q", f.Name, got)
	}
}

// titled opens an address as a page of its own and answers the title of what is shown then; what is only kept is not shown.
func (b *browser) titled(t *testing.T, address string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	_ = chromedp.Do(ctx, chromedp.Navigate(address)) // a download ends it, and leaves the page before
	return eval[string](t, b, `document.title`)
}
