package site_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/site"
)

var states = []site.State{site.Applied, site.Approved, site.Refused, site.Provisioning, site.Trial, site.Online, site.Suspended, site.Closing, site.Closed}

// paths lead from a state a site may begin in to every other.
var paths = map[site.State][]site.State{
	site.Applied: {site.Applied}, site.Approved: {site.Approved}, site.Refused: {site.Applied, site.Refused},
	site.Provisioning: {site.Approved, site.Provisioning}, site.Trial: {site.Trial}, site.Online: {site.Online},
	site.Suspended: {site.Online, site.Suspended}, site.Closing: {site.Online, site.Closing}, site.Closed: {site.Online, site.Closing, site.Closed},
}

func notice(to site.State) string {
	if to == site.Suspended || to == site.Closing || to == site.Closed {
		return "本站因系统升级暂停服务。"
	}
	return ""
}

// d52, domain.md 3: 81 pairs of states; ten are transitions, all others are refused and change nothing.
func TestTransitions(t *testing.T) {
	allowed := map[string]bool{"applied approved": true, "applied refused": true, "approved provisioning": true, "provisioning trial": true,
		"trial online": true, "online suspended": true, "online closing": true, "suspended online": true, "suspended closing": true, "closing closed": true}
	each(t, func(t *testing.T, r *room) {
		r.importOrgs(manyOrgs(81, 0))
		done, n := 0, 0
		for _, from := range states {
			for _, to := range states {
				n++
				g := r.create(fmt.Sprintf("1%05d", n), func(s *site.Spec) { s.State = paths[from][0] })
				for _, step := range paths[from][1:] {
					if err := r.Move(t.Context(), g.ID, step, "测试需要", notice(step)); err != nil {
						t.Fatalf("to %s: %v", from, err)
					}
				}
				err := r.Move(t.Context(), g.ID, to, "测试需要", notice(to))
				now, _ := r.Get(t.Context(), g.ID)
				switch want := allowed[string(from)+" "+string(to)]; {
				case want && (err != nil || now.State != to):
					t.Errorf("%s → %s: %v, is %s", from, to, err, now.State)
				case !want && (!fault.Is(err, fault.Conflict) || now.State != from):
					t.Errorf("%s → %s is not refused: %v, is %s", from, to, err, now.State)
				case want:
					done++
				}
				if p := r.Public(g.ID); (p != nil) != now.State.Public() || p != nil && p.State != string(now.State) {
					t.Errorf("a site that is %s shows citizens %+v", now.State, p)
				}
			}
		}
		if done != len(allowed) {
			t.Errorf("%d transitions of %d", done, len(allowed))
		}
	})
}

// d52: a site is suspended with a notice that citizens read, resumed without, and closed in two steps.
func TestSuspendResumeClose(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := t.Context()
		r.create("610902")
		g := r.create("610902104")
		before := r.rev.Known(g.ID)
		if err := r.Suspend(ctx, g.ID, "季度抽查不合格", "本站因整改暂停服务，请访问汉滨区人民政府网站。"); err != nil {
			t.Fatal(err)
		}
		p := r.Public(g.ID)
		if p.State != "suspended" || p.Notice != "本站因整改暂停服务，请访问汉滨区人民政府网站。" || r.rev.Known(g.ID) != before+1 {
			t.Errorf("suspended: %+v, revision %d after %d", p, r.rev.Known(g.ID), before)
		}
		if err := r.Resume(ctx, g.ID, "整改完成"); err != nil {
			t.Fatal(err)
		}
		if p := r.Public(g.ID); p.State != "online" || p.Notice != "" {
			t.Errorf("resumed: %+v", p)
		}
		for _, want := range []site.State{site.Closing, site.Closed} {
			if err := r.Close(ctx, g.ID, "撤镇设街", "本站已并入汉滨区人民政府网站。"); err != nil {
				t.Fatal(err)
			}
			if p := r.Public(g.ID); p.State != string(want) || p.Notice == "" {
				t.Errorf("closed: %+v", p)
			}
		}
		lines, err := r.log.List(ctx, g.ID, kernel.Page{Number: 1, Size: 10})
		if err != nil || len(lines) != 5 || lines[0].Action != "site.closed" || lines[3].Note["reason"] != "季度抽查不合格" {
			t.Errorf("audit %+v, %v", lines, err)
		}
	})
}

func TestMoveRefuses(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		county := r.create("610902")
		r.create("610902104")
		for _, row := range []struct {
			name           string
			id             kernel.SiteID
			to             site.State
			reason, notice string
			kind           fault.Kind
			say            string
		}{
			{"without a reason", county.ID, site.Suspended, "", "本站暂停服务。", fault.Invalid, "理由不能为空"},
			{"suspending without a notice", county.ID, site.Suspended, "整改", "", fault.Invalid, "公告不能为空"},
			{"a notice with markup", county.ID, site.Suspended, "整改", "<h1>本站暂停</h1>", fault.Invalid, "公告含有不该出现的符号"},
			{"resuming with a notice", county.ID, site.Online, "整改", "本站恢复。", fault.Invalid, "只有暂停和关停才显示公告"},
			{"resuming what is online", county.ID, site.Online, "整改", "", fault.Conflict, "“汉滨区人民政府”现在是“在线”，不能改为“在线”"},
			{"closing a carrier over its channels", county.ID, site.Closing, "撤销", "本站即将关停。", fault.Conflict, "之下还有 1 个频道或栏目没有关停"},
			{"a site nobody knows", 42, site.Suspended, "整改", "本站暂停服务。", fault.NotFound, "没有这个站点"},
		} {
			err := r.Move(t.Context(), row.id, row.to, row.reason, row.notice)
			if !fault.Is(err, row.kind) || !strings.Contains(fault.Say(err), row.say) {
				t.Errorf("%s: got %v, want %q", row.name, err, row.say)
			}
		}
	})
}

// d52: a refused application gives its host and its slug back.
func TestRefusedGivesItsAddressBack(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		applied := r.create("610902", func(s *site.Spec) { s.State = site.Applied })
		if r.Table()["hanbin.localhost"] != nil || len(r.Table()) != 0 {
			t.Errorf("an application answers: %v", r.Table())
		}
		if err := r.Move(t.Context(), applied.ID, site.Refused, "材料不全", ""); err != nil {
			t.Fatal(err)
		}
		again := r.create("610902")
		town := r.create("610902104", func(s *site.Spec) { s.State = site.Applied })
		if err := r.Move(t.Context(), town.ID, site.Refused, "材料不全", ""); err != nil {
			t.Fatal(err)
		}
		if g := r.create("610902104"); g.Slug != town.Slug || g.Parent != again.ID {
			t.Errorf("opened again as %+v", g)
		}
	})
}
