package interpretation

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// E1, d12: what may be paired, and what is said of what may not.
func TestWhatExplainsWhat(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rules, text, other := h.draft(policy("管理办法", "")), h.draft(news("一图读懂")), h.draft(news("问答"))
		nobody := kernel.WithActor(h.ctx, kernel.Actor{})
		for _, row := range []struct {
			name            string
			ctx             context.Context
			site            kernel.SiteID
			policy, article int64
			form            string
			kind            fault.Kind
			says            string
		}{
			{"nobody", nobody, h.city(), rules, text, QA, fault.Forbidden, "登录"},
			{"a form that is none", h.ctx, h.city(), rules, text, "poem", fault.Invalid, "形式"},
			{"itself", h.ctx, h.city(), rules, rules, QA, fault.Invalid, "它自己"},
			{"no policy", h.ctx, h.city(), other, text, QA, fault.Invalid, "不是公文"},
			{"a policy that is not there", h.ctx, h.city(), 77, text, QA, fault.NotFound, "没有这篇"},
			{"a text that is not there", h.ctx, h.city(), rules, 77, QA, fault.NotFound, "没有这篇"},
			{"another site's", h.ctx, h.sites[1].ID, rules, text, QA, fault.NotFound, "没有这篇"},
		} {
			refused(t, row.name, h.Link(row.ctx, row.site, row.policy, row.article, row.form), row.kind, row.says)
		}
		if of, by, err := h.Pairs(h.ctx, h.city(), text); err != nil || len(of)+len(by) != 0 {
			t.Fatalf("refused, and kept: %v %v %v", of, by, err)
		}
		h.link(rules, text, Text)
		h.link(rules, text, Infographic) // in place of it
		h.link(rules, other, QA)
		of, by, err := h.Pairs(h.ctx, h.city(), text)
		if err != nil || len(by) != 0 || len(of) != 1 || of[0].Policy != rules || of[0].Form != Infographic || of[0].By != writer || of[0].Site != h.city() {
			t.Errorf("the text explains %+v, is explained by %+v, %v", of, by, err)
		}
		of, by, err = h.Pairs(h.ctx, h.city(), rules)
		if err != nil || len(of) != 0 || len(by) != 2 || by[0].Article != text || by[1].Article != other || !by[0].At.Before(by[1].At) {
			t.Errorf("the policy explains %+v, is explained by %+v, %v", of, by, err)
		}
		second := h.draft(policy("实施细则", ""))
		h.link(rules, second, Text) // a document may explain another
		refused(t, "each other", h.Link(h.ctx, h.city(), second, rules, Text), fault.Invalid, "互相")
		h.must(h.Unlink(h.ctx, h.city(), rules, text))
		refused(t, "what is parted already", h.Unlink(h.ctx, h.city(), rules, text), fault.NotFound, "没有解读关系")
		refused(t, "from another site", h.Unlink(h.ctx, h.sites[1].ID, rules, other), fault.NotFound, "没有解读关系")
		if got := h.pairings(); !slices.Equal(got, []string{"link >text", "link text>infographic", "link >qa", "link >text", "unlink infographic>"}) {
			t.Errorf("the chain tells %q", got)
		}
	})
}

// pairings are what the city's chain tells of pairs, the oldest first.
func (h *house) pairings() (all []string) {
	h.t.Helper()
	lines, err := h.log.Find(h.ctx, audit.Query{Chain: h.city(), Only: []string{"interpretation."}, Most: 100})
	h.must(err)
	for _, l := range slices.Backward(lines) {
		all = append(all, strings.TrimPrefix(l.Action, "interpretation.")+" "+l.Before+">"+l.After)
	}
	return all
}

// E1: at most twenty beside one text, on either side.
func TestNoTextIsBesideTooMany(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rules, text := h.draft(policy("管理办法", "")), h.draft(news("解读"))
		for range most {
			h.link(rules, h.draft(news("解读")), Text)
		}
		refused(t, "one more text", h.Link(h.ctx, h.city(), rules, text, Text), fault.Conflict, "最多 20 篇")
		for range most {
			h.link(h.draft(policy("细则", "")), text, Text)
		}
		refused(t, "one more policy", h.Link(h.ctx, h.city(), h.draft(policy("细则", "")), text, Text), fault.Conflict, "最多 20 篇")
		_, by, err := h.Pairs(h.ctx, h.city(), rules)
		h.must(err)
		h.link(rules, by[0].Article, Data) // what is there already may change its form
	})
}

// E1, V5 (LC13): each page leads to the other while both are public, and neither to what is not; what is paired or parted in public shows at once.
func TestEachPageLeadsToTheOther(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rules, text, draft := h.draft(policy("管理办法", "")), h.draft(news("一图读懂")), h.draft(news("还在写的解读"))
		h.link(rules, text, Infographic)
		h.link(rules, draft, QA)
		h.must(h.publish(h.approved(rules)))
		if got := append(h.shows(rules, "by"), h.shows(text, "of")...); len(got) != 1 || got[0] != " 管理办法 "+at(rules) {
			t.Errorf("with the policy alone public, the pages lead to %q", got)
		}
		h.must(h.publish(h.approved(text)))
		if got := h.shows(rules, "by"); !slices.Equal(got, []string{"图解 一图读懂 " + at(text)}) {
			t.Errorf("the policy leads to %q", got)
		}
		doc := h.page(rules)
		if link := doc.Find("section.pair h2#explained ~ ul a"); link.Length() != 1 || link.AttrOr("href", "") != at(text) || link.Find(".form").Text() != "图解" {
			t.Errorf("the policy's page leads to %d texts: %s", link.Length(), doc.Find(".pair").Text())
		}
		doc = h.page(text)
		if link := doc.Find("section.pair h2#explains ~ ul a"); link.Length() != 1 || link.AttrOr("href", "") != at(rules) || doc.Find("#explained").Length() != 0 {
			t.Errorf("the text's page: %s", doc.Find(".pair").Text())
		}
		rev := h.revision()
		h.link(rules, draft, Video)
		if got := h.revision(); got != rev {
			t.Errorf("what nobody sees moves the pages from %d to %d", rev, got)
		}
		h.link(rules, text, Data)
		if got := h.revision(); got != rev+1 || h.shows(rules, "by")[0] != "数据解读 一图读懂 "+at(text) {
			t.Errorf("another form moves the pages from %d to %d: %q", rev, got, h.shows(rules, "by"))
		}
		h.must(h.Unlink(h.ctx, h.city(), rules, text))
		if got := h.revision(); got != rev+2 || len(h.shows(rules, "by"))+len(h.shows(text, "of")) != 0 {
			t.Errorf("parted, the pages are at %d, from %d", got, rev)
		}
	})
}

// E2, d10: by none of the ways to the public does a major policy come before a text that explains it; in one transaction both come at once.
func TestAMajorPolicyIsNeverPublicAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rules, text := h.draft(policy("管理办法", article.MajorPolicy)), h.draft(news("解读"))
		h.approved(rules)
		refused(t, "without any", h.publish(rules), fault.Conflict, "“管理办法”是重大政策")
		h.link(rules, text, Text)
		refused(t, "with a draft", h.publish(rules), fault.Conflict, "与政策一起发布")
		h.approved(text)
		refused(t, "before it", h.publish(rules, text), fault.Conflict, "重大政策")
		if h.public(rules) || h.public(text) {
			t.Error("refused, and public")
		}
		h.answered = nil
		h.must(h.publish(text, rules))
		if !h.public(rules) || !h.public(text) {
			t.Error("published together, and not public")
		}
		if len(h.answered) != 1 || h.answered[0].Policy != rules || h.answered[0].Site != h.city() || !h.answered[0].At.Equal(h.now) {
			t.Errorf("answered: %+v", h.answered)
		}
		urgent := h.draft(policy("紧急办法", article.MajorPolicy))
		e, err := h.articles.Submit(h.ctx, h.city(), urgent, 1)
		h.must(err)
		refused(t, "in an emergency", h.Published.PublishEmergency(h.ctx, h.city(), e, publication.Placing{Place: 2}, 14), fault.Conflict, "重大政策")
		h.link(urgent, text, Text) // public already: it may explain both
		if last := h.answered[len(h.answered)-1]; last.Policy != urgent {
			t.Errorf("a public text that is linked answers %+v", last)
		}
		h.must(h.Published.PublishEmergency(h.ctx, h.city(), e, publication.Placing{Place: 2}, 14))
		plain := h.draft(policy("一般通知", ""))
		h.must(h.publish(h.approved(plain)))
		edited, err := h.articles.Get(h.ctx, h.city(), plain)
		h.must(err)
		h.must(h.articles.Edit(h.ctx, h.city(), plain, edited.Version, policy("一般通知", article.MajorPolicy)))
		refused(t, "made major with its next edition", h.publish(h.approved(plain)), fault.Conflict, "重大政策")
	})
}

// E2: history owes no interpretation: what a signed batch takes over is public as it was.
func TestImportsAreHistory(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.must(h.Published.OpenBatch(h.ctx, publication.Batch{ID: "b", Source: "旧网站", Author: writer, Reviewer: reviewer, Review: "同意", Secrecy: "不涉密"}))
		old := publication.ImportItem{Place: 2, Draft: publication.Draft{Object: publication.Object{Site: h.city(), Kind: Kind, ID: 5}, Title: "旧办法",
			Payload: []byte(`{"kind":"policy","title":"旧办法","body":"<p>一</p>","document":{"major":"yes"}}`)}}
		h.must(h.Published.Import(h.ctx, "b", []publication.ImportItem{old}))
		if !h.public(5) {
			t.Error("an imported document is not public")
		}
	})
}

// E2, d10: the last public text that explains a public major policy is not taken away from under it; another one, or the policy first, may be.
func TestTheLastInterpretationStays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rules, one, two, draft := h.draft(policy("管理办法", article.MajorPolicy)), h.draft(news("解读")), h.draft(news("问答")), h.draft(news("草稿"))
		h.link(rules, one, Text)
		h.link(rules, draft, Text)
		h.must(h.Spare(h.ctx, h.city(), one)) // nothing is public yet
		h.approved(rules)
		h.must(h.publish(h.approved(one), rules))
		refused(t, "withdrawn", h.Spare(h.ctx, h.city(), one), fault.Conflict, "唯一公开的解读")
		refused(t, "parted", h.Unlink(h.ctx, h.city(), rules, one), fault.Conflict, "唯一公开的解读")
		h.must(h.Spare(h.ctx, h.sites[1].ID, one))
		h.must(h.Spare(h.ctx, h.city(), draft))
		h.must(h.Unlink(h.ctx, h.city(), rules, draft))
		h.link(rules, two, QA)
		h.must(h.publish(h.approved(two)))
		h.must(h.Spare(h.ctx, h.city(), one))
		h.must(h.Unlink(h.ctx, h.city(), rules, one))
		refused(t, "the other", h.Spare(h.ctx, h.city(), two), fault.Conflict, "唯一公开的解读")
		h.must(h.articles.Withdraw(h.ctx, h.city(), rules, "重新研究"))
		h.must(h.Spare(h.ctx, h.city(), two))
	})
}

// B11, d10: a planned policy and what explains it become public in one transaction, whichever is looked at first; what keeps one back keeps
// the other, and people read why. The last interpretation does not expire.
func TestPlannedTogether(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, fails := range []bool{false, true} {
			rules, text := h.draft(policy("管理办法", article.MajorPolicy)), h.draft(news("解读"))
			h.link(rules, text, Text)
			h.approved(rules)
			h.approved(text)
			when := h.now.Add(time.Hour)
			for _, id := range []int64{rules, text} { // the policy first: its job is the older
				d, err := h.articles.Get(h.ctx, h.city(), id)
				h.must(err)
				s := article.Schedule{Edition: d.Edition, PublishAt: when}
				if id == text {
					s.ExpireAt = when.Add(time.Hour)
				}
				h.must(h.articles.Plan(h.ctx, h.city(), id, s))
			}
			if fails {
				h.must(h.articles.Return(h.ctx, h.city(), text))
			}
			h.now = when
			h.must(h.queue.Drain(h.ctx))
			if h.public(rules) == fails || h.public(text) == fails {
				t.Errorf("fails %v: the policy is public: %v, its interpretation: %v", fails, h.public(rules), h.public(text))
			}
			plans, err := h.articles.Planned(h.ctx, h.city(), rules, text)
			h.must(err)
			if fails {
				refused(t, "planned", fault.New(fault.Conflict, "%s", plans[rules].Failed), fault.Conflict, "重大政策")
				continue
			}
			h.now = when.Add(2 * time.Hour)
			h.must(h.queue.Drain(h.ctx))
			plans, err = h.articles.Planned(h.ctx, h.city(), text)
			h.must(err)
			if !h.public(text) || plans[text].Failed == "" {
				t.Errorf("expired: public %v, %+v", h.public(text), plans[text])
			}
		}
	})
}

// I9, d10: whatever editors do, in whatever order, no major policy is public without a public text that explains it.
func TestNoMajorPolicyStandsAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rnd := rand.New(rand.NewPCG(71, 10))
		var policies, texts []int64
		for range 3 {
			policies, texts = append(policies, h.draft(policy("办法", article.MajorPolicy))), append(texts, h.draft(news("解读")))
		}
		alone, together := 0, 0
		for step := range proof.Times(150, 5000) {
			p, a := policies[rnd.IntN(3)], texts[rnd.IntN(3)]
			err := h.act(rnd, p, a)
			if err != nil && fault.KindOf(err) == "" {
				t.Fatalf("step %d: %v", step, err)
			}
			for _, p := range policies {
				if !h.public(p) {
					continue
				}
				together++
				if len(h.shows(p, "by")) == 0 {
					alone++
				}
			}
		}
		if alone != 0 || together == 0 {
			t.Errorf("%d times a policy was public, %d times alone", together, alone)
		}
	})
}

// act is something that editors may do with a policy and a text.
func (h *house) act(rnd *rand.Rand, p, a int64) error {
	h.now = h.now.Add(time.Minute)
	switch rnd.IntN(7) {
	case 0:
		return h.Link(h.ctx, h.city(), p, a, Forms[rnd.IntN(len(Forms))].Value)
	case 1:
		return h.Unlink(h.ctx, h.city(), p, a)
	case 2:
		return h.publish(a)
	case 3:
		return h.publish(p)
	case 4:
		return h.publish(a, p)
	case 5: // the owner's act
		return h.DB.InTx(h.ctx, func(ctx context.Context) error {
			if err := h.Spare(ctx, h.city(), a); err != nil {
				return err
			}
			return h.articles.Withdraw(ctx, h.city(), a, "改")
		})
	}
	for _, id := range []int64{p, a} {
		d, err := h.articles.Get(h.ctx, h.city(), id)
		if err != nil {
			return err
		}
		if d.State == article.Submitted {
			continue
		}
		if err := h.articles.Edit(h.ctx, h.city(), id, d.Version, d.Payload); err != nil {
			return err
		}
		h.approved(id)
	}
	return nil
}

// A12: what is asked or taken away of one site is another's never.
func TestPairsAreTheSitesOwn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		rules, text := h.draft(policy("管理办法", "")), h.draft(news("解读"))
		h.link(rules, text, Text)
		there := h.sites[1].ID
		for _, id := range []int64{rules, text} {
			if of, by, err := h.Pairs(h.ctx, there, id); err != nil || len(of)+len(by) != 0 {
				t.Errorf("another site reads %v %v %v", of, by, err)
			}
		}
		h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error { return h.drop(ctx, Pair{Site: there, Policy: rules, Article: text}) }))
		if of, _, err := h.Pairs(h.ctx, h.city(), text); err != nil || len(of) != 1 {
			t.Errorf("another site took it away: %v %v", of, err)
		}
		h.must(h.articles.Bin(h.ctx, h.city(), text, 1)) // what is removed for good takes its pairs along
		h.now = h.now.Add(article.BinnedFor + time.Minute)
		h.must(h.queue.Drain(h.ctx))
		if _, by, err := h.Pairs(h.ctx, h.city(), rules); err != nil || len(by) != 0 {
			t.Errorf("removed, and paired: %v %v", by, err)
		}
	})
}
