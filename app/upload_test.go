package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/blob/blobtest"
	"github.com/zhanqun/zhanqun/storage/db"
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

// sender brings one film to a process of the shipped program.
type sender struct {
	t      *testing.T
	p      *process
	client *http.Client
	cookie string
	site   string
	size   int64
	sum    hash.Hash
	made   map[int64]bool // pieces that are in the sum
}

func newSender(t *testing.T, data string, size int64, args ...string) (s *sender, again func()) {
	t.Helper()
	s = &sender{t: t, size: size, sum: sha256.New(), made: map[int64]bool{}, site: writerAt(t, data)}
	address, ops := freeAddress(t), freeAddress(t)
	args = append(args, "--data="+data)
	start := func() { s.p = launch(t, program(t), address, ops, args...).ready(t) }
	start()
	s.client = &http.Client{Timeout: 5 * time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", address)
		}}}
	t.Cleanup(s.client.CloseIdleConnections)
	answer, err := s.ask("POST", "/signin", strings.NewReader(url.Values{"login": {"proof.0"}, "password": {deskPassword}, "to": {"/"}}.Encode()), "Content-Type", formKind)
	if err != nil || answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("signing in: %v, %v", answer, err)
	}
	s.cookie = strings.Split(answer.Header.Get("Set-Cookie"), ";")[0]
	return s, start
}

// writerAt makes a site and somebody who writes for it, in the folder of a server that is not running.
func writerAt(t *testing.T, data string) (site string) {
	t.Helper()
	d, err := db.Open(t.Context(), filepath.Join(data, storeName))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	w, err := settle(d)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Accounts.Appoint(w.ctx, identity.Appointment{Account: w.Author, Role: policies.Role("IO"), Org: w.County, Document: "汉政任〔2026〕1号"}); err != nil {
		t.Fatal(err)
	}
	if err := w.Accounts.SetPassword(w.ctx, w.Author, deskPassword); err != nil {
		t.Fatal(err)
	}
	// somebody has to be its administrator, or the console asks for the first
	if _, err := w.Accounts.Appoint(w.ctx, identity.Appointment{Account: w.Signers[0], Role: policies.Role("SA"), Org: w.City, Document: "安政任〔2026〕2号"}); err != nil {
		t.Fatal(err)
	}
	return w.Site.String()
}

func (s *sender) ask(method, path string, body io.Reader, header ...string) (*http.Response, error) {
	r, err := http.NewRequest(method, "http://console.localhost:8080"+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	if half, is := body.(*breaking); is {
		r.ContentLength = half.says
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Tus-Resumable", "1.0.0")
	r.Header.Set("Cookie", s.cookie)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(path, "/sites/") && method == "GET" && strings.Contains(path, "/-/") {
		return answer, nil // its body is read elsewhere
	}
	said, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	answer.Body = io.NopCloser(bytes.NewReader(said))
	return answer, err
}

// piece is what stands at an offset: the same each time it is asked for, and once in the sum.
func (s *sender) piece(at int64) []byte {
	b := blobtest.Bytes(int(min(media.PieceMost, s.size-at)), uint64(at/media.PieceMost))
	if at == 0 {
		copy(b, filmHead)
	}
	if !s.made[at] {
		s.made[at] = true
		s.sum.Write(b)
	}
	return b
}

// put sends the piece at an offset, and says whether it was taken.
func (s *sender) put(at string, offset int64, body io.Reader) bool {
	s.t.Helper()
	answer, err := s.ask("PATCH", at, body, "Content-Type", tusPiece, "Upload-Offset", fmt.Sprint(offset))
	if err != nil {
		return false
	}
	if answer.StatusCode != 204 {
		said, _ := io.ReadAll(answer.Body) // a reader over bytes
		s.t.Fatalf("the piece at %d answers %d: %s", offset, answer.StatusCode, said)
	}
	return true
}

// from is where the server wants to go on.
func (s *sender) from(at string) int64 {
	s.t.Helper()
	answer, err := s.ask("HEAD", at, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	n, err := strconv.ParseInt(answer.Header.Get("Upload-Offset"), 10, 64)
	if err != nil || answer.StatusCode != 200 {
		s.t.Fatalf("HEAD answers %d, %v", answer.StatusCode, answer.Header)
	}
	return n
}

var errLine = errors.New("the line broke")

// breaking gives the first half of a piece, and then no more.
type breaking struct {
	half *bytes.Reader
	says int64
}

func (b *breaking) Read(p []byte) (int, error) {
	if b.half.Len() == 0 {
		return 0, errLine
	}
	return b.half.Read(p)
}

// peak is the most memory that the process has ever had, as the kernel counts it.
func (s *sender) peak() int64 {
	l := &visitors{t: s.t, p: s.p}
	n := l.kernelSays("VmHWM")
	if n == 0 {
		s.t.Fatal("the kernel does not say how much memory it takes")
	}
	return n
}

// Issue 5 Must show 1 (B13): the shipped program takes a film whose line breaks three times and which outlives a kill of the server; it is the
// same film in the end, and the server's memory, as the kernel counts it, is that of a few pieces, in a folder and on S3.
func TestAnUploadOfTheShippedProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the process it measures is not under the race detector")
	}
	for name, args := range map[string]func(t *testing.T) []string{
		"a folder": func(*testing.T) []string { return nil },
		"S3":       func(t *testing.T) []string { return []string{"--media=" + blobtest.S3URL(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			s, again := newSender(t, t.TempDir(), int64(proof.Times(24<<20+4321, 1<<30)), args(t)...)
			s.film(again)
		})
	}
}

const uploadPeak = 200 << 20

func (s *sender) film(again func()) {
	t := s.t
	began := time.Now()
	answer, err := s.ask("POST", "/sites/"+s.site+"/media/uploads", nil, "Upload-Length", fmt.Sprint(s.size), "Upload-Metadata", words("大会.mp4", ""))
	if err != nil || answer.StatusCode != 201 {
		t.Fatalf("%v, %v", answer, err)
	}
	at, peak, broke := answer.Header.Get("Location"), int64(0), 0
	pieces := (s.size + media.PieceMost - 1) / media.PieceMost
	for offset := int64(0); offset < s.size; {
		b, n := s.piece(offset), offset/media.PieceMost
		if broke < 3 && n == int64(broke)*pieces/4 {
			broke++
			if s.put(at, offset, &breaking{bytes.NewReader(b[:len(b)/2]), int64(len(b))}) {
				t.Fatal("half a piece was taken")
			}
			if broke == 2 {
				peak = s.peak()
				s.p.Kill()
				again()
			}
			if got := s.from(at); got != offset {
				t.Fatalf("after the break it goes on from %d, want %d", got, offset)
			}
		}
		if s.put(at, offset, bytes.NewReader(b)) {
			offset += int64(len(b))
		}
	}
	sent := time.Since(began)
	path := s.settled(at)
	took := time.Since(began) - sent
	got, err := s.ask("GET", "/sites/"+s.site+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, got.Body)
	if want := hex.EncodeToString(s.sum.Sum(nil)); err != nil || n != s.size || hex.EncodeToString(sum.Sum(nil)) != want {
		t.Errorf("it comes back as %d bytes with %x, want %d with %s; %v", n, sum.Sum(nil), s.size, want, err)
	}
	peak = max(peak, s.peak())
	t.Logf("%d MB in %v with %d broken lines and a kill; kept %v later; peak %d MB", s.size>>20, sent.Round(time.Millisecond), broke, took.Round(time.Millisecond), peak>>20)
	if broke != 3 || peak > uploadPeak {
		t.Errorf("%d broken lines, a peak of %d MB, the cap is %d", broke, peak>>20, uploadPeak>>20)
	}
	if code := s.p.stop(); code != 0 {
		t.Errorf("stopped with %d\n%s", code, s.p.said)
	}
}

// settled waits until the film is kept, and answers its address.
func (s *sender) settled(at string) string {
	s.t.Helper()
	tick, late := time.NewTicker(20*time.Millisecond), time.After(5*time.Minute)
	defer tick.Stop()
	for ; ; <-tick.C {
		select {
		case <-late:
			s.t.Fatalf("not kept after five minutes: %s", s.p.said)
		default:
		}
		var f fate
		answer, err := s.ask("GET", at, nil)
		if err == nil {
			err = json.NewDecoder(answer.Body).Decode(&f)
		}
		if err != nil || f.State == "refused" {
			s.t.Fatalf("%+v, %v", f, err)
		}
		if f.State == "kept" {
			_, path, _ := strings.Cut(f.Items[0].HTML, "/-/media/")
			path, _, _ = strings.Cut(path, `"`)
			return "/-/media/" + path
		}
	}
}
