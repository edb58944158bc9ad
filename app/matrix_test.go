package app

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/policies"
)

// cell is one question that the table of decisions answers.
type cell struct {
	role, relation string
	action         policies.Action
}

// table reads policies/decisions.csv: what each cell says, and the class of every action. A cell that is not named is deny.
func table(t *testing.T) (cells map[cell]string, classes map[policies.Action]string) {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "policies", "decisions.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cells, classes = map[cell]string{}, map[policies.Action]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if c := strings.Split(lines.Text(), ","); len(c) == 5 && !strings.HasPrefix(c[0], "#") && c[0] != "role" {
			cells[cell{c[0], c[1], policies.Action(c[3])}] = c[4]
			classes[policies.Action(c[3])] = c[2]
		}
	}
	if len(cells) < 1000 {
		t.Fatalf("only %d decisions", len(cells))
	}
	return cells, classes
}

// everyAction adds guarded routes to a house for every action there is, until the rooms bring theirs: they read an article of the
// path's site, or say that they were reached. Every stride-th action only, so that the short form stays short.
func everyAction(t *testing.T, stride int) func(h *House) {
	_, classes := table(t)
	var actions []policies.Action
	for a, class := range classes {
		if class != "X" {
			actions = append(actions, a)
		}
	}
	slices.Sort(actions)
	return func(h *House) {
		read := func(c *fiber.Ctx) error {
			site, _ := kernel.ParseID[kernel.SiteID](c.Params("site")) // the door has read it
			id, _ := kernel.ParseID[int64](c.Params("id"))             // 0 is nobody's
			d, err := h.Articles.Get(c.UserContext(), site, id)
			if err != nil {
				return err
			}
			return c.SendString(d.Payload.Title)
		}
		for i, a := range actions {
			if i%stride != 0 {
				continue
			}
			route := web.ActionRoute{Room: "matrix", Method: http.MethodGet, Path: "/sites/:site/matrix/" + string(a) + "/:id", Action: a, Tenancy: "site", Cache: "no-store", Do: read}
			h.Server.Router().Action(route)
			route.Method = http.MethodPost
			h.Server.Router().Action(route)
			route.Path, route.Tenancy, route.Do = "/matrix/"+string(a), "platform", func(c *fiber.Ctx) error { return c.SendString("reached") }
			h.Server.Router().Action(route)
		}
	}
}

// board is where the matrix plays: sites by the code of their owner, and who stands above whom.
var board = []struct{ code, above, address string }{
	{"610900", "", "http://ankang.localhost:8080/"},
	{"610902", "610900", "http://hanbin.ankang.localhost:8080/"},
	{"610902100", "610902", "http://hanbin.ankang.localhost:8080/z/guanmiao/"},
	{"610981", "610900", "http://xunyang.ankang.localhost:8080/"},
	{"610981103", "610981", "http://xunyang.ankang.localhost:8080/z/shuhe/"},
	{"610921", "610900", "http://hanyin.ankang.localhost:8080/"}, // suspended
}

const suspendedAt = 5

// stands is the relation in plain words, without the code that is tried: the city's office runs the platform, counties carry
// their townships, and a suspended site is closed to those below it.
func stands(org, site int) string {
	if org < 0 {
		return "public"
	}
	o, s := board[org], board[site]
	switch {
	case org == site && org == 0:
		return "host_own"
	case org == site && strings.HasSuffix(s.address, ".localhost:8080/"):
		return "own"
	case org == site:
		return "own_channel"
	case org == 0:
		return "host"
	case s.above == o.code:
		return "carrier"
	case (o.above == s.code || site == 0) && site != suspendedAt:
		return "below"
	}
	return "other"
}

// person is somebody of one post, with a way in of their own: the actor travels in the context of a listener.
type person struct {
	role   policies.Role
	org    int
	client *http.Client
}

func (tw *town) person(t *testing.T, ctx context.Context, role policies.Role, org int) (person, bool) {
	t.Helper()
	o := tw.org(t, ctx, board[org].code)
	a, err := tw.Accounts.Create(ctx, identity.Account{Login: fmt.Sprintf("matrix.%s.%d", strings.ToLower(string(role)), org), Name: "一人", Org: o})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tw.Accounts.Appoint(ctx, identity.Appointment{Account: a.ID, Role: role, Org: o, Document: "安政任〔2026〕1号"}); err != nil {
		return person{}, false // this post does not exist at this level
	}
	return person{role, org, tw.enter(t, a.Actor("console"))}, true
}

// enter serves the house on one more port, for one actor.
func (tw *town) enter(t *testing.T, who kernel.Actor) *http.Client {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(kernel.WithActor(context.Background(), who))
	ended := make(chan error, 1)
	go func() { ended <- tw.Server.Serve(ctx, ln) }()
	tr := &http.Transport{MaxIdleConnsPerHost: 1, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", ln.Addr().String())
	}}
	t.Cleanup(func() {
		tr.CloseIdleConnections()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve for %s: %v", who.Name, err)
		}
	})
	return &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// matrix is the play and its score.
type matrix struct {
	*town
	t         *testing.T
	cells     map[cell]string
	canaries  []canary
	sites     []kernel.SiteID
	turn      int
	decisions map[string]int // by what was expected
	relations map[string]int // decisions by relation
	found     int
}

// may is what the table says to one person at one site, of any action that opens the route; a proof of assignment is no route's to give.
func (m *matrix) may(p person, site int, r web.Route) bool {
	return slices.ContainsFunc(append([]policies.Action{r.Action}, r.Or...), func(act policies.Action) bool {
		said := m.cells[cell{string(p.role), stands(p.org, site), act}]
		return said == "allow" || said == "if_in_scope"
	})
}

// mayPlatform is the same for the platform's own routes, which only its host reaches.
func (m *matrix) mayPlatform(p person, act policies.Action) bool {
	if act == web.Anybody || act == web.SignedIn {
		return true
	}
	relation := "other"
	if p.org == 0 {
		relation = "host"
	}
	said := m.cells[cell{string(p.role), relation, act}]
	return said == "allow" || said == "if_in_scope"
}

// Must show 3 (A1, A2, A12, I17; promises 2.3): every guarded route of the router, every post at every level, every relation to
// a site: the door opens as the table says, whatever other site or object is named in the path, the query, the body or a
// header, and no answer holds a word of another site.
func TestRoutesMatrix(t *testing.T) {
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	was := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler)) // a line for each of many thousand requests
	t.Cleanup(func() { slog.SetDefault(was) })
	stride, share := proof.Times(16, 1), 1
	if testing.Short() { // the race detector wants the doors opened, not all of them and not by everybody
		stride, share = 64, 4
	}
	tw := serveHouse(t, filepath.Join(t.TempDir(), "z.db"), "localhost", everyAction(t, stride))
	tw.openCity(t, ctx)
	m := &matrix{town: tw, t: t, decisions: map[string]int{}, relations: map[string]int{}}
	m.cells, _ = table(t)
	m.plant(ctx)
	people := []person{{role: "", org: -1, client: tw.enter(t, kernel.Actor{})}}
	for _, role := range []policies.Role{"PO", "IE", "SA", "AA", "SV", "CL", "IO", "LO", "RV", "SR", "PB", "LD", "SE", "LC", "LH"} {
		for org := range board {
			if p, ok := tw.person(t, ctx, role, org); ok {
				people = append(people, p)
			}
		}
	}
	routes := 0
	for _, r := range tw.Server.Router().Routes() {
		if r.Public {
			continue
		}
		routes++
		for i, p := range people {
			if (routes+i)%share == 0 {
				m.play(p, r)
			}
		}
	}
	t.Logf("%d guarded routes, %d people of 15 roles and nobody, 6 sites, %d relations: %v decisions, %d canaries planted, %d found where they do not belong",
		routes, len(people), len(m.relations), m.decisions, len(m.canaries), m.found)
	if routes < 9 || len(m.relations) < 8 || m.decisions["allowed"] < routes/share || m.decisions["refused"] < 100*routes/share {
		t.Errorf("too little was tried: %d routes, %v", routes, m.decisions)
	}
}

// plant writes a draft and a published article on every site, then suspends the last.
func (m *matrix) plant(ctx context.Context) {
	m.t.Helper()
	staff := m.staff(m.t, ctx)
	for i, g := range board {
		s, _, ok := m.Sites.ByAddress(g.address)
		if !ok {
			m.t.Fatalf("no site at %s", g.address)
		}
		m.sites = append(m.sites, s.ID)
		for _, state := range []string{"published", "draft"} {
			m.canaries = append(m.canaries, m.write(m.t, ctx, staff, s, state, fmt.Sprintf("暗桩%d%s", i, state)))
		}
	}
	if err := m.Sites.Suspend(ctx, m.sites[suspendedAt], "安全检查", "本网站暂停服务。"); err != nil {
		m.t.Fatal(err)
	}
}

func (m *matrix) play(p person, r web.Route) {
	if r.Tenancy == "platform" {
		status, _ := m.ask(p, r, -1, -1, "", false)
		m.judge(p, r, -1, (p.org >= 0 || r.Action == web.Anybody) && m.mayPlatform(p, r.Action), status)
		return
	}
	for site := range board {
		may := p.org >= 0 && m.may(p, site, r)
		m.relations[stands(p.org, site)]++
		other := (site + 1 + m.turn%(len(board)-1)) % len(board)
		for s := range board { // the most tempting other site is one where the person would be let in
			if !may && p.org >= 0 && m.may(p, s, r) {
				other = s
			}
		}
		for _, where := range m.places(r) {
			status, own := m.ask(p, r, site, other, where, may)
			m.judge(p, r, site, may, status)
			if strings.Contains(r.Path, "/matrix/") && may && own != (where != "path") {
				m.t.Errorf("%s: the article named in the path is shown: %v, with another site in the %s", r.Path, own, where)
			}
		}
	}
}

// places are where the other site and its article are named: each in turn, all of them in the long form.
func (m *matrix) places(r web.Route) []string {
	all := []string{"path", "query", "header"}
	if r.Method == http.MethodPost {
		all = append(all, "body")
	}
	if proof.Long() {
		return all
	}
	m.turn++
	return []string{all[m.turn%len(all)]}
}

var parameter = regexp.MustCompile(`:[a-z]+`)

// ask requests a route of site while other is named somewhere, and says whether the site's own draft is in the answer.
func (m *matrix) ask(p person, r web.Route, site, other int, where string, may bool) (status int, own bool) {
	m.t.Helper()
	path, form, object := r.Path, url.Values{}, "1"
	if site >= 0 {
		object = fmt.Sprint(m.canaries[2*site+1].id)
		theirs := fmt.Sprint(m.canaries[2*other+1].id)
		if where == "path" {
			object = theirs
		}
		form = url.Values{"site": {m.sites[other].String()}, "site_id": {m.sites[other].String()}, "id": {theirs}}
		path = strings.Replace(path, ":site", m.sites[site].String(), 1)
	}
	path = parameter.ReplaceAllString(path, object) // ":id", and what lies below it
	body := ""
	switch where {
	case "query":
		path += "?" + form.Encode()
	case "body":
		body = form.Encode()
	}
	q, err := http.NewRequest(r.Method, "http://console.localhost:8080"+path, strings.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	switch where {
	case "body":
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	case "header":
		for _, name := range []string{"X-Site", "X-Site-Id", "X-Tenant"} {
			q.Header.Set(name, m.sites[other].String())
		}
		q.Header.Set("X-Original-URL", strings.Replace(r.Path, ":site", m.sites[other].String(), 1))
	}
	return m.look(p, q, site, may)
}

// look sends the request and looks for canaries in all that comes back: only an answer of 200 may hold the site's own, and a screen that is
// shown again, with a sentence, to somebody who may see it.
func (m *matrix) look(p person, q *http.Request, site int, may bool) (status int, own bool) {
	m.t.Helper()
	status, head, answer := m.doWith(m.t, p.client, q)
	all := string(answer) + fmt.Sprint(head)
	for i, c := range m.canaries {
		switch {
		case !strings.Contains(all, c.word):
		case i/2 == site && (status == http.StatusOK || may && (status == http.StatusConflict || status == http.StatusUnprocessableEntity)):
			own = own || i == 2*site+1
		default:
			m.found++
			m.t.Errorf("%s at %s, %s %s: %d holds %s", p.role, board[max(p.org, 0)].code, q.Method, q.URL, status, c.word)
		}
	}
	return status, own
}

func (m *matrix) judge(p person, r web.Route, site int, may bool, status int) {
	m.t.Helper()
	word := map[bool]string{true: "allowed", false: "refused"}[may]
	m.decisions[word]++
	refused := status == http.StatusForbidden || p.org < 0 && status == http.StatusSeeOther // nobody is led to the way in
	if r.Action == web.Anybody {
		refused = status == http.StatusForbidden
	}
	if refused == may || status >= 500 {
		where := "the platform"
		if site >= 0 {
			where = board[site].address
		}
		m.t.Errorf("%s of %s at %s: %s %s answered %d, want it %s", p.role, board[max(p.org, 0)].code, where, r.Method, r.Path, status, word)
	}
}
