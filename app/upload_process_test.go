package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
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
