package app

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// cluster is nodes of the shipped binary over one store, and a house in the test's own process that publishes.
type cluster struct {
	*House
	cfg     Config
	ctx     context.Context // of the people who publish
	nodes   []*process
	flags   []string // of every node
	folder  []string // of each node
	client  *http.Client
	staff   []kernel.AccountID // an author and a reviewer
	batches int                // imported so far
}

// clusterPort is in every address of the cluster's sites, whatever its nodes listen on.
const clusterPort = "8080"

// newCluster opens a house over url, fills it, and starts so many nodes of binary.
func newCluster(t *testing.T, n int, binary, url string, fill func(*testing.T, *cluster), flags ...string) *cluster {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: its processes run without the race detector")
	}
	dir := t.TempDir()
	key := filepath.Join(dir, "key")
	if err := os.WriteFile(key, bytes.Repeat([]byte{71}, keySize), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := Config{Data: dir, Database: url, KeyFile: key, PublicPort: 8080}.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{cfg: cfg, ctx: kernel.WithActor(context.Background(), identity.System("cli")), client: &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 16},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: time.Minute}}
	t.Cleanup(c.client.CloseIdleConnections)
	if c.House, err = openHouse(c.ctx, cfg, kernel.SystemClock, kernel.NewIDs(kernel.SystemClock), true); err != nil {
		t.Fatal(err)
	}
	fill(t, c)
	ctx, cancel := context.WithCancel(context.Background())
	var polling sync.WaitGroup
	polling.Go(func() { c.Revisions.Run(ctx, slog.New(slog.DiscardHandler)) }) // it tells the nodes of its commits
	t.Cleanup(func() {
		cancel()
		polling.Wait()
		_ = c.Close() // the test may have taken its store away
	})
	c.flags = append([]string{"--key-file=" + key, "--public-port=" + clusterPort}, flags...)
	if !slices.ContainsFunc(flags, func(f string) bool { return strings.HasPrefix(f, "--database=") }) {
		c.flags = append(c.flags, "--database="+url)
	}
	for range n {
		c.folder = append(c.folder, t.TempDir())
		c.nodes = append(c.nodes, nil)
		c.start(t, len(c.nodes)-1, binary, freeAddress(t), freeAddress(t))
	}
	for _, p := range c.nodes {
		p.ready(t)
	}
	return c
}

// start starts node i at these addresses without waiting for it.
func (c *cluster) start(t testing.TB, i int, binary, address, ops string) {
	t.Helper()
	c.nodes[i] = launch(t, binary, address, ops, append([]string{"--data=" + c.folder[i]}, c.flags...)...)
}

// fewSites opens the sites of a city and of a county, whose pages are few and change with every publication.
func fewSites(t *testing.T, c *cluster) {
	t.Helper()
	if _, err := c.Orgs.Import(c.ctx, strings.NewReader(fourOrgs), false); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Sites.Import(c.ctx, strings.NewReader("org_code\n610900\n610902\n610902104\n"), false); err != nil {
		t.Fatal(err)
	}
	if err := c.Revisions.Poll(c.ctx); err != nil {
		t.Fatal(err)
	}
	c.hire(t)
}

// hire employs the two people a small office needs.
func (c *cluster) hire(t *testing.T) {
	t.Helper()
	city, err := c.Orgs.ByCode(c.ctx, "610900")
	if err != nil {
		t.Fatal(err)
	}
	for _, login := range []string{"office.author", "office.reviewer"} {
		a, err := c.Accounts.Create(c.ctx, identity.Account{Login: login, Name: "工作人员", Org: city.ID})
		if err != nil {
			t.Fatal(err)
		}
		c.staff = append(c.staff, a.ID)
	}
}

// write takes a notice through a small office's review, with more in its text; it can be published then.
func (c *cluster) write(site kernel.SiteID, title string, more ...string) (article.ID, error) {
	as := func(who kernel.AccountID) context.Context {
		return kernel.WithActor(c.ctx, kernel.Actor{Account: who, Name: "工作人员", Via: "console"})
	}
	id, err := c.Articles.Create(as(c.staff[0]), site, 2, publication.Small, article.Payload{Kind: article.News, Title: title, Body: "<p>正文</p>" + strings.Join(more, "")})
	if err != nil {
		return 0, err
	}
	e, err := c.Articles.Submit(as(c.staff[0]), site, id, 1)
	if err != nil {
		return 0, err
	}
	return id, c.Published.Approve(as(c.staff[1]), site, e, publication.Opinion{Reviewer: c.staff[1], Verdict: publication.Approved, Review: "同意", Secrecy: "不涉密"})
}

// public reports whether an article is public now; err is only a store that does not answer.
func (c *cluster) public(site kernel.SiteID, id article.ID) (bool, error) {
	_, err := c.Published.Live(c.ctx, publication.Object{Site: site, Kind: article.Kind, ID: id})
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Gone) {
		return false, nil
	}
	return err == nil, err
}

// got is an answer, and when its request was sent.
type got struct {
	sent   time.Time
	status int
	stale  bool
	body   []byte
}

// get asks one node for an absolute address of the cluster.
func (c *cluster) get(node int, url string) (got, error) {
	return ask(c.client, c.nodes[node].address, url)
}

// ask sends the request for an absolute address to a listener of this machine.
func ask(client *http.Client, address, url string) (got, error) {
	_, rest, _ := strings.Cut(url, "://")
	host, path, _ := strings.Cut(rest, "/")
	r, err := http.NewRequest(http.MethodGet, "http://"+address+"/"+path, nil)
	if err != nil {
		return got{}, err
	}
	r.Host = host
	g := got{sent: time.Now()}
	a, err := client.Do(r)
	if err != nil {
		return g, err
	}
	defer a.Body.Close()
	g.status, g.stale = a.StatusCode, a.Header.Get("X-Stale") != ""
	g.body, err = io.ReadAll(a.Body)
	return g, err
}

// failures are the lines of a node's log about what was not meant to happen.
func (l *lines) failures() string {
	var out []string
	for line := range strings.Lines(l.String()) {
		if strings.Contains(line, `"ERROR"`) {
			out = append(out, line)
		}
	}
	return strings.Join(out[max(0, len(out)-20):], "")
}
