package correction

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

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
