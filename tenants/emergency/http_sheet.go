package emergency

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// sheetPage is a warning on the desk: what it says, how far it has come, and what this person may do with it now.
type sheetPage struct {
	Address, Public               string
	Strip                         render.Strip
	Warning                       Warning
	What, Advice                  []string
	State, Class                  string
	Since, Till, DueAt            time.Time
	Why                           string
	Changed                       bool // the draft says something else than what is shown
	Version                       int64
	Edition                       publication.EditionID
	Steps                         []step
	MayEdit, MaySend, MayReview   bool
	MayPublish, MayUrgent         bool
	MaySettle, MayLift, MayRemove bool
	HoldsReview, HoldsSecrecy     bool
	Typed                         map[string]string
	Wrong                         trouble
	Done                          string
}

// step is a line of the responsibility chain.
type step struct {
	Name, Who, Words string
	At               time.Time
}

var sheetView = console.Define[sheetPage]("emergency", "sheet")

var sentences = map[string]string{
	"saved": "已保存为草稿，公众还看不到。", "sent": "已送审，审核人在“我的工作”里会看到它。", "passed": "已通过，送到下一步。", "returned": "已退回作者。",
	"published": "已发布。到生效的时间，它就在各页最上方。", "urgent": "已紧急发布。请在 24 小时内由另一位同事补审。", "settled": "已补审，责任链完整了。",
	"withdrawn": "已撤回，公众不再看到。", "lifted": "已解除，各页上方已经没有它，它的网页上写明了原因。",
}

func (e *Emergency) showSheet(c *fiber.Ctx) error {
	k, err := e.found(c)
	if err != nil {
		return err
	}
	return e.sheet(c, k, nil)
}

// sheet shows the screen; err, if any, is why an act was not done.
func (e *Emergency) sheet(c *fiber.Ctx, k *Kept, err error) error {
	page := console.Page{Title: k.Title, Site: k.Site}
	p := sheetPage{Address: screen(k.Site, k.ID, ""), Since: k.Since, Till: k.Till, Why: k.Why, Version: k.Version, State: say(c, phases[k.Phase].word), Class: phases[k.Phase].class,
		Typed: map[string]string{"opinion": "内容属实，同意发布。", "secrecy": "经审查，不涉及国家秘密、工作秘密和个人隐私。"}}
	if s := sentences[c.Query("done")]; s != "" {
		p.Done = say(c, s)
	}
	if err != nil {
		var is bool
		if p.Wrong, page.Status, is = wrong(c, err); !is {
			return err
		}
		p.Done = ""
		for _, f := range []string{"opinion", "secrecy", "reason", "words", "why"} {
			if text := typed(c, f); text != "" {
				p.Typed[f] = text
			}
		}
	}
	if err := e.standingOf(c, k, &p); err != nil {
		return err
	}
	p.Strip, p.What, p.Advice = p.Warning.strip(""), paragraphs(p.Warning.What), paragraphs(p.Warning.Advice)
	return sheetView.Show(e.Console, c, page, p)
}

// standingOf fills in how far the warning has come and what the actor may do.
func (e *Emergency) standingOf(c *fiber.Ctx, k *Kept, p *sheetPage) error {
	ctx, obj := c.UserContext(), k.object()
	offers := func(act string) bool { return e.Reviews.Offers(ctx, obj, action(act)) }
	p.Warning, p.MayEdit = k.Warning, offers(string(issues))
	p.MaySend, p.MayUrgent = p.MayEdit, offers("article.publish.emergency")
	if k.Phase == On || k.Phase == Waiting {
		p.MayLift, p.MayRemove = offers("article.withdraw"), offers("article.withdraw")
	}
	if k.Phase == Over {
		p.MayRemove = offers("article.withdraw")
	}
	if s := e.Sites.Public(k.Site); s != nil && k.Phase != Draft && k.Phase != Gone {
		p.Public = s.URL(address(k.ID))
	}
	t, err := e.latest(ctx, k)
	if err != nil || t == nil {
		return err
	}
	state := review.StateOf(t)
	p.Edition, p.Changed = t.Edition, k.Sent != k.Warning
	if under := underReview(state); pending(state) {
		p.Warning, p.State = k.Sent, say(c, state.Says())
		p.MaySend = p.MaySend && p.Changed
		p.MayUrgent = p.MayUrgent && under
	} else if state.Public() {
		p.MaySend, p.MayUrgent = p.MaySend && p.Changed, p.MayUrgent && p.Changed
	} else if state == review.Returned {
		p.State = say(c, state.Says())
	}
	turn, err := e.Reviews.Turn(ctx, t)
	if err != nil {
		return err
	}
	p.MayReview, p.MayPublish, p.MaySettle = turn == review.ToReview, turn == review.ToPublish, turn == review.ToSettle
	if t.Next != nil {
		p.HoldsReview, p.HoldsSecrecy = t.Next.HoldsReview || !t.Next.HoldsSecrecy, t.Next.HoldsSecrecy
	}
	if t.Debt != nil && t.Settled == nil {
		p.DueAt = t.Debt.DueAt
	}
	p.Steps, err = e.steps(ctx, c, t)
	return err
}

// names of the steps of review's policies.
var stepNames = map[string]string{"review": "审核", "secrecy": "保密审查", "final": "终审"}

// steps are the responsibility chain of an edition.
func (e *Emergency) steps(ctx context.Context, c *fiber.Ctx, t *publication.Trail) (all []step, err error) {
	add := func(name string, who kernel.AccountID, at time.Time, words string) {
		if err == nil {
			var a string
			a, err = e.name(ctx, who)
			all = append(all, step{say(c, name), a, words, at})
		}
	}
	add("送审", t.Author, t.FrozenAt, "")
	for _, s := range t.Steps {
		name, words := stepNames[s.Name], s.Review+s.Secrecy
		if s.Review != "" && s.Secrecy != "" {
			words = s.Review + " " + s.Secrecy
		}
		if s.Verdict == publication.Rejected {
			name, words = "退回", s.Reason
		}
		add(name, s.Reviewer, s.At, words)
	}
	if t.Debt != nil {
		add("紧急发布", t.Debt.Debtor, t.Debt.OpenedAt, "")
	} else if t.Published != nil {
		add("发布", t.Published.Publisher, t.Published.At, "")
	}
	if t.Settled != nil {
		add("补审", t.Settled.Reviewer, t.Settled.At, t.Settled.Review+" "+t.Settled.Secrecy+t.Settled.Reason)
	}
	if t.Ended != nil {
		add("撤回", t.Ended.By, t.Ended.At, t.Ended.Reason)
	}
	return all, err
}

// name is what an account is called, its number where nobody knows it any more.
func (e *Emergency) name(ctx context.Context, id kernel.AccountID) (string, error) {
	a, err := e.Accounts.Get(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return id.String(), nil
	}
	return a.Name, err
}
