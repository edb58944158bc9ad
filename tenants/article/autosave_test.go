package article

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db"
)

const window = "0123456789abcdef-a"

// as is the context of another person.
func (h *house) as(who kernel.AccountID) context.Context {
	return kernel.WithActor(h.ctx, kernel.Actor{Account: who, Name: "别人", Via: "console"})
}

// typing is an autosave of the open form.
func (h *house) typing(id ID, session string, seq int64, words string) Autosave {
	return Autosave{Site: h.city.ID, Article: id, Session: session, Base: 1, Seq: seq, Words: words}
}

// rows counts a table.
func (h *house) rows(table string) (n int) {
	h.t.Helper()
	h.must(h.DB.Conn(h.ctx).NewRaw("SELECT count(*) FROM "+table).Scan(h.ctx, &n))
	return n
}

// X3 (must show 2): two hundred autosaves of one form are one, the newest wins however late another comes, and the article, its version
// and the audit chain are as they were.
func TestAnAutosaveTouchesNothingElse(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id, err := h.Create(h.ctx, h.city.ID, 1, "", news("原稿"))
		h.must(err)
		chain := h.rows("audit_entries")
		for seq := range int64(200) {
			_, err := h.Autosave(h.ctx, h.typing(id, window, seq, fmt.Sprintf(`{"Body":"第%d次"}`, seq)))
			h.must(err)
		}
		late, err := h.Autosave(h.ctx, h.typing(id, window, 150, `{"Body":"迟到"}`))
		h.must(err)
		if late.Seq != 199 || late.Words != `{"Body":"第199次"}` {
			t.Errorf("after one that came late %+v is kept", late)
		}
		all, err := h.Unsaved(h.ctx, h.city.ID, id)
		h.must(err)
		if len(all) != 1 || all[0] != late || h.rows("article_autosaves") != 1 {
			t.Errorf("kept %+v", all)
		}
		d, err := h.Get(h.ctx, h.city.ID, id)
		h.must(err)
		if d.Version != 1 || d.Payload.Title != "原稿" || h.rows("audit_entries") != chain {
			t.Errorf("the article became %+v", d)
		}
	})
}

// X3: saving the form takes its autosave away in the same transaction, and no other; a refused one takes nothing away.
func TestSavingEndsTheAutosave(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, session := range []string{window, window + "b"} {
			_, err := h.Autosave(h.ctx, h.typing(0, session, 1, `{"Title":"新稿"}`))
			h.must(err)
		}
		if _, err := h.CreateFrom(h.ctx, h.city.ID, 999, "", news("新稿"), Saved{Session: window}); err == nil {
			t.Fatal("a column that is none was taken")
		}
		if n := h.rows("article_autosaves"); n != 2 {
			t.Errorf("a refused form left %d autosaves of 2", n)
		}
		_, err := h.CreateFrom(h.ctx, h.city.ID, 1, "", news("新稿"), Saved{Session: window})
		h.must(err)
		left, err := h.Unsaved(h.ctx, h.city.ID, 0)
		h.must(err)
		if len(left) != 1 || left[0].Session != window+"b" {
			t.Errorf("left: %+v", left)
		}
		h.must(h.Discard(h.as(reviewer), h.city.ID, Saved{Session: left[0].Session, Restored: left[0].ID}))
		if n := h.rows("article_autosaves"); n != 1 {
			t.Error("somebody else took it away")
		}
		h.must(h.Discard(h.ctx, h.city.ID, Saved{Restored: left[0].ID}))
		if n := h.rows("article_autosaves"); n != 0 {
			t.Errorf("%d left", n)
		}
	})
}

// A12, X3: an autosave is its writer's alone, on its own site, and for its own article.
func TestAnAutosaveIsItsWriters(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id, err := h.Create(h.ctx, h.city.ID, 1, "", news("一"))
		h.must(err)
		other, err := h.Create(h.ctx, h.city.ID, 1, "", news("二"))
		h.must(err)
		kept, err := h.Autosave(h.ctx, h.typing(id, window, 1, `{"Title":"只给自己看"}`))
		h.must(err)
		_, err = h.Unfinished(h.as(reviewer), h.city.ID, kept.ID)
		refused(t, "another person's", err, fault.NotFound, "没有这份")
		_, err = h.Unfinished(h.ctx, h.towns[0].ID, kept.ID)
		refused(t, "another site's", err, fault.NotFound, "没有这份")
		if all, err := h.Unsaved(h.as(reviewer), h.city.ID, id); err != nil || len(all) != 0 {
			t.Errorf("somebody else sees %v, %v", all, err)
		}
		_, err = h.Autosave(h.ctx, h.typing(other, window, 2, `{}`))
		refused(t, "another article in the same window", err, fault.Conflict, "另一篇")
		foreign := h.typing(id, window+"c", 1, `{}`)
		foreign.Site = h.towns[0].ID
		_, err = h.Autosave(h.ctx, foreign)
		refused(t, "another site's article", err, fault.NotFound, "没有这篇稿件")
		for _, bad := range []Autosave{{Session: "short"}, {Session: strings.Repeat("a", 65)}, {Session: "ABCDEFGHIJKLMNOPQ"}, {Session: "0123456789abcde'"}, {Session: window, Seq: -1}, {Session: window, Base: -1}} {
			bad.Site = h.city.ID
			_, err := h.Autosave(h.ctx, bad)
			refused(t, fmt.Sprintf("%+v", bad), err, fault.Invalid, "请刷新")
		}
		_, err = h.Autosave(kernel.WithActor(h.ctx, kernel.Actor{}), h.typing(id, window, 1, `{}`))
		refused(t, "nobody's", err, fault.Forbidden, "请先登录")
	})
}

// X3: who has the form open is seen by the others for a minute; looking at it keeps no words and takes none away.
func TestWhoIsThere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id, err := h.Create(h.ctx, h.city.ID, 1, "", news("共同写"))
		h.must(err)
		_, err = h.Autosave(h.ctx, h.typing(id, window, 5, `{"Body":"正在写"}`))
		h.must(err)
		h.must(h.Arrive(h.ctx, h.city.ID, id, window))
		h.must(h.Arrive(h.as(reviewer), h.city.ID, id, window))
		h.must(h.Arrive(h.as(reviewer), h.city.ID, id, window+"2"))
		for who, want := range map[kernel.AccountID]string{author: "[12]", reviewer: "[11]", final: "[11 12]"} {
			seen, err := h.Others(h.as(who), h.city.ID, id)
			h.must(err)
			ids := map[kernel.AccountID]bool{}
			for _, s := range seen {
				ids[s.Account] = true
			}
			var got []kernel.AccountID
			for _, id := range []kernel.AccountID{author, reviewer, final} {
				if ids[id] {
					got = append(got, id)
				}
			}
			if fmt.Sprint(got) != want || len(seen) != len(got) {
				t.Errorf("%d sees %v, want %s", who, seen, want)
			}
		}
		if all, err := h.Unsaved(h.ctx, h.city.ID, id); err != nil || len(all) != 1 || all[0].Words != `{"Body":"正在写"}` || all[0].Seq != 5 {
			t.Errorf("looking at the form left %+v, %v", all, err)
		}
		h.now = h.now.Add(PresentWithin + time.Second)
		if seen, err := h.Others(h.as(final), h.city.ID, id); err != nil || len(seen) != 0 {
			t.Errorf("after a minute %v is still there, %v", seen, err)
		}
	})
}

// X3: what nobody comes back to is taken away after thirty days by the queue, on whatever node runs then, and not before.
func TestUnsavedTextIsKeptThirtyDays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, err := h.Autosave(h.ctx, h.typing(0, window, 1, `{"Title":"忘了"}`))
		h.must(err)
		h.now = h.now.Add(unsavedFor - time.Hour)
		h.must(h.Queue.Drain(h.ctx))
		_, err = h.Autosave(h.ctx, h.typing(0, window+"new", 1, `{"Title":"刚写的"}`))
		h.must(err)
		if n := h.rows("article_autosaves"); n != 2 {
			t.Fatalf("%d kept of 2", n)
		}
		h.now = monthAfter(h.now.Add(time.Hour))
		h.must(h.Queue.Drain(h.ctx))
		if all, err := h.Unsaved(h.ctx, h.city.ID, 0); err != nil || len(all) != 1 || all[0].Session != window+"new" {
			t.Errorf("kept: %+v, %v", all, err)
		}
	})
}

// Lawful erasure reaches what was being typed.
func TestErasureReachesAutosaves(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.publish(h.city, 1, news("要删除的"))
		_, err := h.Autosave(h.ctx, h.typing(id, window, 1, `{"Body":"要删除的话"}`))
		h.must(err)
		h.must(h.Published.Erase(h.ctx, object(h.city.ID, id), publication.Erasure{Reason: "法院判决", Basis: "〔2026〕1号", By: reviewer, Approver: secrecy}))
		if n := h.rows("article_autosaves"); n != 0 {
			t.Errorf("%d kept", n)
		}
	})
}

// X3: what an autosave of a long text costs.
func BenchmarkAutosave(b *testing.B) {
	engines(b, func(b *testing.B, d *db.DB) {
		h := build(b, d)
		id, err := h.Create(h.ctx, h.city.ID, 1, "", news("原稿"))
		h.must(err)
		words := `{"Body":"` + strings.Repeat("各县区人民政府：", 2000) + `"}`
		for seq := int64(1); b.Loop(); seq++ {
			if _, err := h.Autosave(h.ctx, h.typing(id, window, seq, words)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
