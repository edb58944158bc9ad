package media

import (
	"bytes"
	"context"
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
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/blob/blobtest"
	"github.com/zhanqun/zhanqun/storage/blob/files"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// house is two counties' sites, over one store.
type house struct {
	*Media
	t         testing.TB
	ctx       context.Context
	pub       *publication.Publications
	sites     *site.Sites
	one, next kernel.SiteID
	now       time.Time
}

func each(t *testing.T, f func(t *testing.T, h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		store, err := files.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		f(t, build(t, d, store))
	}, schema...)
}

var schema = append(migrationsBelow(), publication.Migrations(), Migrations())

func build(t testing.TB, d *db.DB, store blob.Store) *house {
	t.Helper()
	h := &house{t: t, ctx: kernel.WithActor(context.Background(), kernel.Actor{Account: 11, Name: "测试", Via: "console"})}
	h.now = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	clock := func() time.Time { return h.now }
	ids := kernel.NewSeededIDs(clock, 7)
	log, rev := audit.New(d, clock, ids), pages.NewRevisions(d)
	orgs := org.New(d, clock, ids, log)
	var err error
	h.sites, err = site.New(site.Config{Domain: "localhost", Scheme: "http", Port: 8080}, d, clock, ids, log, orgs, rev)
	h.must(err)
	h.pub = publication.New(d, clock, ids, log, rev)
	_, err = orgs.Import(h.ctx, strings.NewReader("code,name,level,parent_code\n610900,安康市,city,\n610902,汉滨区,county,610900\n610981,旬阳市,county,610900\n"), false)
	h.must(err)
	for code, at := range map[string]*kernel.SiteID{"610902": &h.one, "610981": &h.next} {
		o, err := orgs.ByCode(h.ctx, code)
		h.must(err)
		made, err := h.sites.Create(h.ctx, site.Spec{Org: o.ID})
		h.must(err)
		*at = made.ID
	}
	h.must(h.sites.Reload(h.ctx))
	h.Media = New(Room{DB: d, Now: clock, IDs: ids, Audit: log, Sites: h.sites, Store: store, Queue: jobs.New(d, clock, ids), Revisions: rev})
	h.Jobs(h.Queue)
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// keys are what the store holds.
func (h *house) keys() (all []string) {
	h.t.Helper()
	for info, err := range h.Store.List(h.ctx, "") {
		h.must(err)
		all = append(all, info.Key)
	}
	return all
}

// A11, A12, B13: a file is kept once in a site, however often it comes, and never shared with another; each keeping is in the chain, and a
// site keeps no more than it may.
func TestTheSameFileIsOneItem(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		first, err := h.Take(h.ctx, h.one, `C:\图片\江.png`, drawn(t, "png", 400, 300))
		h.must(err)
		again, err := h.Take(h.ctx, h.one, "江.png", drawn(t, "png", 400, 300))
		h.must(err)
		foreign, err := h.Take(h.ctx, h.next, "江.png", drawn(t, "png", 400, 300))
		h.must(err)
		if again.ID != first.ID || foreign.ID == first.ID || first.Name != "江.png" || len(first.Thumbs) != 1 || first.Width != 400 {
			t.Errorf("kept %+v, again %+v, elsewhere %+v", first, again, foreign)
		}
		if keys := h.keys(); len(keys) != 4 || strings.HasPrefix(keys[0], h.one.String()) == strings.HasPrefix(keys[3], h.one.String()) {
			t.Errorf("the store holds %q", keys)
		}
		if got, err := h.Get(h.ctx, h.one, first.ID); err != nil || got.SHA256 != first.SHA256 || got.Thumbs[0] != first.Thumbs[0] {
			t.Errorf("read back: %+v, %v", got, err)
		}
		if _, err := h.Get(h.ctx, h.next, first.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another site's item: %v", err)
		}
		if seq, err := h.Audit.Verify(h.ctx, h.one); err != nil {
			t.Errorf("the chain breaks at %v: %v", seq, err)
		}
		h.must(h.sites.SetQuota(h.ctx, h.one, site.Quota{StorageMB: 1, UploadMB: 1}))
		_, err = h.Take(h.ctx, h.next, "满.pdf", append(append([]byte("%PDF-"), blobtest.Bytes(1<<20-20, 1)...), "%%EOF"...))
		h.must(err)
		_, err = h.Take(h.ctx, h.one, "小.pdf", []byte("%PDF-1.7 %%EOF")) // what another site keeps takes no room here
		h.must(err)
		for name, c := range map[string]struct {
			raw []byte
			say string
		}{
			"大.pdf":  {bytes.Repeat([]byte("%PDF-"), 300_000), "太大：一个文件最多 1 MB"},
			"满.pdf":  {append(append([]byte("%PDF-"), blobtest.Bytes(1<<20-20, 1)...), "%%EOF"...), "已满 1 MB"},
			"空.docx": {nil, "是空的"},
		} {
			if _, err := h.Take(h.ctx, h.one, name, c.raw); !strings.Contains(fault.Say(err), c.say) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := h.Take(context.Background(), h.one, "江.png", drawn(t, "png", 4, 3)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("nobody uploads: %v", err)
		}
		for _, s := range []kernel.SiteID{h.one, h.next} {
			if flaws, err := h.Flaws(h.ctx, s); err != nil || len(flaws) > 0 {
				t.Errorf("%v, %v", flaws, err)
			}
		}
	})
}

// Q10, d51: a row without its bytes and bytes without their row are named.
func TestFlawsAreNamed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		i, err := h.Take(h.ctx, h.one, "江.png", drawn(t, "png", 400, 300))
		h.must(err)
		h.must(h.Store.Delete(h.ctx, i.key(320)))
		_, err = h.Store.Put(h.ctx, h.one.String()+"/media/stray", strings.NewReader("x"), "")
		h.must(err)
		flaws, err := h.Flaws(h.ctx, h.one)
		if err != nil || len(flaws) != 2 || flaws[0] != (Flaw{"media-missing", i.key(320)}) || flaws[1].What != "media-unnamed" {
			t.Errorf("%v, %v", flaws, err)
		}
	})
}

// A12, E5: an edition can use only what its own site has; it is public from the moment the edition is and no longer.
func TestAnItemIsPublicWithItsEdition(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		own, err := h.Take(h.ctx, h.one, "江.png", drawn(t, "png", 40, 30))
		h.must(err)
		foreign, err := h.Take(h.ctx, h.next, "江.png", drawn(t, "png", 40, 30))
		h.must(err)
		obj := publication.Object{Site: h.one, Kind: "article", ID: 5}
		e, err := h.pub.Freeze(h.ctx, publication.Draft{Object: obj, Author: 11, Policy: publication.Small, Title: "江", Payload: []byte(`{}`)})
		h.must(err)
		for _, body := range []string{own.Markup("") + foreign.Markup(""), `<img src="/-/media/7/full.png">`} {
			if err := h.Use(h.ctx, h.one, int64(e), body); !strings.Contains(fault.Say(err), "不在本站") {
				t.Errorf("a foreign picture: %v", err)
			}
		}
		state := func(when string, sent, public bool) {
			t.Helper()
			_, err := h.Sent(h.ctx, h.one, own.ID)
			_, perr := h.Public(h.ctx, h.one, own.ID)
			if sent != (err == nil) || public != (perr == nil) {
				t.Errorf("%s: %v, %v", when, err, perr)
			}
			if _, err := h.Public(h.ctx, h.next, foreign.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s another site's is public: %v", when, err)
			}
		}
		state("before", false, false)
		h.must(h.Use(h.ctx, h.one, int64(e), own.Markup("")+own.Markup("")))
		state("frozen", true, false)
		h.must(h.pub.Approve(h.ctx, h.one, e, publication.Opinion{Reviewer: 12, Verdict: publication.Approved, Review: "同意", Secrecy: "不涉密"}))
		h.must(h.pub.Publish(h.ctx, h.one, e, publication.Placing{Place: 2}))
		state("published", true, true)
		h.must(h.pub.Withdraw(h.ctx, obj, "有误"))
		state("withdrawn", true, false)
	})
}

// B13, Y2: the same on an S3 server.
func TestS3KeepsThemToo(t *testing.T) {
	h := build(t, dbtest.SQLite(t, schema...), blobtest.S3(t))
	i, err := h.Take(h.ctx, h.one, "江.jpg", drawn(t, "jpg", 1000, 500))
	h.must(err)
	for name, width := range map[string]int{"full.jpg": 1000, "320.jpg": 320, "960.jpg": 960} {
		f, err := h.File(i, name)
		h.must(err)
		r, err := f.Open(h.ctx, 0, f.Size)
		h.must(err)
		if got := config(t, r); got.Width != width {
			t.Errorf("%s is %d wide", name, got.Width)
		}
		h.must(r.Close())
	}
	for _, name := range []string{"1600.jpg", "full.png", "file.jpg", "960", ""} {
		if _, err := h.File(i, name); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if flaws, err := h.Flaws(h.ctx, h.one); err != nil || len(flaws) > 0 {
		t.Errorf("%v, %v", flaws, err)
	}
}

// Names are for people and for headers: no folder, no control character, no second extension of another kind.
func TestCleanNames(t *testing.T) {
	for name, want := range map[string]string{
		`C:\桌面\通知.DOCX`: "通知.docx", "../../etc/passwd": "passwd.docx", "a\r\nSet-Cookie: x.docx": "aSet-Cookie x.docx", ".docx": "文件.docx", "": "文件.docx",
		"\u202egpj.docx": "gpj.docx", "附件 1（终稿）.docx": "附件 1（终稿）.docx", strings.Repeat("长", 300) + ".docx": strings.Repeat("长", 100) + ".docx", "\xff\xfe": "文件.docx",
	} {
		if got := cleanName(name, "docx"); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}

// What a text says of its pictures stays; sizes, smaller forms and the base are added, and nothing else is touched.
func TestDress(t *testing.T) {
	h := build(t, dbtest.SQLite(t, schema...), must(files.Open(t.TempDir())))
	i, err := h.Take(h.ctx, h.one, "江.png", drawn(t, "png", 400, 300))
	h.must(err)
	src := i.Path()
	small := strings.Replace(src, "full", "320", 1)
	for body, want := range map[string]string{
		"<p>甲 &amp; 乙</p>": "<p>甲 &amp; 乙</p>",
		`<p>x<br/><img src="` + src + `" alt="江&#34;"/>&lt;</p>`:    `<p>x<br/><img src="/z/a` + src + `" srcset="/z/a` + small + ` 320w, /z/a` + src + ` 400w" sizes="` + sizes + `" alt="江&#34;" width="400" height="300">&lt;</p>`,
		`<img src="` + src + `" alt="" width="200" height="150"/>`:  `<img src="/z/a` + src + `" srcset="/z/a` + small + ` 320w, /z/a` + src + ` 400w" sizes="` + sizes + `" alt="" width="200" height="150">`,
		`<a href="/-/media/9/file.pdf">附件</a><a href="/c/x">栏目</a>`: `<a href="/z/a/-/media/9/file.pdf">附件</a><a href="/c/x">栏目</a>`,
		`<img src="/-/media/9/full.png" alt="没有了"/>`:                `<img src="/z/a/-/media/9/full.png" alt="没有了">`,
	} {
		if got, err := h.Dress(h.ctx, h.one, 0, "/z/a", body); err != nil || got != want {
			t.Errorf("%s\nbecomes %s\nwant    %s (%v)", body, got, want, err)
		}
	}
}
