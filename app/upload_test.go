package app

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/storage/blob/blobtest"
	"github.com/zhanqun/zhanqun/tenants/media"
)

const (
	tusPiece = "application/offset+octet-stream"
	filmHead = "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"
)

// tus asks as a client of the protocol does.
func (w *worker) tus(method, path, body string, header ...string) (int, http.Header, string) {
	w.t.Helper()
	r, err := http.NewRequest(method, consoleAt+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Tus-Resumable", "1.0.0")
	r.Header.Set("Accept", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return w.send(r)
}

// unsized is a body that does not say how long it is.
func unsized(s string) io.Reader { return io.MultiReader(strings.NewReader(s)) }

func words(name, alt string) string {
	return "filename " + base64.StdEncoding.EncodeToString([]byte(name)) + ",alt " + base64.StdEncoding.EncodeToString([]byte(alt))
}

// fate is what the server says became of an upload.
type fate struct {
	State        string
	Offset, Size int64
	Items        []struct{ HTML string }
	Error        string
}

// B13 (tus 1.0: core, creation, expiration, termination): a film goes to the server in pieces, as any client of the protocol sends it; only who has
// begun it may go on; nobody has it before it is whole, and citizens have it no sooner than a text that is public.
func TestAnUploadInPieces(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		io, other, reviewer := o.hire("tus.writer", "IO"), o.hire("tus.other", "IO"), o.hire("tus.reviewer", "RV")
		base := "/sites/" + o.site.ID.String() + "/media/uploads"
		portal, _, _ := o.Sites.ByAddress("http://ankang.localhost:8080/")
		status, head, _ := io.tus("OPTIONS", base, "")
		if status != 204 || head.Get("Tus-Version") != "1.0.0" || head.Get("Tus-Extension") != "creation,expiration,termination" || head.Get("Tus-Max-Size") != fmt.Sprint(256<<20) {
			t.Errorf("OPTIONS answers %d, %v", status, head)
		}
		raw := filmHead + string(blobtest.Bytes(3<<20, 7))
		status, head, body := io.tus("POST", base, "", "Upload-Length", fmt.Sprint(len(raw)), "Upload-Metadata", words("防汛演练.mp4", "演练"))
		at := head.Get("Location")
		if status != 201 || !strings.HasPrefix(at, base+"/") || head.Get("Tus-Resumable") != "1.0.0" || head.Get("Cache-Control") != "no-store" {
			t.Fatalf("POST answers %d, %v: %s", status, head, body)
		}
		if until, err := http.ParseTime(head.Get("Upload-Expires")); err != nil || until.Sub(o.now()) < 23*time.Hour {
			t.Errorf("it expires at %q", head.Get("Upload-Expires"))
		}
		one := raw[:1<<20]
		if status, head, _ := io.tus("PATCH", at, one, "Content-Type", tusPiece, "Upload-Offset", "0"); status != 204 || head.Get("Upload-Offset") != fmt.Sprint(1<<20) {
			t.Fatalf("PATCH answers %d, %v", status, head)
		}
		status, head, body = other.tus("HEAD", at, "")
		if status != 404 || head.Get("Upload-Offset") != "" || body != "" {
			t.Errorf("somebody else's HEAD answers %d, %v", status, head)
		}
		for name, c := range map[string]struct {
			who          *worker
			method, path string
			body         string
			header       []string
			want         int
		}{
			"another version":       {io, "PATCH", at, one, []string{"Tus-Resumable", "0.2.2"}, 412},
			"another type":          {io, "PATCH", at, one, []string{"Content-Type", "application/octet-stream", "Upload-Offset", "1048576"}, 415},
			"the first piece again": {io, "PATCH", at, one, []string{"Content-Type", tusPiece, "Upload-Offset", "0"}, 409},
			"no offset":             {io, "PATCH", at, one, []string{"Content-Type", tusPiece}, 422},
			"a signed offset":       {io, "PATCH", at, one, []string{"Content-Type", tusPiece, "Upload-Offset", "+1048576"}, 422},
			"a negative offset":     {io, "PATCH", at, one, []string{"Content-Type", tusPiece, "Upload-Offset", "-1"}, 422},
			"more than a piece":     {io, "PATCH", at, strings.Repeat("x", media.PieceMost+1), []string{"Content-Type", tusPiece, "Upload-Offset", "1048576"}, 413},
			"somebody else's piece": {other, "PATCH", at, one, []string{"Content-Type", tusPiece, "Upload-Offset", "1048576"}, 404},
			"somebody else ends it": {other, "DELETE", at, "", nil, 404},
			"a reviewer's":          {reviewer, "POST", base, "", []string{"Upload-Length", "5"}, 403},
			"nobody's":              {&worker{bureau: o, client: io.client}, "POST", base, "", []string{"Upload-Length", "5"}, 401},
			"another site's":        {io, "POST", "/sites/" + portal.ID.String() + "/media/uploads", "", []string{"Upload-Length", "5"}, 403},
			"of no length":          {io, "POST", base, "", nil, 422},
			"too large":             {io, "POST", base, "", []string{"Upload-Length", "5368709120"}, 413},
			"no number":             {io, "HEAD", base + "/x", "", nil, 404},
			"nothing there":         {io, "GET", base + "/77", "", nil, 404},
			"another method":        {io, "PUT", at, "", nil, 405},
			"a piece of a form":     {io, "PATCH", "/sites/" + o.site.ID.String() + "/media", "", nil, 405},
		} {
			if status, _, body := c.who.tus(c.method, c.path, c.body, c.header...); status != c.want || c.want != 405 && c.want != 403 && c.method != "HEAD" && !strings.HasPrefix(body, "{") {
				t.Errorf("%s answers %d, want %d: %.200s", name, status, c.want, body)
			}
		}
		r, err := http.NewRequest("PATCH", consoleAt+at, unsized(one))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{"Tus-Resumable": {"1.0.0"}, "Content-Type": {tusPiece}, "Upload-Offset": {"1048576"}}
		if status, _, body := io.send(r); status != 411 {
			t.Errorf("a piece that does not say its size answers %d: %s", status, body)
		}
		status, head, _ = io.tus("HEAD", at, "")
		if status != 200 || head.Get("Upload-Offset") != "1048576" || head.Get("Upload-Length") != fmt.Sprint(len(raw)) || head.Get("Upload-Metadata") != words("防汛演练.mp4", "演练") {
			t.Errorf("HEAD answers %d, %v", status, head)
		}
		if status, _, _ := io.tus("PATCH", at, raw[1<<20:], "Content-Type", tusPiece, "Upload-Offset", "1048576"); status != 204 {
			t.Fatalf("the rest answers %d", status)
		}
		if _, _, body := io.tus("GET", at, ""); !strings.Contains(body, `"state":"whole"`) || !strings.Contains(body, `"items":[]`) {
			t.Errorf("before it is kept: %s", body)
		}
		if err := o.Queue.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		o.filmed(t, io, at, raw)
		o.refuses(t, io, base)
	})
}

// filmed: the file is there for editors, byte for byte, and not for citizens; its upload can be forgotten.
func (o *bureau) filmed(t *testing.T, io *worker, at, raw string) {
	t.Helper()
	var f fate
	_, _, body := io.tus("GET", at, "")
	if err := json.Unmarshal([]byte(body), &f); err != nil || f.State != "kept" || len(f.Items) != 1 || f.Offset != int64(len(raw)) {
		t.Fatalf("%v: %s", err, body)
	}
	_, path, _ := strings.Cut(f.Items[0].HTML, `"`)
	path, _, _ = strings.Cut(path[strings.Index(path, "/-/media/"):], `"`)
	if status, body := io.get("/sites/" + o.site.ID.String() + path); status != 200 || body != raw {
		t.Errorf("%s answers %d and %d bytes", path, status, len(body))
	}
	if status, _, _ := o.askFor(o.site.URL(path)); status != 404 {
		t.Errorf("citizens get %d", status)
	}
	if status, _, _ := io.tus("DELETE", at, ""); status != 204 {
		t.Errorf("DELETE answers %d", status)
	}
	if status, _, _ := io.tus("HEAD", at, ""); status != 404 {
		t.Errorf("after that HEAD answers %d", status)
	}
}

// refuses: what is no file of a site is refused when it is whole, with the sentence that every upload gets.
func (o *bureau) refuses(t *testing.T, io *worker, base string) {
	t.Helper()
	page := "<html><script>" + strings.Repeat("alert(1);", 100)
	_, head, _ := io.tus("POST", base, "", "Upload-Length", fmt.Sprint(len(page)), "Upload-Metadata", words("页面.mp4", ""))
	at := head.Get("Location")
	if status, _, body := io.tus("PATCH", at, page, "Content-Type", tusPiece, "Upload-Offset", "0"); status != 204 {
		t.Fatalf("%d: %s", status, body)
	}
	if err := o.Queue.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, _, body := io.tus("GET", at, ""); !strings.Contains(body, `"state":"refused"`) || !strings.Contains(body, "网页和 SVG 里可以藏程序") {
		t.Errorf("a web page: %s", body)
	}
	if flaws, err := o.Media.Flaws(t.Context(), o.site.ID); err != nil || len(flaws) != 0 {
		t.Errorf("the store and the rows differ: %v, %v", flaws, err)
	}
}

// B13, Y1: the proxies that are shipped let through what the desk's routes take, and no more elsewhere.
func TestTheProxyLetsFilesThrough(t *testing.T) {
	t.Parallel()
	tw := serveHouse(t, filepath.Join(t.TempDir(), "z.db"), "localhost")
	for _, name := range []string{"zhanqun.conf", "compose.conf"} {
		b, err := os.ReadFile(filepath.Join("..", "deploy", "nginx", name))
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(`location ~ (\S+) \{\s+proxy_pass http://zhanqun;\s+client_max_body_size (\d+)m;`).FindStringSubmatch(string(b))
		if found == nil {
			t.Fatalf("%s has no place for files", name)
		}
		place, most := regexp.MustCompile(found[1]), 0
		if most, err = strconv.Atoi(found[2]); err != nil {
			t.Fatal(err)
		}
		files := 0
		for _, r := range tw.Server.Router().Routes() {
			if path := parameter.ReplaceAllString(r.Path, "7"); r.MaxBody > 1<<20 {
				if files++; !place.MatchString(path) || r.MaxBody > most<<20 {
					t.Errorf("%s: %s takes %d bytes, which the proxy does not", name, r.Path, r.MaxBody)
				}
			}
		}
		if files < 5 || place.MatchString("/signin") || place.MatchString("/a/7") {
			t.Errorf("%s: %d routes take files, by %s", name, files, found[1])
		}
	}
}
