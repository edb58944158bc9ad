package article

import (
	"fmt"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
)

// history writes an article's versions down, the first first.
func (h *house) history(site kernel.SiteID, id ID) string {
	h.t.Helper()
	all, err := h.Versions(h.ctx, site, id, kernel.Page{Number: 1, Size: 100})
	h.must(err)
	out := ""
	for i := len(all) - 1; i >= 0; i-- {
		out += fmt.Sprintf("%d %s %d %s; ", all[i].Number, all[i].Why, all[i].Author, all[i].Payload.Title)
	}
	return out
}

// B8, d41: every named save keeps its text with who and why; a move keeps none; an earlier text comes back as a new version, and nothing after
// it is lost.
func TestVersions(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id, err := h.Create(h.ctx, h.city.ID, 1, "", news("一"))
		h.must(err)
		h.must(h.Edit(h.as(reviewer), h.city.ID, id, 1, news("二")))
		h.must(h.Recolumn(h.ctx, h.city.ID, id, 20))
		h.must(h.EditMerged(h.ctx, h.city.ID, id, 3, news("三")))
		h.must(h.Restore(h.ctx, h.city.ID, id, 4, 1))
		_, err = h.Submit(h.ctx, h.city.ID, id, 5)
		h.must(err)
		if got, want := h.history(h.city.ID, id), "1 create 11 一; 2 edit 12 二; 4 merge 11 三; 5 restore 11 一; 6 submit 11 一; "; got != want {
			t.Errorf("kept %q, want %q", got, want)
		}
		for seen, want := range map[int64]string{1: "一", 2: "二", 3: "二", 4: "三", 99: "一"} {
			v, err := h.Version(h.ctx, h.city.ID, id, seen)
			h.must(err)
			if v.Payload.Title != want || v.Payload.Body != "<p>"+want+"的正文。</p>" {
				t.Errorf("at version %d it was %+v", seen, v.Payload)
			}
		}
		refused(t, "while it is under review", h.Restore(h.ctx, h.city.ID, id, 6, 1), fault.Conflict, "正在审核")
		h.must(h.Return(h.ctx, h.city.ID, id))
		refused(t, "over somebody's change", h.Restore(h.ctx, h.city.ID, id, 6, 1), fault.Conflict, "刷新")
		refused(t, "a version without a text", h.Restore(h.ctx, h.city.ID, id, 7, 3), fault.NotFound, "没有这个版本")
		_, err = h.Version(h.ctx, h.towns[0].ID, id, 1)
		refused(t, "another site's", err, fault.NotFound, "没有这个版本")
		refused(t, "another site's", h.Restore(h.ctx, h.towns[0].ID, id, 7, 1), fault.NotFound, "没有这个版本")
		if got := h.history(h.towns[0].ID, id); got != "" {
			t.Errorf("another site lists %q", got)
		}
	})
}

// B8: a restore is taken back with one press, to the text before it, also after a move; not when anybody has saved or sent since, and no
// other change is taken back so. An article whose public text that is stands as published again.
func TestARestoreIsTakenBack(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		site := h.city.ID
		is := func(id ID, title, state string, author kernel.AccountID) int64 {
			t.Helper()
			d, err := h.Get(h.ctx, site, id)
			h.must(err)
			if d.Payload.Title != title || d.State != state || d.Author != author {
				t.Errorf("it is %q, %s, by %d; want %q, %s, by %d", d.Payload.Title, d.State, d.Author, title, state, author)
			}
			return d.Version
		}
		id, err := h.Create(h.ctx, site, 1, "", news("一"))
		h.must(err)
		h.must(h.Edit(h.ctx, site, id, 1, news("二")))
		refused(t, "an edit", h.Unrestore(h.ctx, site, id, 2), fault.Conflict, "又有人保存")
		h.must(h.Restore(h.ctx, site, id, 2, 1))
		h.must(h.Recolumn(h.ctx, site, id, 20))
		refused(t, "another version", h.Unrestore(h.ctx, site, id, 2), fault.Conflict, "又有人保存")
		refused(t, "another site's", h.Unrestore(h.ctx, h.towns[0].ID, id, 3), fault.NotFound, "")
		h.must(h.Unrestore(h.as(reviewer), site, id, 3))
		is(id, "二", Drafted, reviewer)
		refused(t, "twice", h.Unrestore(h.ctx, site, id, 3), fault.Conflict, "又有人保存")
		if got, want := h.history(site, id), "1 create 11 一; 2 edit 11 二; 3 restore 11 一; 5 restore 12 二; "; got != want {
			t.Errorf("kept %q, want %q", got, want)
		}
		h.must(h.Restore(h.ctx, site, id, 5, 1))
		h.must(h.Edit(h.as(reviewer), site, id, 6, news("三")))
		refused(t, "saved since", h.Unrestore(h.ctx, site, id, 6), fault.Conflict, "又有人保存")
		h.must(h.Restore(h.ctx, site, id, 7, 1))
		_, err = h.Submit(h.ctx, site, id, 8)
		h.must(err)
		refused(t, "sent since", h.Unrestore(h.ctx, site, id, 8), fault.Conflict, "又有人保存或送审")

		id = h.publish(h.city, 1, news("公开的"))
		at := is(id, "公开的", Released, author)
		h.must(h.Edit(h.ctx, site, id, at, news("改坏的")))
		h.must(h.Restore(h.ctx, site, id, at+1, at))
		h.must(h.Unrestore(h.ctx, site, id, at+2))
		is(id, "改坏的", Drafted, author)
		h.must(h.Restore(h.ctx, site, id, at+3, at))
		h.review(h.city, id)
		h.must(h.Publish(h.ctx, site, id))
		at = is(id, "公开的", Released, author)
		h.must(h.Restore(h.ctx, site, id, at, 3))
		is(id, "改坏的", Drafted, author)
		h.must(h.Unrestore(h.ctx, site, id, at+1))
		is(id, "公开的", Released, author)
		h.must(h.Edit(h.ctx, site, id, at+2, news("公开的"))) // the same words, sent again and returned, are a draft
		_, err = h.Submit(h.ctx, site, id, at+3)
		h.must(err)
		h.must(h.Return(h.ctx, site, id))
		h.must(h.Restore(h.ctx, site, id, at+5, 3))
		h.must(h.Unrestore(h.ctx, site, id, at+6))
		is(id, "公开的", Drafted, author)
		at += 5
		h.must(h.Restore(h.ctx, site, id, at+2, 3))
		h.must(h.Withdraw(h.ctx, site, id, "有误"))
		h.must(h.Unrestore(h.ctx, site, id, at+3))
		is(id, "公开的", Drafted, author)
	})
}

// B8: an article that was taken over, or stood here before versions were kept, keeps its text as it was before the first change.
func TestTheTextBeforeTheFirstChange(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.take([]string{jsonl("d1", "迁移来的文件", "2001-01-01")}, h.city)
		all, err := h.List(h.ctx, h.city.ID, Filter{}, kernel.Page{Number: 1, Size: 10})
		h.must(err)
		id := all[0].ID
		if got := h.history(h.city.ID, id); got != "" {
			t.Fatalf("an import keeps %q", got)
		}
		h.must(h.Edit(h.ctx, h.city.ID, id, 1, news("改正的文件")))
		v, err := h.Version(h.ctx, h.city.ID, id, 1)
		h.must(err)
		if v.Why != KeptBefore || v.Payload.Title != "迁移来的文件" || v.Payload.Origin == nil {
			t.Errorf("before it was %+v", v)
		}
		h.must(h.Restore(h.ctx, h.city.ID, id, 2, 1))
		d, err := h.Get(h.ctx, h.city.ID, id)
		h.must(err)
		if d.Payload.Title != "迁移来的文件" || d.Payload.Origin == nil || d.Payload.Origin.ID != "d1" {
			t.Errorf("restored %+v", d.Payload)
		}
	})
}

// Lawful erasure reaches every version.
func TestErasureReachesVersions(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.publish(h.city, 1, news("要删除的"))
		kept := h.publish(h.city, 1, news("留着的"))
		h.must(h.Published.Erase(h.ctx, object(h.city.ID, id), publication.Erasure{Reason: "法院判决", Basis: "〔2026〕1号", By: reviewer, Approver: secrecy}))
		if got := h.history(h.city.ID, id); got != "" {
			t.Errorf("erased, and kept %q", got)
		}
		if got := h.history(h.city.ID, kept); got == "" {
			t.Error("another article lost its versions")
		}
	})
}
