package column

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// as is somebody of that number.
func (h *house) as(n kernel.AccountID) context.Context {
	return kernel.WithActor(h.ctx, kernel.Actor{Account: n, Name: fmt.Sprintf("干部%d", n), Via: "console"})
}

const (
	lead   kernel.AccountID = 21 // supplies the content and asks
	editor kernel.AccountID = 31 // assembles the site and decides
)

func (h *house) ask(w Wish) int64 {
	h.t.Helper()
	if w.Reason == "" {
		w.Reason = "群众常来问"
	}
	id, err := h.Ask(h.as(lead), h.city.ID, w)
	h.must(err)
	return id
}

// looked is the consent of somebody who has the request on the screen as things are.
func (h *house) looked(request int64, slug string) Consent {
	h.t.Helper()
	r, err := h.Request(h.ctx, h.city.ID, request)
	h.must(err)
	yes := Consent{Kind: r.Kind, Slug: slug}
	yes.Column, _, _ = h.tree(h.city).stands(r.Column)
	yes.Successor, _, _ = h.tree(h.city).stands(r.Successor)
	return yes
}

func (h *house) fails(name string, err error, kind fault.Kind, says string) {
	h.t.Helper()
	if !fault.Is(err, kind) || !strings.Contains(fault.Say(err), says) {
		h.t.Errorf("%s: got %v (%s), want %s and %q", name, err, fault.Say(err), kind, says)
	}
}

// d49, d09 (domain.md 3): the states of a request: only an open one becomes anything, by whom and to what; the rest is refused and stays.
func TestTheStatesOfARequest(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		n := 0
		acts := map[string]func(id int64) error{
			Accepted: func(id int64) error {
				n++
				return h.Accept(h.as(editor), h.city.ID, id, h.looked(id, fmt.Sprintf("n%d", n)))
			},
			Refused:   func(id int64) error { return h.Refuse(h.as(editor), h.city.ID, id, "已有同类栏目") },
			Withdrawn: func(id int64) error { return h.Withdraw(h.as(lead), h.city.ID, id) },
		}
		states := []string{Accepted, Refused, Withdrawn}
		for i, from := range append([]string{Open}, states...) {
			for j, to := range states {
				id := h.ask(Wish{Kind: AskNew, Name: fmt.Sprintf("春茶%d%d", i, j), Sort: "news", CycleDays: 30})
				if from != Open {
					h.must(acts[from](id))
				}
				want := to
				if err := acts[to](id); from == Open {
					h.must(err)
				} else {
					want = from
					h.fails(from+" → "+to, err, fault.Conflict, "已经办结")
				}
				r, err := h.Request(h.ctx, h.city.ID, id)
				if h.must(err); r.State != want || (r.Made != 0) != (want == Accepted) || r.AskedBy != lead || r.DecidedName == "" || r.DecidedAt.IsZero() {
					t.Errorf("%s → %s: became %+v", from, to, r)
				}
			}
		}
		if open, err := h.openOf(h.ctx, h.city.ID); err != nil || len(open) != 0 {
			t.Errorf("still open: %v, %v", open, err)
		}
		over, err := h.Decided(h.ctx, h.city.ID)
		if h.must(err); len(over) != 12 {
			t.Errorf("%d are over, want 12", len(over))
		}
	})
}

// d49 (四(三) 上级技术、下级内容): what is accepted is done in the same transaction, audited with both names; addresses lead on as was foreseen.
func TestAcceptingDoesWhatWasAsked(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(h.city, 2)
		h.fill(h.city, 1)
		does := func(w Wish, slug string) []Address {
			t.Helper()
			id := h.ask(w)
			r, err := h.Request(h.ctx, h.city.ID, id)
			h.must(err)
			told, err := h.Foresee(h.ctx, r, slug)
			h.must(err)
			h.must(h.Accept(h.as(editor), h.city.ID, id, h.looked(id, slug)))
			return told
		}
		told := does(Wish{Kind: AskNew, Column: 20, Name: " 春茶 ", Sort: "news", CycleDays: 30, Nav: true}, "chuncha")
		made := h.tree(h.city).byPath["zhengce/chuncha"]
		if made == nil || made.Name != "春茶" || made.Parent != 20 || !made.Nav || made.CycleDays != 30 || len(told) != 1 || told[0].Leads() != "/c/zhengce/chuncha" {
			t.Errorf("made %+v, told %v", made, told)
		}
		if told = does(Wish{Kind: AskRename, Column: 2, Name: "公告公示"}, ""); len(told) != 0 || h.tree(h.city).Get(2).Name != "公告公示" || h.tree(h.city).Get(2).Path != "gonggao" {
			t.Errorf("renamed to %+v, told %v", h.tree(h.city).Get(2), told)
		}
		told = does(Wish{Kind: AskRename, Column: 2, Name: "公示"}, "gongshi")
		if k := h.tree(h.city).Get(2); len(told) != 1 || k.Path != told[0].To || k.Name != "公示" {
			t.Errorf("renamed to %+v, told %v", k, told)
		}
		told = does(Wish{Kind: AskMerge, Column: 2, Successor: 1}, "")
		k, to := h.tree(h.city).At("gongshi")
		if k != nil || len(told) != 1 || to != told[0].Leads() || h.tree(h.city).Get(2).State != Merged {
			t.Errorf("merged: %v leads to %q, told %v", k, to, told)
		}
		if told = does(Wish{Kind: AskClose, Column: made.ID}, ""); h.tree(h.city).Get(made.ID).State != Closed || len(told) != 1 || told[0].Leads() != "/" {
			t.Errorf("closed: %+v, told %v", h.tree(h.city).Get(made.ID), told)
		}
		h.chained()
	})
}

// chained looks for both names in the audit chain.
func (h *house) chained() {
	h.t.Helper()
	lines, err := h.log.List(h.ctx, h.city.ID, kernel.Page{Number: 1, Size: 50})
	h.must(err)
	seen := map[string]audit.Line{}
	for _, l := range lines {
		if _, have := seen[l.Action]; !have {
			seen[l.Action] = l
		}
	}
	accepted, did := seen["column.request.accept"], seen["column.close.execute"]
	if accepted.Note["asker_name"] != "干部21" || accepted.Note["decider_name"] != "干部31" || accepted.Actor.Account != editor || accepted.Before != Open || accepted.After != Accepted {
		h.t.Errorf("recorded %+v", accepted)
	}
	if did.Actor.Account != editor || seen["column.request.close"].Actor.Account != lead {
		h.t.Errorf("done %+v, asked %+v", did, seen["column.request.close"])
	}
	if seen["column.address"].After != "/c/gongshi" {
		h.t.Errorf("of the addresses the chain says %+v", seen["column.address"])
	}
}

// d49: asker and decider are two people; only the asker withdraws; what was asked about another site is not there.
func TestWhoDecidesAboutARequest(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.ask(Wish{Kind: AskRename, Column: 2, Name: "公告公示"})
		h.fails("accepting an own request", h.Accept(h.as(lead), h.city.ID, id, h.looked(id, "")), fault.Forbidden, "由另一个人办理")
		h.fails("refusing an own request", h.Refuse(h.as(lead), h.city.ID, id, "已有同类栏目"), fault.Forbidden, "由另一个人办理")
		h.fails("withdrawing another's", h.Withdraw(h.as(editor), h.city.ID, id), fault.Forbidden, "只有提出的人")
		h.fails("refusing without a reason", h.Refuse(h.as(editor), h.city.ID, id, " 不 "), fault.Invalid, "请写明理由")
		h.fails("refusing with a control character", h.Refuse(h.as(editor), h.city.ID, id, "不能这样\x00办"), fault.Invalid, "不能使用的字符")
		other := h.looked(id, "")
		other.Kind = AskClose
		h.fails("accepting another kind", h.Accept(h.as(editor), h.city.ID, id, other), fault.NotFound, "没有这份申请")
		h.fails("on another site", h.Withdraw(h.as(lead), h.county.ID, id), fault.NotFound, "没有这份申请")
		if r, err := h.Request(h.ctx, h.county.ID, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("the county has %+v, %v", r, err)
		}
		if open, err := h.openOf(h.ctx, h.county.ID); err != nil || len(open) != 0 {
			t.Errorf("the county has open %v, %v", open, err)
		}
		if r, err := h.Request(h.ctx, h.city.ID, id); err != nil || r.State != Open || h.tree(h.city).Get(2).Name != "通知公告" {
			t.Errorf("after what was refused: %+v, %v", r, err)
		}
		// A request of the same number on another site stays what it is.
		r, err := h.Request(h.ctx, h.city.ID, id)
		h.must(err)
		r.Site = h.county.ID
		h.must(h.db.InTx(h.ctx, func(ctx context.Context) error { return h.insertRequest(ctx, r) }))
		h.must(h.Refuse(h.as(editor), h.city.ID, id, "已有同类\n栏目"))
		if r, err = h.Request(h.ctx, h.county.ID, id); err != nil || r.State != Open {
			t.Errorf("the county's became %+v, %v", r, err)
		}
		if over, err := h.Decided(h.ctx, h.county.ID); err != nil || len(over) != 0 {
			t.Errorf("decided in the county: %v, %v", over, err)
		}
		if open, err := h.OpenRequests(h.ctx); err != nil || len(open) != 1 || open[0].Site != h.county.ID {
			t.Errorf("open on all sites: %v, %v", open, err)
		}
	})
}

// d49, LE1: a column that was changed since the request, or since the screen was looked at, is not changed blindly; one that has ended is not changed at all.
func TestARequestWhoseColumnHasChanged(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.ask(Wish{Kind: AskMerge, Column: 2, Successor: 1})
		before := h.looked(id, "")
		h.must(h.Rename(h.as(editor), h.city.ID, 2, "公告"))
		h.fails("by an old screen", h.Accept(h.as(editor), h.city.ID, id, before), fault.Conflict, "刚被别人改过")
		h.must(h.Rename(h.as(editor), h.city.ID, 1, "动态"))
		half := before
		half.Column = h.looked(id, "").Column
		h.fails("by an old screen of the successor", h.Accept(h.as(editor), h.city.ID, id, half), fault.Conflict, "刚被别人改过")
		now := h.looked(id, "")
		h.fails("blindly", h.Accept(h.as(editor), h.city.ID, id, now), fault.Invalid, "我看过改动")
		r, err := h.Request(h.ctx, h.city.ID, id)
		if h.must(err); !r.Drifted(h.tree(h.city)) || !strings.Contains(r.ColumnWas, "通知公告 (/c/gonggao)") {
			t.Errorf("nothing tells what it was: %+v", r)
		}
		now.Changed = true
		h.must(h.Accept(h.as(editor), h.city.ID, id, now))

		for _, w := range []Wish{{Kind: AskRename, Column: 20, Name: "文件库"}, {Kind: AskNew, Column: 20, Name: "市令", Sort: "policy", CycleDays: 30}} {
			id := h.ask(w)
			r, err := h.Request(h.ctx, h.city.ID, id)
			h.must(err)
			h.closes(20)
			yes := h.looked(id, "ling")
			yes.Changed = true
			h.fails(w.Kind+" of a closed one", h.Accept(h.as(editor), h.city.ID, id, yes), fault.Conflict, "已经归并或关闭")
			if told, err := h.Foresee(h.ctx, r, "ling"); !fault.Is(err, fault.Conflict) {
				t.Errorf("%s of a closed one: foresees %v, %v", w.Kind, told, err)
			}
			if r, err = h.Request(h.ctx, h.city.ID, id); err != nil || r.State != Open {
				t.Errorf("became %+v, %v", r, err)
			}
			h.reopens(20)
		}
	})
}

// closes ends a column whatever stands below it; reopens takes that back.
func (h *house) closes(column int64)  { h.state(column, Closed) }
func (h *house) reopens(column int64) { h.state(column, Active) }

func (h *house) state(column int64, state string) {
	h.t.Helper()
	h.must(h.db.InTx(h.ctx, func(ctx context.Context) error {
		list, err := h.changes(ctx, h.city.ID)
		d := change{ID: column}
		for _, have := range list {
			if have.ID == column {
				d = have
			}
		}
		d.State = state
		if err == nil {
			err = errors.Join(h.save(ctx, h.city.ID, d), h.rev.Bump(ctx, h.city.ID))
		}
		return err
	}))
}

// d49, d09: a wish that could not be done is refused in the words in which doing it is, and so is a second one about the same thing.
func TestWishesRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		tree := h.tree(h.city)
		var statutory int64
		for _, k := range tree.All() {
			if k.Statutory && statutory == 0 {
				statutory = k.ID
			}
		}
		why := "群众常来问"
		for _, row := range []struct {
			name string
			w    Wish
			kind fault.Kind
			says string
		}{
			{"of no kind", Wish{Kind: "move", Column: 2, Reason: why}, fault.Invalid, "没有这种申请"},
			{"without a reason", Wish{Kind: AskRename, Column: 2, Name: "公告", Reason: " \n"}, fault.Invalid, "请写明理由"},
			{"with a reason of a book", Wish{Kind: AskRename, Column: 2, Name: "公告", Reason: strings.Repeat("长", 501)}, fault.Invalid, "4 到 500"},
			{"with bytes of no text", Wish{Kind: AskRename, Column: 2, Name: "公告", Reason: "群众\x1b常来问"}, fault.Invalid, "不能使用的字符"},
			{"the name it has", Wish{Kind: AskRename, Column: 2, Name: "通知公告", Reason: why}, fault.Invalid, "请写新的名称"},
			{"an empty name", Wish{Kind: AskRename, Column: 2, Name: " ", Reason: why}, fault.Invalid, "不能为空"},
			{"a column that is not there", Wish{Kind: AskRename, Column: 424242, Name: "公告", Reason: why}, fault.NotFound, "没有这个栏目"},
			{"below one that is not there", Wish{Kind: AskNew, Column: 424242, Name: "公告", Sort: "news", CycleDays: 30, Reason: why}, fault.NotFound, "没有这个栏目"},
			{"a kind that is not there", Wish{Kind: AskNew, Name: "公告", Sort: "blog", CycleDays: 30, Reason: why}, fault.Invalid, "栏目类别"},
			{"updated each quarter", Wish{Kind: AskNew, Name: "公告", Sort: "news", CycleDays: 90, Reason: why}, fault.Invalid, "两个月"},
			{"merging into itself", Wish{Kind: AskMerge, Column: 2, Successor: 2, Reason: why}, fault.Invalid, "接替"},
			{"merging into nothing", Wish{Kind: AskMerge, Column: 2, Reason: why}, fault.Invalid, "接替"},
			{"closing what the law asks for", Wish{Kind: AskClose, Column: statutory, Reason: why}, fault.Conflict, "法定公开栏目"},
		} {
			_, err := h.Ask(h.as(lead), h.city.ID, row.w)
			h.fails(row.name, err, row.kind, row.says)
		}
		h.ask(Wish{Kind: AskRename, Column: 2, Name: "公告"})
		h.ask(Wish{Kind: AskMerge, Column: 2, Successor: 1})
		h.ask(Wish{Kind: AskNew, Name: "春茶", Sort: "news", CycleDays: 30})
		for name, w := range map[string]Wish{
			"another name":             {Kind: AskRename, Column: 2, Name: "公示", Reason: why},
			"another end":              {Kind: AskClose, Column: 2, Reason: why},
			"another one of that name": {Kind: AskNew, Name: " 春茶", Sort: "notice", CycleDays: 30, Reason: why},
		} {
			_, err := h.Ask(h.as(lead+1), h.city.ID, w)
			h.fails(name, err, fault.Conflict, "干部21已经提出过同样的申请")
		}
		if _, err := h.Ask(h.as(lead), h.county.ID, Wish{Kind: AskRename, Column: 2, Name: "公示", Reason: why}); err != nil {
			t.Errorf("the county may not ask for its own: %v", err)
		}
		for i := 3; i < mostOpen; i++ {
			h.ask(Wish{Kind: AskNew, Name: fmt.Sprintf("栏目%d", i), Sort: "news", CycleDays: 30})
		}
		_, err := h.Ask(h.as(lead), h.city.ID, Wish{Kind: AskNew, Name: "又一个", Sort: "news", CycleDays: 30, Reason: why})
		h.fails("one too many", err, fault.Conflict, "30 份")
	})
}

// d49: of two who decide at once one does; of two who ask for the same at once one does, on whatever engine.
func TestTwoDecideAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		asks := func() error {
			_, err := h.Ask(h.as(lead), h.city.ID, Wish{Kind: AskRename, Column: 2, Name: "公告", Reason: "群众常来问"})
			return err
		}
		if told := h.together(asks, asks); told != 1 {
			t.Errorf("of two who asked for the same %d were told, want 1", told)
		}
		open, err := h.openOf(h.ctx, h.city.ID)
		if h.must(err); len(open) != 1 {
			t.Fatalf("open: %v", open)
		}
		id, yes := open[0].ID, h.looked(open[0].ID, "")
		told := h.together(func() error { return h.Accept(h.as(editor), h.city.ID, id, yes) }, func() error { return h.Refuse(h.as(editor+1), h.city.ID, id, "已有同类栏目") })
		r, err := h.Request(h.ctx, h.city.ID, id)
		if h.must(err); told != 1 || (r.State == Accepted) != (h.tree(h.city).Get(2).Name == "公告") {
			t.Errorf("of two who decided %d were told; it is %+v", told, r)
		}
	})
}

// d49: what accepting would do is refused beforehand where doing it is.
func TestForeseeingRefuses(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, row := range []struct {
			name, slug string
			w          Wish
			kind       fault.Kind
			says       string
		}{
			{"an address of no form", "Bad Slug", Wish{Kind: AskNew, Name: "春茶", Sort: "news", CycleDays: 30}, fault.Invalid, "小写字母"},
			{"an address that another has", "gonggao", Wish{Kind: AskNew, Name: "春茶", Sort: "news", CycleDays: 30}, fault.Invalid, "已由栏目"},
			{"another's address", "dongtai", Wish{Kind: AskRename, Column: 2, Name: "公告"}, fault.Invalid, ""},
			{"a successor of itself", "", Wish{Kind: AskMerge, Column: 2, Successor: 2}, fault.Invalid, "接替"},
			{"of what is not there", "", Wish{Kind: AskRename, Column: 424242, Name: "公告"}, fault.NotFound, "没有这个栏目"},
		} {
			if row.name == "another's address" {
				row.slug = h.tree(h.city).Get(1).Slug
			}
			told, err := h.Foresee(h.ctx, Request{Site: h.city.ID, Wish: row.w}, row.slug)
			if h.fails(row.name, err, row.kind, row.says); told != nil {
				t.Errorf("%s: told %v", row.name, told)
			}
		}
		if told, err := h.Foresee(h.ctx, Request{Site: h.city.ID, Wish: Wish{Kind: AskNew, Name: "春茶", Sort: "news", CycleDays: 30}}, ""); err != nil || told != nil {
			t.Errorf("without an address: %v, %v", told, err)
		}
	})
}
