package app

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// province is an installation of many real places and made-up documents, in a data folder that may be used again.
type province struct {
	*House
	dir                   string
	sites, articles, deep int     // of articles, so many stand in one column of the first site
	rate                  float64 // documents a second, when they were imported now
	author, reviewer      kernel.AccountID
}

// statistical are divisions that stand in the tree and are no government.
var statistical = map[string]bool{"市辖区": true, "县": true, "省直辖县级行政区划": true, "自治区直辖县级行政区划": true}

// divisions takes city after city of the real tree, each with all below it, until n have a site: the files that imports read.
func divisions(t testing.TB, n int) (orgs, sites string) {
	t.Helper()
	z, err := gzip.NewReader(corpus.Open(t, "china-divisions.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	below := map[string][][]string{}
	for _, row := range rows[1:] {
		below[row[3]] = append(below[row[3]], row)
	}
	var o, s strings.Builder
	o.WriteString("code,name,level,parent_code\n")
	s.WriteString("org_code\n")
	var take func(row []string)
	take = func(row []string) {
		if n <= 0 {
			return
		}
		fmt.Fprintln(&o, strings.Join(row, ","))
		if row[2] != "province" && !statistical[row[1]] {
			n--
			fmt.Fprintln(&s, row[0])
		}
		for _, child := range below[row[0]] {
			take(child)
		}
	}
	for _, row := range below[""] {
		if strings.HasSuffix(row[1], "省") { // the others have districts where these have cities
			take(row)
		}
	}
	return o.String(), s.String()
}

// openProvince opens the installation in dir, and fills it first when nobody has. It leaves no server running.
func openProvince(t *testing.T, dir string, sites, articles, deep int) *province {
	t.Helper()
	ctx := kernel.WithActor(context.Background(), identity.System("import"))
	p := &province{dir: dir, sites: sites, articles: articles, deep: deep}
	marker := filepath.Join(dir, fmt.Sprintf("filled-%d-%d-%d", sites, articles, deep))
	_, err := os.Stat(marker)
	filled := err == nil
	p.open(t, ctx)
	if !filled {
		p.fill(t, ctx)
		if err := os.WriteFile(marker, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.people(t, ctx)
	return p
}

func (p *province) open(t *testing.T, ctx context.Context) {
	t.Helper()
	cfg, err := Config{Data: p.dir, PublicPort: 8080}.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	if p.House, err = openHouse(ctx, cfg, kernel.SystemClock, kernel.NewIDs(kernel.SystemClock), true); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
}

// people are the two who sign for the batches.
func (p *province) people(t *testing.T, ctx context.Context) {
	t.Helper()
	all, err := p.Orgs.All(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []struct {
		login string
		id    *kernel.AccountID
	}{{"scale.author", &p.author}, {"scale.reviewer", &p.reviewer}} {
		a, err := p.Accounts.Find(ctx, who.login)
		if err != nil {
			a, err = p.Accounts.Create(ctx, identity.Account{Login: who.login, Name: "迁移专员", Org: all[1].ID})
		}
		if err != nil {
			t.Fatal(err)
		}
		*who.id = a.ID
	}
}

func (p *province) fill(t *testing.T, ctx context.Context) {
	t.Helper()
	orgs, sites := divisions(t, p.sites)
	began := time.Now()
	if _, err := p.Orgs.Import(ctx, strings.NewReader(orgs), false); err != nil {
		t.Fatal(err)
	}
	r, err := p.Sites.Import(ctx, strings.NewReader(sites), false)
	if err != nil || r.Created()+r.Unchanged != p.sites {
		t.Fatalf("opened %d of %d sites: %v %v", r.Created(), p.sites, err, r.Problems)
	}
	if err := p.Sites.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	t.Logf("opened %d sites (%d hosts) in %v", p.sites, r.Hosts, time.Since(began).Round(time.Millisecond))
	p.people(t, ctx)
	began = time.Now()
	p.write(t, ctx, "deep", p.deep, p.Sites.AllPublic()[:1])
	rest, left := p.articles-p.deep, p.articles-p.deep
	for i, host := range p.byHost() { // as the old servers were: a county with its townships
		n := min(rest*len(host)/p.sites+1, left)
		p.write(t, ctx, fmt.Sprintf("host-%d", i), n, host)
		left -= n
	}
	took := time.Since(began)
	p.rate = float64(p.articles) / took.Seconds()
	t.Logf("imported %d documents in %v: %.0f a second", p.articles, took.Round(time.Millisecond), p.rate)
}

// byHost groups the sites that citizens reach under one name.
func (p *province) byHost() (groups [][]*render.Site) {
	at := map[string]int{}
	for _, s := range p.Sites.AllPublic() {
		i, ok := at[s.Origin]
		if !ok {
			i = len(groups)
			at[s.Origin] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], s)
	}
	return groups
}

// write imports n documents about the sites onto them, signed by two people, every one of which must be taken.
func (p *province) write(t *testing.T, ctx context.Context, batch string, n int, sites []*render.Site) {
	t.Helper()
	if n == 0 {
		return
	}
	var to []article.Target
	var names []string
	for _, s := range sites {
		to = append(to, article.Target{Site: s.ID, Name: s.URL(""), Level: s.Level})
		names = append(names, s.Name)
	}
	r, err := p.Articles.ImportDocuments(ctx, &writings{batch: batch, n: n, names: names}, article.ImportOptions{Targets: to,
		Batch: publication.Batch{ID: batch, Source: "旧站迁移", Author: p.author, Reviewer: p.reviewer, Review: "与原文一致", Secrecy: "均为已公开信息"}})
	if err != nil || r.Imported+r.Already != n || len(r.Bad) > 0 {
		t.Fatalf("%s: %+v, %v; want %d", batch, r, err, n)
	}
}

// writings are n documents in our own words about the named places, as JSON lines: the same for the same batch. They are
// made as they are read.
type writings struct {
	batch string
	n, i  int
	names []string
	ready bytes.Buffer
}

func (w *writings) Read(b []byte) (int, error) {
	for w.ready.Len() < len(b) && w.i < w.n {
		if err := json.NewEncoder(&w.ready).Encode(w.next()); err != nil {
			return 0, err
		}
	}
	if w.ready.Len() == 0 {
		return 0, io.EOF
	}
	return w.ready.Read(b)
}

var (
	matters = []string{"农村饮水安全", "义务教育入学", "城区供暖", "防汛备汛", "公交线路调整", "医保缴费", "老旧小区改造", "森林防火", "残疾人补贴", "河道治理", "小麦抢收", "就业招聘"}
	acts    = []string{"通知", "公告", "工作安排", "情况通报", "实施方案", "办事指南"}
	phrases = []string{"请各村（社区）结合实际抓好落实，有关情况于月底前报送。", "咨询电话在工作日上午八时三十分至下午五时接听。", "所需材料一次性告知，能够网上核验的不再要求提交纸质件。",
		"资金使用情况在村务公开栏张榜公布，接受群众监督。", "本次安排自发布之日起执行，此前规定与此不一致的以本次为准。", "遇有特殊天气，以当日气象部门发布的预警为准，注意出行安全。",
		"对行动不便的老年人和残疾人，由工作人员上门办理。", "经公示无异议后予以确认，公示期为五个工作日。", "各单位要明确专人负责，及时回应群众关切。", "具体时间、地点和联系人见附表，如有调整另行告知。"}
)

func (w *writings) next() map[string]string {
	i := w.i
	w.i++
	r := rand.New(rand.NewPCG(71, uint64(i)))
	place, matter, act := w.names[i%len(w.names)], matters[r.IntN(len(matters))], acts[r.IntN(len(acts))]
	var body strings.Builder
	for range 4 + r.IntN(8) {
		fmt.Fprintf(&body, "<p>%s就%s有关事项说明如下：", place, matter)
		for range 3 + r.IntN(4) {
			body.WriteString(phrases[r.IntN(len(phrases))])
		}
		body.WriteString("</p>")
	}
	day := time.Date(2015, 6, 2, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(4000))
	return map[string]string{"id": fmt.Sprintf("%s-%d", w.batch, i), "title": fmt.Sprintf("%s关于%s的%s（第%d号）", place, matter, act, i+1),
		"date": day.Format(time.DateOnly), "issuer": place, "body_html": body.String()}
}
