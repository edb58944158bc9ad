package app

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// town is a house that serves on loopback under a clock that stands still, unless a test lets time pass.
type town struct {
	*House
	client *http.Client
	passed atomic.Int64 // since townStart, in nanoseconds: requests read it while a test moves it
	port   int
	data   string // its folder
}

var townStart = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

// serveHouse opens a house over url and serves it until the test ends. add may bring routes of the test's own.
func serveHouse(t *testing.T, url string, domain string, add ...func(*House)) *town {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tw := &town{port: 8080}
	data := t.TempDir()
	tw.data = data
	key := filepath.Join(data, "key")
	if err := os.WriteFile(key, bytes.Repeat([]byte{71}, 32), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := Config{Data: data, Database: url, KeyFile: key, Domain: domain, PublicPort: tw.port}.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	if tw.House, err = openHouse(ctx, cfg, tw.clock(), kernel.NewSeededIDs(tw.clock(), 71), false); err != nil {
		t.Fatal(err)
	}
	for _, f := range add {
		f(tw.House)
	}
	var wg sync.WaitGroup
	wg.Go(func() { tw.Revisions.Run(ctx, slog.New(slog.DiscardHandler)) })
	wg.Go(func() {
		if err := tw.Server.Serve(ctx, ln); err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", ln.Addr().String())
	}
	tw.client = &http.Client{
		Transport:     &http.Transport{DialContext: dial, MaxIdleConnsPerHost: 4},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       30 * time.Second,
	}
	t.Cleanup(func() {
		tw.client.CloseIdleConnections()
		cancel()
		wg.Wait()
		if err := tw.Close(); err != nil {
			t.Error(err)
		}
	})
	return tw
}

// clock is the one the house runs under.
func (tw *town) clock() kernel.Clock { return tw.now }

func (tw *town) now() time.Time { return townStart.Add(time.Duration(tw.passed.Load())) }

// pass lets time go by.
func (tw *town) pass(d time.Duration) { tw.passed.Add(int64(d)) }

func (tw *town) get(t *testing.T, url string) (status int, header http.Header, body []byte) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return tw.do(t, r)
}

func (tw *town) do(t *testing.T, r *http.Request) (status int, header http.Header, body []byte) {
	t.Helper()
	return tw.doWith(t, tw.client, r)
}

func (tw *town) doWith(t *testing.T, client *http.Client, r *http.Request) (status int, header http.Header, body []byte) {
	t.Helper()
	a, err := client.Do(r)
	if err != nil {
		t.Fatalf("get %s: %v", r.URL, err)
	}
	defer a.Body.Close()
	body, err = io.ReadAll(a.Body)
	if err != nil {
		t.Fatalf("read %s: %v", r.URL, err)
	}
	return a.StatusCode, a.Header, body
}

// openCity imports the city's divisions and opens a site for each that is to have one.
func (tw *town) openCity(t *testing.T, ctx context.Context) {
	t.Helper()
	if _, err := tw.Orgs.Import(ctx, corpus.Open(t, "ankang-divisions.csv"), false); err != nil {
		t.Fatalf("import the divisions: %v", err)
	}
	var sheet bytes.Buffer
	if err := tw.Sites.DeriveCSV(ctx, &sheet, "localhost"); err != nil {
		t.Fatal(err)
	}
	if _, err := tw.Sites.Import(ctx, bytes.NewReader(sheet.Bytes()), false); err != nil {
		t.Fatalf("open the sites: %v", err)
	}
	if err := tw.Revisions.Poll(ctx); err != nil {
		t.Fatal(err)
	}
}

func (tw *town) people(t *testing.T, ctx context.Context) (author, reviewer kernel.AccountID) {
	t.Helper()
	city, err := tw.Orgs.ByCode(ctx, "610900")
	if err != nil {
		t.Fatal(err)
	}
	var ids []kernel.AccountID
	for _, login := range []string{"import.author", "import.reviewer"} {
		a, err := tw.Accounts.Create(ctx, identity.Account{Login: login, Name: "迁移专员", Org: city.ID})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, a.ID)
	}
	return ids[0], ids[1]
}

func (tw *town) targets() (all []article.Target) {
	for _, s := range tw.Sites.AllPublic() {
		_, host, _ := strings.Cut(s.Origin, "://")
		all = append(all, article.Target{Site: s.ID, Name: host + s.Prefix, Level: s.Level})
	}
	return all
}

// wire asks for an address exactly as it is written, which net/http would not, and returns the status.
func (tw *town) wire(t *testing.T, url string) (status int) {
	t.Helper()
	host, path, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	c, err := tw.client.Transport.(*http.Transport).DialContext(t.Context(), "tcp", "")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := fmt.Fprintf(c, "GET /%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path, host); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	answer.Body.Close()
	return answer.StatusCode
}
