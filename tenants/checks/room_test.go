package checks

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/storage/index"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// house is the rooms this one stands on: a county's site and a township's channel below it.
type house struct {
	*Checks
	t            testing.TB
	ctx          context.Context
	now          time.Time
	articles     *article.Articles
	county, town *render.Site
}

func each(t *testing.T, f func(t *testing.T, h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, build(t, d)) }, append(schemas(), Migrations())...)
}

// schemas are those of the rooms that this one stands on.
func schemas() []fs.FS {
	return []fs.FS{audit.Migrations(), jobs.Migrations(), pages.Migrations(), org.Migrations(), site.Migrations(), publication.Migrations(), column.Migrations(),
		article.Migrations(), index.Migrations()}
}

func build(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)}
	h.ctx = kernel.WithActor(context.Background(), kernel.Actor{Account: 11, Name: "测试", Via: "console"})
	clock := func() time.Time { return h.now }
	ids := kernel.NewSeededIDs(clock, 7)
	log, rev := audit.New(d, clock, ids), pages.NewRevisions(d)
	orgs := org.New(d, clock, ids, log)
	sites, err := site.New(site.Config{Domain: "localhost", Scheme: "http", Port: 8080}, d, clock, ids, log, orgs, rev)
	h.must(err)
	pub := publication.New(d, clock, ids, log, rev)
	views := map[string]fs.FS{"article": article.Views(), "column": column.Views()}
	r, err := render.New(render.Config{}, views, append(article.Pages(), column.Pages()...)...)
	h.must(err)
	queue := jobs.New(d, clock, ids)
	cols := column.New(d, clock, ids, sites, pub, rev, log, r)
	h.articles = article.New(article.Room{DB: d, Now: clock, IDs: ids, Columns: cols, Published: pub, Revisions: rev, Audit: log, Index: index.New(d), Queue: queue, Render: r})
	h.Checks = New(Room{DB: d, Now: clock, Audit: log, Queue: queue, Published: pub, Sites: sites, Columns: cols})
	h.articles.Jobs(queue)
	h.Jobs(queue)
	_, err = orgs.Import(h.ctx, strings.NewReader("code,name,level,parent_code\n610900,安康市,city,\n610902,汉滨区,county,610900\n610902100,五里镇,township,610902\n"), false)
	h.must(err)
	for _, code := range []string{"610900", "610902", "610902100"} {
		o, err := orgs.ByCode(h.ctx, code)
		h.must(err)
		made, err := sites.Create(h.ctx, site.Spec{Org: o.ID})
		h.must(err)
		h.must(sites.Reload(h.ctx))
		h.county, h.town = h.town, sites.Public(made.ID)
	}
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// publish takes a new article, or with id one that is there, through the review of a small office.
func (h *house) publish(s *render.Site, id article.ID, body string) article.ID {
	h.t.Helper()
	h.now = h.now.Add(time.Minute)
	p := article.Payload{Title: "通知", Source: "办公室", Body: body}
	var err error
	if id == 0 {
		id, err = h.articles.Create(h.ctx, s.ID, 2, publication.Small, p)
		h.must(err)
	} else {
		d, err := h.articles.Get(h.ctx, s.ID, id)
		h.must(err)
		h.must(h.articles.Edit(h.ctx, s.ID, id, d.Version, p))
	}
	d, err := h.articles.Get(h.ctx, s.ID, id)
	h.must(err)
	e, err := h.articles.Submit(h.ctx, s.ID, id, d.Version)
	h.must(err)
	h.must(h.Published.Approve(h.ctx, s.ID, e, publication.Opinion{Reviewer: 12, Verdict: publication.Approved, Review: "同意", Secrecy: "不涉密"}))
	h.must(h.articles.Publish(h.ctx, s.ID, id))
	return id
}

// found are the hits of a site, as "quote".
func (h *house) found(s *render.Site) []string {
	h.t.Helper()
	rows, err := h.hits(h.ctx, s.ID, kernel.Page{Number: 1, Size: 100})
	h.must(err)
	var all []string
	for _, r := range rows {
		all = append(all, r.Quote)
	}
	slices.Sort(all)
	return all
}

func (h *house) wants(s *render.Site, what string, want ...string) {
	h.t.Helper()
	if got := h.found(s); !slices.Equal(got, want) {
		h.t.Errorf("%s: found %q, want %q", what, got, want)
	}
}

// deeds are the actions of a chain.
func (h *house) deeds(id kernel.SiteID) string {
	h.t.Helper()
	lines, err := h.Audit.List(h.ctx, id, kernel.Page{Number: 1, Size: 200})
	h.must(err)
	var all []string
	for _, l := range lines {
		all = append(all, l.Action)
	}
	return strings.Join(all, " ")
}

// C9: what is found in a public text goes with the text: it disappears when the text is put right or withdrawn, stays at its own
// site, and holds no number of anybody.
func TestHitsFollowTheText(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.publish(h.town, 0, "<p>认真布署。李某13800001111。</p>")
		other := h.publish(h.town, 0, "<p>机密★</p>")
		h.wants(h.town, "published", "138****1111", "布署", "机密★")
		h.wants(h.county, "another site")
		h.publish(h.town, id, "<p>认真部署。李某138****1111。</p>")
		h.wants(h.town, "put right", "机密★")
		h.must(h.articles.Withdraw(h.ctx, h.town.ID, other, "有误"))
		h.wants(h.town, "withdrawn")
	})
}

// C9: when a pack changes, all history is read again: a cluster's pack everywhere, a site's only there; each change is in the chain.
func TestAPackReadsHistoryAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.publish(h.town, 0, "<p>青龙潭与白虎岭，市长石一明到会。</p>")
		h.publish(h.county, 0, "<p>白虎岭与青龙潭。</p>")
		pack := func(id kernel.SiteID, name, body string) {
			t.Helper()
			_, err := h.Import(h.ctx, id, name, strings.NewReader(body))
			h.must(err)
			h.must(h.Queue.Drain(h.ctx))
		}
		h.wants(h.town, "before any pack")
		pack(kernel.Platform, "地名", "青龙潭,规范用语,青龙池\n")
		h.wants(h.town, "the cluster's pack", "青龙潭")
		h.wants(h.county, "the cluster's pack", "青龙潭")
		pack(h.town.ID, "本镇", "白虎岭,敏感\n石一鸣,领导,市长,1\n")
		h.wants(h.town, "its own pack", "白虎岭", "石一明", "青龙潭")
		h.wants(h.county, "another's pack", "青龙潭")
		pack(kernel.Platform, "地名", "白虎岭,规范用语,白虎山\n")
		h.wants(h.town, "the pack in place of another", "白虎岭", "白虎岭", "石一明")
		h.wants(h.county, "the pack in place of another", "白虎岭")
		h.must(h.Remove(h.ctx, h.town.ID, "本镇"))
		h.must(h.Remove(h.ctx, kernel.Platform, "地名"))
		h.must(h.Queue.Drain(h.ctx))
		h.wants(h.town, "without packs")
		h.wants(h.county, "without packs")
		if got := h.deeds(kernel.Platform); strings.Count(got, "wordpack.import") != 2 || strings.Count(got, "wordpack.remove") != 1 {
			t.Errorf("the platform's chain: %s", got)
		}
		if got := h.deeds(h.town.ID); strings.Count(got, "wordpack.import") != 1 || strings.Count(got, "wordpack.remove") != 1 {
			t.Errorf("the town's chain: %s", got)
		}
		for _, err := range []error{h.Remove(h.ctx, kernel.Platform, "地名"), h.Remove(h.ctx, h.county.ID, "本镇")} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("a pack that is not there: %v", err)
			}
		}
		if _, err := h.Import(h.ctx, kernel.Platform, " ", strings.NewReader("按装,错别字\n")); !fault.Is(err, fault.Invalid) {
			t.Errorf("a pack without a name: %v", err)
		}
	})
}

// long is a text of its own, a few hundred characters.
func long(word string) string {
	var b strings.Builder
	for i := range 12 {
		fmt.Fprintf(&b, "<p>%s第%d条，%s镇村应当按照%d项要求落实责任%c，%s按时报送%d份材料%c。</p>", word, i, word, i*7, rune(0x4e00+i*131), word, i*3, rune(0x5000+i*97))
	}
	return b.String()
}

// X2: near-duplicates are found in the whole cluster, and only what citizens can read is named.
func TestNearDuplicates(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		near := func(s *render.Site, id article.ID, body string) (all []string) {
			t.Helper()
			found, err := h.Panel(h.ctx, s.ID, id, 0, article.Payload{Title: "抄来的", Source: "办公室", Body: body})
			h.must(err)
			for _, f := range found {
				if f.Rule == NearlySame {
					all = append(all, f.Say)
				}
			}
			return all
		}
		draft, err := h.articles.Create(h.ctx, h.county.ID, 2, publication.Small, article.Payload{Title: "草稿", Body: long("汉江")})
		h.must(err)
		if got := near(h.town, 0, long("汉江")); got != nil || draft == 0 {
			t.Errorf("a draft is named: %v", got)
		}
		id := h.publish(h.county, 0, long("汉江"))
		changed := strings.Replace(long("汉江"), "第3条", "第三条", 1)
		if got := near(h.town, 0, changed); len(got) != 1 || !strings.Contains(got[0], "《通知》（"+h.county.Name+"）") {
			t.Errorf("almost the same: %v", got)
		}
		if got := near(h.county, id, changed); got != nil {
			t.Errorf("it is named to itself: %v", got)
		}
		if got := near(h.town, 0, long("秦岭")); got != nil {
			t.Errorf("another text: %v", got)
		}
		h.must(h.articles.Withdraw(h.ctx, h.county.ID, id, "有误"))
		if got := near(h.town, 0, changed); got != nil {
			t.Errorf("what was withdrawn is named: %v", got)
		}
		h.publish(h.county, 0, long("汉江"))
		h.must(h.Sites.Suspend(h.ctx, h.county.ID, "检查", "暂停服务。"))
		h.must(h.Sites.Reload(h.ctx))
		if got := near(h.town, 0, changed); got != nil {
			t.Errorf("a suspended site is named: %v", got)
		}
	})
}

// S3: a link within the cluster is dead when no citizen can read what it leads to; nobody outside is asked.
func TestDeadLinks(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id, gone := h.publish(h.county, 0, "<p>在</p>"), h.publish(h.county, 0, "<p>不在了</p>")
		h.must(h.articles.Withdraw(h.ctx, h.county.ID, gone, "有误"))
		draft, err := h.articles.Create(h.ctx, h.county.ID, 2, publication.Small, article.Payload{Title: "草稿", Body: "<p>草稿</p>"})
		h.must(err)
		mine := h.publish(h.town, 0, "<p>镇里的</p>")
		for address, dead := range map[string]bool{
			h.county.URL(fmt.Sprintf("/a/%d", id)): false, h.county.URL(fmt.Sprintf("/a/%d", gone)): true, h.county.URL(fmt.Sprintf("/a/%d", draft)): true,
			h.county.URL("/a/abc"): true, h.county.URL("/"): false, h.town.Path(fmt.Sprintf("/a/%d", mine)): false, fmt.Sprintf("/a/%d", id): false,
			"/z/meiyou/": true, h.county.URL("/c/meiyou"): true, "https://www.gov.cn/a/1": false, h.county.URL("/c/gonggao"): false,
		} {
			all, err := h.Panel(h.ctx, h.town.ID, 0, 0, article.Payload{Title: "通知", Source: "办公室", Body: `<p><a href="` + address + `">有关通知</a></p>`})
			h.must(err)
			if got := slices.ContainsFunc(all, func(f Finding) bool { return f.Rule == DeadLink }); got != dead {
				t.Errorf("%s: dead %v, want %v", address, got, dead)
			}
		}
	})
}

// C9, C10, d42: what is of weight wants a reason, which is kept with the edition and in the chain; or nothing is sent.
func TestReasons(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		p := article.Payload{Title: "通知", Source: "办公室", Body: "<p>李某610902190102030012</p>"}
		id, err := h.articles.Create(h.ctx, h.town.ID, 2, publication.Small, p)
		h.must(err)
		all, err := h.Panel(h.ctx, h.town.ID, id, 0, p)
		h.must(err)
		send := func(why string) (e publication.EditionID, err error) {
			err = h.DB.InTx(h.ctx, func(ctx context.Context) error {
				if e, err = h.articles.Submit(ctx, h.town.ID, id, 1); err != nil {
					return err
				}
				return h.Confirm(ctx, h.town.ID, e, why, all)
			})
			return e, err
		}
		for _, why := range []string{"", " \n ", strings.Repeat("长", reasonMost+1)} {
			if _, err := send(why); !fault.Is(err, fault.Invalid) {
				t.Errorf("%.20q: %v", why, err)
			}
			if d, err := h.articles.Get(h.ctx, h.town.ID, id); err != nil || d.State != article.Drafted {
				t.Errorf("%.20q: sent all the same: %+v, %v", why, d, err)
			}
		}
		e, err := send("法院公告，依法载明。")
		h.must(err)
		r, err := h.ReasonOf(h.ctx, h.town.ID, e)
		if err != nil || r.Words != "法院公告，依法载明。" || r.Rules != "identity" || r.By != "测试" || !r.At.Equal(h.now) {
			t.Errorf("%+v, %v", r, err)
		}
		if r, err := h.ReasonOf(h.ctx, h.county.ID, e); err != nil || r.Words != "" {
			t.Errorf("another site reads %+v, %v", r, err)
		}
		if got := h.deeds(h.town.ID); !strings.Contains(got, "checks.confirm") {
			t.Errorf("the chain: %s", got)
		}
		if err := h.Confirm(h.ctx, h.town.ID, e, "", all[:0]); err != nil {
			t.Errorf("nothing was found: %v", err)
		}
	})
}

// C9: what was public before the program could check, or before its own pack changed, is read once.
func TestBeginReadsHistoryOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.publish(h.town, 0, "<p>认真布署。</p>")
		h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error { // as if the room had not been there
			return errors.Join(h.putHits(ctx, h.town.ID, id, nil), h.dropPrint(ctx, h.town.ID, id))
		}))
		for range 2 {
			h.must(h.Begin(h.ctx))
			h.must(h.Queue.Drain(h.ctx))
			h.wants(h.town, "after the start", "布署")
		}
		if got := h.deeds(kernel.Platform); strings.Count(got, "wordpack.import") != 1 {
			t.Errorf("the chain: %s", got)
		}
		if all, err := h.Installed(h.ctx, kernel.Platform); err != nil || len(all) != 0 {
			t.Errorf("the program's own pack is listed: %v, %v", all, err)
		}
		if _, err := h.Import(h.ctx, kernel.Platform, basicName, strings.NewReader("按装,错别字\n")); !fault.Is(err, fault.Invalid) {
			t.Errorf("a pack by its name: %v", err)
		}
	})
}

// B7: what a batch brings in is read by a job behind it.
func TestAnImportIsReadBehind(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		raw := `{"kind":"news","title":"旧文","body":"<p>认真布署。</p>"}`
		h.must(h.Published.OpenBatch(h.ctx, publication.Batch{ID: "b1", Source: "旧站", Author: 11, Reviewer: 12, Review: "同意", Secrecy: "不涉密"}))
		err := h.Published.Import(h.ctx, "b1", []publication.ImportItem{{Draft: publication.Draft{Object: publication.Object{Site: h.town.ID, Kind: article.Kind, ID: 77}, Title: "旧文", Payload: []byte(raw)}, Place: 2}})
		h.must(err)
		h.wants(h.town, "before the job")
		h.must(h.Queue.Drain(h.ctx))
		h.wants(h.town, "behind the job", "布署")
	})
}
