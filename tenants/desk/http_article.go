package desk

import (
	"context"
	"html/template"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// articlePage is an article on the desk: its words, how far it has come, and what this person may do with it now.
type articlePage struct {
	Address                string // of this screen
	Title, Column, Author  string
	State, Kind            string
	UpdatedAt              time.Time
	Summary, Source        string
	Body                   template.HTML // sanitised at write and again here
	Public                 string        // its address for citizens, or ""
	Version                int64
	Edition                publication.EditionID
	Steps                  []step
	Wrong                  trouble
	Done                   string
	MayEdit, MaySend       bool
	MayReview, MayPublish  bool
	MayAfter, AtOnce       bool // AtOnce: passing the last step publishes in the same press
	HoldsReview, HoldsBoth bool // what the step that is next asks for
	HoldsSecrecy           bool
	Opinion, Secrecy       string // what was typed, or what is usually said
	Reason, Notice         string
	Compared               *comparison // for who decides: what it changes in the text that citizens read
	beside
	Panel  panel // what the checks found
	InBin  bool  // and may be taken out
	ID     article.ID
	Bulk   string // address of what is done with many, and with one
	GoneAt time.Time
	Plan   plan
	After  after
	Own    []article.Field // what the column asked for
	Facts  []fact          // what else the article says of itself: its number, its disclosure
	// Pairing is what it explains and what explains it.
	Pairing pairing
	Holding holding
	Films   console.Section // what plays in the text, and whether everybody can follow it
}

// step is a line of the responsibility chain.
type step struct {
	Name, Who, Words, Kind string
	At                     time.Time
}

var articleView = console.Define[articlePage]("desk", "article")

// sentences are what a screen says after an act.
var sentences = map[string]string{
	"comment": "批注已写下，办这篇稿件的同事都看得到。", "handover": "已转给同事，它排到了对方的待审里。", "signed": "线下签批已登记。", "settled": "已标记为处理过。",
	"ground": "已确认，记在办理过程里。",
	"urgent": "已紧急发布，网站上现在就能看到。请在 24 小时内由另一位同事补审。", "reviewed": "已补审，责任链完整了。",
	"saved": "已保存为草稿，只有本站的同事看得到。", "sent": "已送审。审核人会在“待审”里看到它。", "passed": "已通过，送到下一步。",
	"returned": "已退回作者。", "published": "已发布，网站上现在就能看到。", "withdrawn": "已撤回，网站上已经看不到。",
	"planned": "时间已定。到时自动办理；服务器那时停着的，恢复后马上补办。", "unplanned": "已取消定时。",
	"merged": "已保存。别人同时改的地方也在里面，请看一遍再送审。", "restored": "已恢复成那个版本的文字，后来的版本仍在历史里。",
	"unrestored": "已撤销，文字和恢复以前一样。",
	"fixed":      "已按建议改好，存为草稿。",
	"gone":       "这个网址已永久停用，只显示一句说明。", "moved": "已撤回，原网址现在转到您指定的那一篇。",
	"validity": "效力变化已登记，网页和列表上现在就能看到。", "undone": "已取消，网站上恢复成原来的样子。",
}

func (d *Desk) showArticle(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	return d.article(c, a, nil)
}

// article shows the screen; err, if any, is why an act was not done.
func (d *Desk) article(c *fiber.Ctx, a *article.Draft, err error) error {
	page := console.Page{Title: a.Payload.Title, Site: a.Site, Scripts: []string{"remarks.js"}}
	p := articlePage{ID: a.ID, Bulk: "/sites/" + a.Site.String() + "/articles/bulk", Address: address(a.Site, a.ID, ""), Title: a.Payload.Title, UpdatedAt: a.UpdatedAt, Summary: a.Payload.Summary, Source: a.Payload.Source,
		Body: template.HTML(render.Sanitise(a.Payload.Body)), Version: a.Version, // sanitised
		Opinion: "内容属实，同意发布。", Secrecy: "经审查，不涉及国家秘密、工作秘密和个人隐私。", Holding: holding{Words: "经审查，理由和依据成立，同意不主动公开。"}}
	if err == nil {
		page.Undo = restored(c, a)
	}
	if err := p.tell(c, &page, err); err != nil {
		return err
	}
	ctx := c.UserContext()
	if p.Author, err = d.name(ctx, a.Author); err != nil {
		return err
	}
	k, err := d.Columns.Get(ctx, a.Site, a.Column)
	if err != nil {
		return err
	}
	p.Column = k.Name
	word, kind := standing(a.State)
	if !a.BinnedAt.IsZero() {
		word, kind = "回收站", "bad"
	}
	p.State, p.Kind = say(c, word), kind
	if err := d.open(c, a, &p); err != nil {
		return err
	}
	if err := d.grounds(c, a, &p); err != nil {
		return err
	}
	if err := d.against(c, a, &p); err != nil {
		return err
	}
	if err := d.besides(ctx, a, &p); err != nil {
		return err
	}
	if err := d.examine(c, a, &p); err != nil {
		return err
	}
	d.remarks(c, a, &p)
	if err := d.pairs(c, a, &p); err != nil {
		return err
	}
	if err := d.planOf(c, a, &p); err != nil {
		return err
	}
	if p.Body, err = d.dressedAs(ctx, a.Site, frozen(a), p.Body); err != nil {
		return err
	}
	if p.Films, err = d.films(c, a.Site, a.Payload.Body); err != nil {
		return err
	}
	p.Own, p.Facts = a.Payload.Fields, facts(c, a.Payload)
	return articleView.Show(d.Console, c, page, p)
}

// tell says why an act was not done, over what was typed, or what the last one did; an error that is nobody's to put right is answered.
func (p *articlePage) tell(c *fiber.Ctx, page *console.Page, err error) error {
	if err == nil {
		if s := sentences[c.Query("done")]; s != "" && page.Undo == nil { // the bar says it
			p.Done = say(c, s)
		}
		return nil
	}
	field, is := wrong(err)
	if !is {
		return err
	}
	p.Wrong, page.Status = trouble{console.Told(c, err), field}, statuses[fault.KindOf(err)]
	if c.FormValue("edition") != "" {
		p.Opinion, p.Secrecy = typed(c, "opinion"), typed(c, "secrecy")
	}
	if strings.HasSuffix(c.Path(), "/"+review.Signed) {
		p.Signing = signing{true, typed(c, "signer"), typed(c, "signed_on"), typed(c, "words")}
		return nil
	}
	switch {
	case strings.HasSuffix(c.Path(), "/ground"):
		p.Holding.Words = typed(c, "agree")
		return nil
	case strings.HasSuffix(c.Path(), "/urgent"):
		p.Urgent = typed(c, "words")
		return nil
	case c.FormValue("kind") == review.HandedOver:
		p.WhyTo = typed(c, "words")
		return nil
	}
	p.Reason, p.Notice, p.UsualReason = typed(c, "reason"), typed(c, "notice"), typed(c, "usual")
	p.Quote, p.Words = typed(c, "quote"), typed(c, "words")
	return nil
}

// open fills in how far the article has come and what the person may do.
func (d *Desk) open(c *fiber.Ctx, a *article.Draft, p *articlePage) error {
	ctx := c.UserContext()
	if !a.BinnedAt.IsZero() {
		p.InBin, p.GoneAt = d.offers(ctx, a.Site, a.ID, "article.edit.draft"), a.BinnedAt.Add(article.BinnedFor)
		return nil
	}
	p.MayEdit = a.State != article.Submitted && d.offers(ctx, a.Site, a.ID, "article.edit.draft")
	p.MaySend = a.State == article.Drafted && d.offers(ctx, a.Site, a.ID, "article.submit")
	if err := d.seenBy(c, a, p); err != nil {
		return err
	}
	if a.Edition == 0 {
		return nil
	}
	t, err := d.Published.Trail(ctx, a.Site, a.Edition)
	if err != nil {
		return err
	}
	p.Edition = t.Edition
	if a.State == article.Submitted {
		p.State = say(c, review.StateOf(t).Says())
		if err := d.ask(ctx, t, p); err != nil {
			return err
		}
	} else if t.Debt != nil && t.Settled == nil && t.Public {
		turn, err := d.Reviews.Turn(ctx, t)
		if err != nil {
			return err
		}
		p.State, p.Kind, p.MaySettle, p.DueAt = say(c, review.StateOf(t).Says()), "bad", turn == review.ToSettle, t.Debt.DueAt
	}
	p.Steps, err = d.steps(ctx, c, t)
	return err
}

// seenBy fills in what citizens see of the article, and what may be done with it then.
func (d *Desk) seenBy(c *fiber.Ctx, a *article.Draft, p *articlePage) error {
	ctx := c.UserContext()
	_, err := d.Published.Live(ctx, publication.Object{Site: a.Site, Kind: article.Kind, ID: a.ID})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil && !fault.Is(err, fault.Gone) {
		return err
	}
	if s := d.Sites.Open(a.Site); err == nil && s != nil {
		p.Public = s.URL("/a/" + strconv.FormatInt(a.ID, 10))
	}
	p.MayAfter = d.offers(ctx, a.Site, a.ID, "article.withdraw")
	return d.afterOf(c, a, p, err == nil)
}

// against compares what is to be decided with what citizens read now, if they read anything.
func (d *Desk) against(c *fiber.Ctx, a *article.Draft, p *articlePage) error {
	if !p.MayReview {
		return nil
	}
	now, _, err := d.Articles.Public(c.UserContext(), a.Site, a.ID)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Gone) {
		return nil
	}
	if err != nil {
		return err
	}
	p.Compared = difference(c, *now, a.Payload)
	if p.Compared.Body, err = d.dressedAs(c.UserContext(), a.Site, frozen(a), p.Compared.Body); err != nil {
		return err
	}
	return nil
}

// ask finds what the edition waits for from this person.
func (d *Desk) ask(ctx context.Context, t *publication.Trail, p *articlePage) error {
	turn, err := d.Reviews.Turn(ctx, t)
	if err != nil {
		return err
	}
	p.MayReview, p.MayPublish = turn == review.ToReview, turn == review.ToPublish
	if t.Next != nil {
		p.HoldsReview, p.HoldsSecrecy = t.Next.HoldsReview, t.Next.HoldsSecrecy
		p.HoldsBoth = p.HoldsReview && p.HoldsSecrecy
		p.AtOnce = t.Next.Step == t.LastStep && d.offers(ctx, t.Site, t.ID, "article.publish")
	}
	return nil
}

// stepNames are the steps of the policies on screen.
var stepNames = map[string]string{"review": "审核", "second": "复审", "third": "第三次审核", "secrecy": "保密审查", "final": "终审"}

func stepName(p publication.PolicyStep) string {
	if p.HoldsReview && p.HoldsSecrecy {
		return "审核和保密审查"
	}
	return stepNames[p.Name]
}

func (d *Desk) steps(ctx context.Context, c *fiber.Ctx, t *publication.Trail) ([]step, error) {
	author, err := d.name(ctx, t.Author)
	if err != nil {
		return nil, err
	}
	all := []step{{Name: say(c, "送审"), Who: author, Kind: "taken", At: t.FrozenAt}}
	for _, s := range t.Steps {
		who, err := d.name(ctx, s.Reviewer)
		if err != nil {
			return nil, err
		}
		line := step{Name: say(c, stepName(s.PolicyStep)), Who: who, Kind: "taken", At: s.At, Words: s.Review}
		if s.Secrecy != "" {
			line.Words += " " + s.Secrecy
		}
		if s.Verdict == publication.Rejected {
			line.Name, line.Kind, line.Words = say(c, "退回"), "back", s.Reason
		}
		all = append(all, line)
	}
	if t.Next != nil && t.Ended == nil {
		next, err := d.nextStep(ctx, c, t)
		if err != nil {
			return nil, err
		}
		all = append(all, next)
	}
	if t.Published != nil {
		all = append(all, step{Name: say(c, "发布"), Who: t.Published.PublisherName, Kind: "taken", At: t.Published.At})
	}
	if t.Settled != nil {
		who, err := d.name(ctx, t.Settled.Reviewer)
		if err != nil {
			return nil, err
		}
		line := step{Name: say(c, "补审"), Who: who, Kind: "taken", At: t.Settled.At, Words: t.Settled.Review + " " + t.Settled.Secrecy}
		if t.Settled.Verdict == publication.Rejected {
			line.Kind, line.Words = "back", t.Settled.Reason
		}
		all = append(all, line)
	}
	if t.Ended != nil && t.Ended.How == "withdrawn" {
		all = append(all, step{Name: say(c, "撤回"), Who: t.Ended.ByName, Words: t.Ended.Reason, Kind: "back", At: t.Ended.At})
	}
	return all, nil
}

// seen is the edition that the person had before the eyes: a decision on another one is no decision.
func (d *Desk) seen(c *fiber.Ctx, a *article.Draft) (publication.EditionID, error) {
	e, ok := kernel.ParseID[publication.EditionID](c.FormValue("edition"))
	switch {
	case !ok:
		return 0, fault.New(fault.Invalid, "没有收到是对哪一版稿件的意见，请刷新后再试。")
	case e != a.Edition || a.State != article.Submitted:
		return 0, fault.New(fault.Conflict, "这篇稿件已经变了：您看到的那一版不在审核中。请看过现在的稿件再决定。")
	}
	return e, nil
}

func (d *Desk) review(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	e, err := d.seen(c, a)
	if err != nil {
		return d.article(c, a, err)
	}
	w := review.Words{Review: typed(c, "opinion"), Secrecy: typed(c, "secrecy"), Reason: strings.TrimSpace(typed(c, "usual") + " " + typed(c, "reason"))}
	if c.FormValue("do") == "return" {
		err = d.DB.InTx(c.UserContext(), func(ctx context.Context) error {
			if err := d.Reviews.Return(ctx, a.Site, e, review.Words{Reason: w.Reason}); err != nil {
				return err
			}
			return d.Articles.Return(ctx, a.Site, a.ID)
		})
		if err != nil {
			return d.article(c, a, err)
		}
		return see(c, address(a.Site, a.ID, "returned"))
	}
	done := "passed"
	err = d.DB.InTx(c.UserContext(), func(ctx context.Context) error {
		if err := d.Reviews.Pass(ctx, a.Site, e, w); err != nil || c.FormValue("do") != "publish" {
			return err
		}
		done = "published"
		return d.Reviews.Publish(ctx, a.Site, e, publication.Placing{Place: a.Column})
	})
	if err != nil {
		return d.article(c, a, err)
	}
	return see(c, address(a.Site, a.ID, done))
}

func (d *Desk) publish(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	e, err := d.seen(c, a)
	if err == nil {
		err = d.withThese(c, a, e)
	}
	if err != nil {
		return d.article(c, a, err)
	}
	return see(c, address(a.Site, a.ID, "published"))
}
