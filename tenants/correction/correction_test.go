package correction

import (
	"context"
	"errors"
	"io/fs"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// desk is the room with what stands around it: two sites, and clocks that keep what they are told.
type desk struct {
	*Corrections
	t     *testing.T
	ctx   context.Context
	now   time.Time
	owed  map[int64]time.Time
	town  *render.Site
	other *render.Site
	queue *jobs.Queue
}

func (d *desk) Nav(context.Context, *render.Site) ([]render.Link, error) { return nil, nil }

func (d *desk) Start(_ context.Context, r Report) error {
	d.owed[r.ID] = r.ReceivedAt.AddDate(0, 0, 3)
	return nil
}

func (d *desk) Stop(_ context.Context, r Report) error { delete(d.owed, r.ID); return nil }

func (d *desk) Due(_ context.Context, _ kernel.SiteID, ids []int64) (map[int64]time.Time, error) {
	due := map[int64]time.Time{}
	for _, id := range ids {
		due[id] = d.owed[id]
	}
	return due, nil
}

func (d *desk) Days() int { return 3 }

func (d *desk) Public(id kernel.SiteID) *render.Site {
	return map[kernel.SiteID]*render.Site{1: d.town, 2: d.other}[id]
}

func each(t *testing.T, f func(t *testing.T, d *desk)) {
	dbtest.Each(t, func(t *testing.T, store *db.DB) {
		f(t, open(t, store, []byte("the installation's key")))
	}, audit.Migrations(), jobs.Migrations(), Migrations())
}

func open(t *testing.T, store *db.DB, key []byte) *desk {
	t.Helper()
	d := &desk{t: t, now: time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC), owed: map[int64]time.Time{},
		town:  &render.Site{ID: 1, Name: "五里镇人民政府", Theme: "town", Origin: "https://a.gov.cn", Prefix: "/z/wuli"},
		other: &render.Site{ID: 2, Name: "乙站", Theme: "dept", Origin: "https://b.gov.cn"}}
	d.ctx = kernel.WithActor(t.Context(), kernel.Actor{Account: 7, Name: "王敏", Via: "console"})
	clock := func() time.Time { return d.now }
	ids := kernel.NewSeededIDs(clock, 1)
	r, err := render.New(render.Config{}, map[string]fs.FS{"correction": Views()}, Pages()...)
	if err != nil {
		t.Fatal(err)
	}
	d.queue = jobs.New(store, clock, ids)
	units := func(_ context.Context, site kernel.SiteID) ([]string, error) {
		return []string{"民政所", "财政所"}, nil
	}
	if d.Corrections, err = New(Room{DB: store, Now: clock, IDs: ids, Audit: audit.New(store, clock, ids), Queue: d.queue, Key: key, Clocks: d, Nav: d, Sites: d, Units: units, Render: r}); err != nil {
		t.Fatal(err)
	}
	return d
}

// take keeps a report and answers its code and number.
func (d *desk) take(site kernel.SiteID, words string) (code string, id int64) {
	d.t.Helper()
	code, err := d.Take(d.ctx, site, Draft{Kind: Typo, Words: words, Contact: "13812345678", Page: "/a/12"})
	if err != nil {
		d.t.Fatal(err)
	}
	r, err := d.byCode(d.ctx, site, digest(code))
	if err != nil || r.Words != words {
		d.t.Fatalf("%+v, %v", r, err)
	}
	return code, r.ID
}

// row is one column of a report as the store has it.
func (d *desk) row(site kernel.SiteID, id int64, column string) (value string) {
	d.t.Helper()
	if err := d.DB.Conn(d.ctx).NewRaw("SELECT "+column+" FROM corrections WHERE site_id = ? AND id = ?", site, id).Scan(d.ctx, &value); err != nil {
		d.t.Fatal(err)
	}
	return value
}

func (d *desk) actions() (all []string) {
	d.t.Helper()
	if err := d.DB.Conn(d.ctx).NewRaw("SELECT action FROM audit_entries WHERE chain = 1 ORDER BY seq").Scan(d.ctx, &all); err != nil {
		d.t.Fatal(err)
	}
	return all
}

// G17, d24: a report is owed from the moment it is taken until it is answered; what it says of its sender goes a month later, and the code and
// the contact are not in the store as they are.
func TestAReportIsAnswered(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		code, id := d.take(1, "第三段“截至”写成了“截止”")
		if len(code) != codeLength || d.row(1, id, "code_digest") == code || strings.Contains(d.row(1, id, "contact"), "138") {
			t.Errorf("the code is %q, the store has %q and %q", code, d.row(1, id, "code_digest"), d.row(1, id, "contact"))
		}
		r, err := d.Get(d.ctx, 1, id)
		if err != nil || r.State != Open || r.Contact != "13812345678" || !r.DueAt.Equal(d.now.AddDate(0, 0, 3)) || r.Page != "/a/12" || !r.Waits() {
			t.Fatalf("%+v, %v", r, err)
		}
		foreign, err := newSecrets([]byte("another installation's key"))
		if err != nil {
			t.Fatal(err)
		}
		own := d.secrets
		d.secrets = foreign
		if r, err = d.Get(d.ctx, 1, id); err != nil || r.Contact != "" || r.Words == "" {
			t.Errorf("with another key: %+v, %v", r, err)
		}
		d.secrets = own
		if err := d.HandOver(d.ctx, 1, id, "财政所"); err != nil {
			t.Fatal(err)
		}
		if r, _ = d.Get(d.ctx, 1, id); r.State != Handed || r.Unit != "财政所" || d.owed[id].IsZero() {
			t.Errorf("handed over: %+v, owed %v", r, d.owed)
		}
		d.now = d.now.Add(time.Hour)
		if err := d.Answer(d.ctx, 1, id, Fixed, "已经改正，谢谢。"); err != nil {
			t.Fatal(err)
		}
		r, err = d.Get(d.ctx, 1, id)
		if err != nil || r.State != Fixed || r.Answer != "已经改正，谢谢。" || r.AnsweredBy != 7 || r.AnsweredName != "王敏" || !r.AnsweredAt.Equal(d.now) || r.Waits() || len(d.owed) != 0 {
			t.Errorf("%+v, %v, owed %v", r, err, d.owed)
		}
		for name, err := range map[string]error{"answered again": d.Answer(d.ctx, 1, id, Declined, "不采纳这一条。"), "handed over late": d.HandOver(d.ctx, 1, id, "财政所")} {
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %v", name, err)
			}
		}
		d.now = d.now.AddDate(0, 0, KeepContact).Add(-time.Second)
		if err := d.forget(d.ctx, 1, id); err != nil || d.row(1, id, "contact") == "" {
			t.Errorf("forgotten too early: %v", err)
		}
		d.now = d.now.Add(time.Second)
		for range 2 { // a job may run twice
			if err := d.forget(d.ctx, 1, id); err != nil || d.row(1, id, "contact") != "" {
				t.Errorf("not forgotten: %v", err)
			}
		}
		if got := strings.Join(d.actions(), " "); got != "correction.received correction.handed correction.fixed correction.forgotten" {
			t.Errorf("the chain has %s", got)
		}
		var chain string
		if err := d.DB.Conn(d.ctx).NewRaw("SELECT actor_name || ' ' || note || ' ' || after FROM audit_entries WHERE chain = 1 AND seq = 1").Scan(d.ctx, &chain); err != nil || chain != `公众 {"kind":"typo"} open` {
			t.Errorf("the chain says %q of a report: %v", chain, err)
		}
	})
}

// The job that forgets is added with the answer, for its time.
func TestForgettingIsPlanned(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		_, id := d.take(1, "链接打不开了")
		if err := d.Answer(d.ctx, 1, id, Declined, "经核实没有错误。"); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := d.DB.Conn(d.ctx).NewRaw("SELECT count(*) FROM jobs WHERE site_id = 1 AND kind = 'correction.forget' AND due_at = ?", d.now.AddDate(0, 0, KeepContact)).Scan(d.ctx, &n); err != nil || n != 1 {
			t.Errorf("%d jobs, %v", n, err)
		}
		d.Jobs(d.queue)
		_, open := d.take(1, "这一件还没有答复")
		d.now = d.now.AddDate(1, 0, 0)
		if err := d.forget(d.ctx, 1, open); err != nil || d.row(1, open, "contact") == "" {
			t.Errorf("one that is owed was forgotten: %v", err)
		}
		if err := d.forget(d.ctx, 1, 99); err != nil {
			t.Errorf("one that is not there: %v", err)
		}
	})
}

// A1: nothing of a report is another site's, though it has the same number there.
func TestReportsOfTwoSites(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		code, id := d.take(1, "甲站的金丝雀")
		_, own := d.take(2, "乙站的一件")
		if err := d.DB.InTx(d.ctx, func(ctx context.Context) error {
			_, err := d.DB.Conn(ctx).NewRaw(`UPDATE corrections SET id = ? WHERE site_id = 2 AND id = ?`, id, own).Exec(ctx)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if r, err := d.byCode(d.ctx, 2, digest(code)); !fault.Is(err, fault.NotFound) {
			t.Errorf("a code opens %+v on another site: %v", r, err)
		}
		if r, err := d.one(d.ctx, 2, id); err != nil || r.Words != "乙站的一件" {
			t.Errorf("%+v, %v", r, err)
		}
		for site, want := range map[kernel.SiteID]string{1: "甲站的金丝雀", 2: "乙站的一件"} {
			if all, err := d.Waits(d.ctx, site, 10); err != nil || len(all) != 1 || all[0].Words != want {
				t.Errorf("site %d: %+v, %v", site, all, err)
			}
		}
		if err := d.Answer(d.ctx, 1, id, Fixed, "已经改正，谢谢。"); err != nil {
			t.Fatal(err)
		}
		d.now = d.now.AddDate(0, 0, KeepContact)
		if err := d.forget(d.ctx, 1, id); err != nil {
			t.Fatal(err)
		}
		if d.row(2, id, "state") != Open || d.row(2, id, "contact") == "" || d.row(2, id, "answer") != "" {
			t.Error("answering on one site has changed another's")
		}
		for site, want := range map[kernel.SiteID]int{1: 1, 2: 0} {
			if all, err := d.done(d.ctx, site, 10); err != nil || len(all) != want {
				t.Errorf("site %d: %+v, %v", site, all, err)
			}
		}
	})
}

// Two people answer at once: one of them is told.
func TestAnsweredMeanwhile(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		_, id := d.take(1, "第一行有错字")
		_, beside := d.take(1, "第二行有错字")
		r, err := d.one(d.ctx, 1, id)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.HandOver(d.ctx, 1, id, "民政所"); err != nil {
			t.Fatal(err)
		}
		r.State = Fixed
		if err := d.DB.InTx(d.ctx, func(ctx context.Context) error { return d.save(ctx, r, Open) }); !fault.Is(err, fault.Conflict) {
			t.Errorf("saved over somebody else's: %v", err)
		}
		if d.row(1, beside, "state") != Open {
			t.Error("another report was handed over too")
		}
	})
}

func TestDraftsThatCannotBe(t *testing.T) {
	good := Draft{Kind: Link, Words: "附件打不开", Page: "/c/gonggao?p=2"}
	for _, c := range []struct {
		name  string
		spoil func(d *Draft)
		field string
	}{
		{"no kind", func(d *Draft) { d.Kind = "" }, "kind"}, {"a kind there is not", func(d *Draft) { d.Kind = "x" }, "kind"},
		{"too short", func(d *Draft) { d.Words = " 错  " }, "words"}, {"too long", func(d *Draft) { d.Words = strings.Repeat("错", longest+1) }, "words"},
		{"no text", func(d *Draft) { d.Words = "错字\x1b[31m在此" }, "words"}, {"half a number", func(d *Draft) { d.Contact = "123" }, "contact"},
		{"words for a contact", func(d *Draft) { d.Contact = "请打我的电话" }, "contact"}, {"a name and a mail", func(d *Draft) { d.Contact = "甲 <a@b.cn>" }, "contact"},
		{"a mail without end", func(d *Draft) { d.Contact = strings.Repeat("a", 100) + "@b.cn" }, "contact"},
	} {
		d := good
		c.spoil(&d)
		_, err := d.check()
		var f *fault.Fault
		if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Field != c.field {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for _, contact := range []string{"", "13812345678", "0915-3212345", "+86 915 3212345", "a.b@example.com"} {
		d := good
		d.Contact = contact
		if _, err := d.check(); err != nil {
			t.Errorf("contact %q: %v", contact, err)
		}
	}
	for page, want := range map[string]string{"/": "/", "/c/gonggao?p=2": "/c/gonggao?p=2", "": "", "//evil.com": "", "https://evil.com": "", "/a\\b": "", "/a b": "", "/" + strings.Repeat("a", pageMost): ""} {
		d := good
		d.Page = page
		if got, err := d.check(); err != nil || got.Page != want {
			t.Errorf("page %q is kept as %q: %v", page, got.Page, err)
		}
	}
}

func TestAnswersThatCannotBe(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		_, id := d.take(1, "第一行有错字")
		for name, err := range map[string]error{
			"no answer": d.Answer(d.ctx, 1, id, Fixed, " "), "no state": d.Answer(d.ctx, 1, id, "", "已经改正，谢谢。"), "back to open": d.Answer(d.ctx, 1, id, Open, "已经改正，谢谢。"),
			"no unit": d.HandOver(d.ctx, 1, id, ""), "a unit there is not": d.HandOver(d.ctx, 1, id, "财政局"),
		} {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := d.Answer(d.ctx, 1, 99, Fixed, "已经改正，谢谢。"); !fault.Is(err, fault.NotFound) {
			t.Errorf("one that is not there: %v", err)
		}
		if d.row(1, id, "state") != Open || len(d.actions()) != 1 {
			t.Errorf("something was changed: %v", d.actions())
		}
	})
}

// form is what a person sends who has the form of a site open.
func (d *desk) form(s *render.Site, more ...string) *web.Form {
	f := &web.Form{Site: s, From: netip.MustParseAddr("203.0.113.7"), Values: map[string]string{"token": d.secrets.token(s.ID, d.now), "kind": Stale, "words": "电话号码已经换了", "page": "/c/jigou"}}
	for i := 0; i+1 < len(more); i += 2 {
		f.Values[more[i]] = more[i+1]
	}
	return f
}

// G17: the form that citizens send leads to its code, and whatever is wrong is said above what was typed.
func TestTheFormOfCitizens(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		for _, c := range []struct{ name, key, value, says string }{
			{"no token", "token", "", "打开得太久"}, {"another site's", "token", d.secrets.token(2, d.now), "打开得太久"}, {"one of yesterday", "token", d.secrets.token(1, d.now.Add(-formFor-time.Second)), "打开得太久"},
			{"one of tomorrow", "token", d.secrets.token(1, d.now.Add(time.Hour)), "打开得太久"}, {"a robot", "homepage", "http://spam", "请留空"}, {"no words", "words", "", "4 到 600 个字"}, {"no kind", "kind", "", "哪种问题"},
			{"no contact", "contact", "x", "也可以不填"},
		} {
			p, err := d.send(d.ctx, d.form(d.town, c.key, c.value))
			if err != nil || p.Status != 422 || !strings.Contains(string(p.Body), c.says) || c.key != "words" && !strings.Contains(string(p.Body), "电话号码已经换了") {
				t.Errorf("%s: %v %+v", c.name, err, p)
			}
		}
		p, err := d.send(d.ctx, d.form(d.town, "contact", "a@example.com"))
		if err != nil || !strings.HasPrefix(p.Location, render.ReportPath+"/") {
			t.Fatalf("%+v, %v", p, err)
		}
		code, _ := strings.CutSuffix(strings.TrimPrefix(p.Location, render.ReportPath+"/"), "?new=1")
		see := func(s *render.Site, code, is string) (status int, body string) {
			t.Helper()
			p, err := d.showAnswer(d.ctx, &web.Request{Site: s, Params: map[string]string{"code": code}, Query: map[string]string{"new": is}})
			if err != nil {
				t.Fatal(err)
			}
			return p.Status, p.Location + string(p.Body)
		}
		if status, body := see(d.town, code, "1"); status != 200 || !strings.Contains(body, code) || !strings.Contains(body, "已经收到") || !strings.Contains(body, "办理中") || strings.Contains(body, "电话号码已经换了") || strings.Contains(body, "example.com") {
			t.Errorf("the receipt is %d %s", status, body)
		}
		if status, body := see(d.town, strings.ToLower(code[:5])+"-"+code[5:], ""); status != 301 || body != render.ReportPath+"/"+code {
			t.Errorf("as people type it: %d %s", status, body)
		}
		for name, at := range map[string]struct {
			s    *render.Site
			code string
		}{"another site's": {d.other, code}, "a wrong one": {d.town, "AAAAAAAAAA"}, "no code": {d.town, "x"}} {
			if status, body := see(at.s, at.code, ""); status != 404 || !strings.Contains(body, "没有这个查询码") {
				t.Errorf("%s: %d %s", name, status, body)
			}
		}
		r, err := d.byCode(d.ctx, 1, digest(code))
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Answer(d.ctx, 1, r.ID, Declined, "号码没有换，谢谢。"); err != nil {
			t.Fatal(err)
		}
		if _, body := see(d.town, code, ""); !strings.Contains(body, "未采纳") || !strings.Contains(body, "号码没有换，谢谢。") || strings.Contains(body, "王敏") {
			t.Errorf("the answer is %s", body)
		}
	})
}

// The page with the form: where it was opened from is shown in full, hostile addresses are not, and a typed code leads on.
func TestTheFormIsShown(t *testing.T) {
	d := open(t, dbtest.SQLite(t, audit.Migrations(), jobs.Migrations(), Migrations()), nil)
	show := func(query map[string]string) (int, string) {
		t.Helper()
		p, err := d.showForm(d.ctx, &web.Request{Site: d.town, Query: query})
		if err != nil {
			t.Fatal(err)
		}
		return p.Status, p.Location + string(p.Body)
	}
	if _, body := show(map[string]string{"page": "/a/12"}); !strings.Contains(body, "https://a.gov.cn/z/wuli/a/12") || !strings.Contains(body, `action="/z/wuli/-/report"`) || !strings.Contains(body, "3 个工作日") || !strings.Contains(body, "noindex") {
		t.Errorf("the form is %s", body)
	}
	for _, page := range []string{"//evil.com", "https://evil.com", "x"} {
		if _, body := show(map[string]string{"page": page}); strings.Contains(body, "evil.com") || strings.Contains(body, "有错的网页") {
			t.Errorf("%s is shown", page)
		}
	}
	if status, body := show(map[string]string{"code": "abcde 23456"}); status != 301 || body != render.ReportPath+"/ABCDE23456" {
		t.Errorf("a code leads to %d %s", status, body)
	}
	if status, body := show(map[string]string{"code": "<b>?"}); status != 200 || !strings.Contains(body, "没有这个查询码") || !strings.Contains(body, "&lt;b&gt;?") {
		t.Errorf("no code: %d %s", status, body)
	}
	// without the installation's key a report is taken, a contact is not
	if p, err := d.send(d.ctx, d.form(d.town, "contact", "13812345678")); err != nil || p.Status != 422 || !strings.Contains(string(p.Body), "不能加密保存") {
		t.Errorf("a contact without a key: %+v, %v", p, err)
	}
	if p, err := d.send(d.ctx, d.form(d.town)); err != nil || p.Location == "" {
		t.Errorf("without a contact: %+v, %v", p, err)
	}
}

// G17: an address may send a few, a site takes many; ten minutes later both may again.
func TestFlood(t *testing.T) {
	d := open(t, dbtest.SQLite(t, audit.Migrations(), jobs.Migrations(), Migrations()), []byte("key"))
	send := func(s *render.Site, from string) (bool, string) {
		t.Helper()
		f := d.form(s)
		f.From = netip.MustParseAddr(from)
		p, err := d.send(d.ctx, f)
		if err != nil {
			t.Fatal(err)
		}
		return p.Location != "", string(p.Body)
	}
	for i := range fromOne {
		if ok, body := send(d.town, "203.0.113.7"); !ok {
			t.Fatalf("the %dth is refused: %s", i+1, body)
		}
	}
	if ok, body := send(d.town, "203.0.113.7"); ok || !strings.Contains(body, "过十分钟") || !strings.Contains(body, "电话号码已经换了") {
		t.Errorf("one more is taken, or what was typed is lost: %s", body)
	}
	for name, c := range map[string]struct {
		s    *render.Site
		from string
	}{"of another site": {d.other, "203.0.113.7"}, "of a neighbour": {d.town, "203.0.113.8"}, "of IPv6": {d.town, "2001:db8::1"}} {
		if ok, body := send(c.s, c.from); !ok {
			t.Errorf("one %s is refused: %s", name, body)
		}
	}
	now := d.now
	for i := range fromOne - 1 {
		if err := d.flood.admit(1, netip.MustParseAddr("2001:db8::ffff"), now.Add(time.Duration(i))); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.flood.admit(1, netip.MustParseAddr("2001:db8::2:2"), now); !fault.Is(err, fault.Invalid) {
		t.Errorf("one household with many addresses: %v", err)
	}
	d.now = d.now.Add(within)
	if ok, body := send(d.town, "203.0.113.7"); !ok {
		t.Errorf("ten minutes later: %s", body)
	}
	var f flood
	n := 0
	for i := range 300 {
		if f.admit(1, netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), now) == nil {
			n++
		}
	}
	if n != toSite {
		t.Errorf("a site takes %d, want %d", n, toSite)
	}
	for i := range heldMost/2 + 10 {
		_ = f.admit(kernel.SiteID(i+2), netip.AddrFrom4([4]byte{11, byte(i >> 16), byte(i >> 8), byte(i)}), now)
	}
	if len(f.taken) > heldMost+1 {
		t.Errorf("%d senders are remembered", len(f.taken))
	}
	if err := f.admit(1, netip.Addr{}, now.Add(within)); err != nil || len(f.taken) != 2 {
		t.Errorf("what is over is remembered: %d, %v", len(f.taken), err)
	}
}

func TestSecrets(t *testing.T) {
	s, err := newSecrets([]byte("key"))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := s.seal(1, 2, "13812345678")
	if err != nil {
		t.Fatal(err)
	}
	other, _ := newSecrets([]byte("another key"))
	for name, f := range map[string]func() (string, error){
		"of another report": func() (string, error) { return s.open(1, 3, sealed) }, "of another site": func() (string, error) { return s.open(2, 2, sealed) },
		"with another key": func() (string, error) { return other.open(1, 2, sealed) }, "changed": func() (string, error) { return s.open(1, 2, "x"+sealed) },
	} {
		if got, err := f(); err == nil || got != "" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if got, err := s.open(1, 2, sealed); err != nil || got != "13812345678" {
		t.Errorf("%q, %v", got, err)
	}
	for contact, want := range map[string]string{"13812345678": "138****5678", "zhang@example.com": "z***@example.com", "123456": "****"} {
		if got := masked(contact); got != want {
			t.Errorf("%s is masked as %s", contact, got)
		}
	}
	seen := map[string]bool{}
	for range 1000 {
		code := newCode()
		if seen[code] || tidyCode(code) != code {
			t.Fatalf("code %q", code)
		}
		seen[code] = true
	}
	for typed, want := range map[string]string{"abcde-23456": "ABCDE23456", " ABCDE 23456 ": "ABCDE23456", "ABCDE2345": "", "ABCDE2345O": "", "": "", "ABCDE23456X": ""} {
		if got := tidyCode(typed); got != want {
			t.Errorf("%q is read as %q", typed, got)
		}
	}
}
