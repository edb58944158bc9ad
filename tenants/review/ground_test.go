package review

import (
	"context"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// D2, d02: why a text is not disclosed is confirmed by who reviews its secrecy and has not written it, once for each version; the schema
// refuses what the room let through, and another site knows nothing of it.
func TestTheGroundIsConfirmedByAnother(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *db.DB) {
		d := newDesk(t, s)
		claim := Claim{Author: officer, Version: 3, Disclosure: "on_request", Ground: "条例第十五条"}
		own := claim
		own.Author = secrecy
		open, bare := claim, claim
		open.Disclosure, bare.Ground = "proactive", " "
		for _, row := range []struct {
			what  string
			who   kernel.AccountID
			c     Claim
			words string
			want  fault.Kind
			says  string
		}{
			{"nobody", 0, claim, "同意", fault.Forbidden, "请先登录"}, {"its author", officer, claim, "同意", fault.Forbidden, ""}, {"a reviewer without the post", checker, claim, "同意", fault.Forbidden, ""},
			{"an operator", operator, claim, "同意", fault.Forbidden, ""}, {"who has written it", secrecy, own, "同意", fault.Forbidden, "作者以外"},
			{"a text that is disclosed", secrecy, open, "同意", fault.Conflict, "没有要确认"}, {"a text without a ground", secrecy, bare, "同意", fault.Conflict, "没有要确认"},
			{"without a word", secrecy, claim, " \n", fault.Invalid, "确认意见"}, {"with too many", secrecy, claim, strings.Repeat("长", NoteMost+1), fault.Invalid, "精简"},
			{"the secrecy reviewer", secrecy, claim, " 依据成立 ", "", ""}, {"once more", both, claim, "同意", fault.Conflict, "已经确认过"},
		} {
			err := d.Confirm(by(row.who), thing(1), row.c, row.words)
			check(t, row.what, err, row.want)
			if err != nil && !strings.Contains(fault.Say(err), row.says) {
				t.Errorf("%s reads %q", row.what, fault.Say(err))
			}
		}
		later := claim
		later.Version, later.Disclosure = 4, "withheld"
		check(t, "another version", d.Confirm(by(both), thing(1), later, "仍成立"), "")
		all, err := d.Grounds(t.Context(), thing(1))
		if err != nil || len(all) != 2 || all[0].By != secrecy || all[0].Words != "依据成立" || all[0].Claim != claim || all[1].Claim != later || !all[0].At.Equal(d.Now()) {
			t.Errorf("%+v, %v", all, err)
		}
		if g := Confirmed(all, claim); g == nil || g.By != secrecy || Confirmed(all, Claim{Version: 5}) != nil {
			t.Errorf("%+v confirms", g)
		}
		for _, obj := range []publication.Object{{Site: 2, Kind: "article", ID: 1}, thing(2), {Site: site, Kind: "page", ID: 1}} {
			if other, err := d.Grounds(t.Context(), obj); err != nil || len(other) != 0 {
				t.Errorf("%v has %v, %v", obj, other, err)
			}
		}
		err = s.InTx(t.Context(), func(ctx context.Context) error {
			return d.putGround(ctx, thing(3), Ground{Claim: own, ID: 77, By: secrecy, Words: "自己确认", At: d.Now()})
		})
		if !db.Refused(err) {
			t.Errorf("an author confirms his own, and the schema answers %v", err)
		}
		if n := recorded(t, d, "review.ground"); n != 2 {
			t.Errorf("%d records", n)
		}
	}, schema...)
}

// recorded is how often the chain of the site tells of an action.
func recorded(t *testing.T, d *Desk, action string) (n int) {
	t.Helper()
	if err := d.DB.Conn(t.Context()).NewRaw("SELECT count(*) FROM audit_entries WHERE chain = ? AND action = ?", site, action).Scan(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// C7: a site proposes its own reasons for a return, tidied, bounded and recorded; without any the usual ones count again, and no other site's.
func TestASiteHasItsOwnReasons(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *db.DB) {
		d := newDesk(t, s)
		is := func(site kernel.SiteID, want string, own bool) {
			t.Helper()
			all, set, err := d.Reasons(t.Context(), site)
			if err != nil || set != own || !strings.HasPrefix(strings.Join(all, "|"), want) {
				t.Errorf("site %d: %q, %v, %v", site, all, set, err)
			}
		}
		is(site, "标题不准确", false)
		for what, row := range map[string]struct{ typed, says string }{
			"too many": {strings.Repeat("一\n", 1) + lines(ReasonsMost+1), "最多列"}, "too long": {strings.Repeat("长", ReasonMost+1), "最多 100 个字"},
			"what nobody sees": {"甲\x07乙", "看不见"}, "no text": {"\xff\xfe", "看不见"},
		} {
			err := d.SetReasons(by(leader), site, row.typed)
			check(t, what, err, fault.Invalid)
			if !strings.Contains(fault.Say(err), row.says) {
				t.Errorf("%s: %v", what, err)
			}
		}
		check(t, "nobody", d.SetReasons(context.Background(), site, "甲"), fault.Forbidden)
		check(t, "as many as fit", d.SetReasons(by(leader), site, lines(ReasonsMost)), "")
		check(t, "its own", d.SetReasons(by(leader), site, " 请附文件依据。\r\n\r\n请联系办公室。\r\n请附文件依据。\n"), "")
		check(t, "the same", d.SetReasons(by(leader), site, "请附文件依据。\n请联系办公室。"), "")
		check(t, "another site's", d.SetReasons(by(leader), 2, "别站的理由"), "")
		is(site, "请附文件依据。|请联系办公室。", true)
		is(2, "别站的理由", true)
		if n := recorded(t, d, "review.reasons"); n != 2 {
			t.Errorf("%d records", n)
		}
		check(t, "none", d.SetReasons(by(leader), site, " \n"), "")
		is(site, "标题不准确", false)
		is(2, "别站的理由", true)
	}, schema...)
}

// lines are so many different reasons.
func lines(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("理由" + kernel.SiteID(i+1).String() + "\n")
	}
	return b.String()
}
