package desk

import (
	"context"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// beside is what stands beside an article on its way.
type beside struct {
	Notes              []note
	Sheet              string // address of the sheet that leaders sign, or ""
	MayTalk, MaySigned bool
	MaySettle          bool
	DueAt              time.Time // until when an emergency is to be reviewed
	MayUrgent          bool
	Lacks              []string // what the column asks for and an emergency does not wait for
	Urgent, WhyTo      string   // what was typed: why it cannot wait, why it is handed over
	MayEditNow         bool     // a draft: an emergency freezes it
	Colleagues         []named  // to whom it may be handed over
	Usual              []string
	UsualReason        string // what was chosen of them
	Quote, Words       string // what was typed
	Signing            signing
	Paragraphs         []option
}

// note is a line of what was written.
type note struct {
	ID                  int64
	Kind, Who, To       string
	Quote, Words        string
	Signer, SignedOn    string
	At                  time.Time
	Open, Older, Urgent bool // Older: about an edition before this one
	Block               int  // the paragraph that it is about
	Number              int  // of its mark in the text, or 0
	Lost                bool // the words that it quotes are not there any more
	Scan                *scan
}

// besides finds what stands beside the article and what the person may write there.
func (d *Desk) besides(ctx context.Context, a *article.Draft, p *articlePage) error {
	obj := publication.Object{Site: a.Site, Kind: article.Kind, ID: a.ID}
	notes, err := d.Reviews.Notes(ctx, obj)
	if err != nil {
		return err
	}
	p.MayTalk = true
	scans, err := d.scans(ctx, a, notes)
	if err != nil {
		return err
	}
	for _, n := range notes {
		line := note{ID: n.ID, Kind: n.Kind, Quote: n.Quote, Block: n.Block, Words: n.Words, Signer: n.Signer, SignedOn: n.SignedOn, At: n.At,
			Open: n.Kind == review.Comment && n.DoneBy == 0, Older: n.Edition != a.Edition, Urgent: n.Kind == review.Urgent, Scan: scans[n.ID]}
		if line.Who, err = d.name(ctx, n.By); err != nil {
			return err
		}
		if n.To != 0 {
			if line.To, err = d.name(ctx, n.To); err != nil {
				return err
			}
		}
		p.Notes = append(p.Notes, line)
	}
	if a.Edition != 0 {
		p.Sheet = p.Address + "/sheet"
		p.MaySigned = a.Author != kernel.ActorFrom(ctx).Account && a.State != article.Withdrawn
	}
	p.MayEditNow = a.State == article.Drafted
	p.MayUrgent = (a.State == article.Drafted || a.State == article.Submitted) && d.offers(ctx, a.Site, a.ID, "article.publish.emergency")
	if p.MayUrgent || p.MaySettle {
		if p.Lacks, _, err = d.lacks(ctx, a); err != nil {
			return err
		}
	}
	if !p.MayReview {
		return nil
	}
	if p.Usual, _, err = d.Reviews.Reasons(ctx, a.Site); err != nil {
		return err
	}
	if p.UsualReason != "" && !slices.Contains(p.Usual, p.UsualReason) { // chosen before the list was changed
		p.Usual = append(p.Usual, p.UsualReason)
	}
	p.Colleagues, err = d.others(ctx, a)
	return err
}

// reviewers are the roles that take steps.
var reviewers = []policies.Role{"RV", "SR", "LD"}

// deciders are those and the roles that publish.
var deciders = append([]policies.Role{"PB", "CL"}, reviewers...)

// others are the colleagues of the office, beside the actor and the author, to whom a decision may be handed over.
func (d *Desk) others(ctx context.Context, a *article.Draft) ([]named, error) {
	s, err := d.Sites.Get(ctx, a.Site)
	if err != nil {
		return nil, err
	}
	people, err := d.Accounts.Colleagues(ctx, s.Org)
	if err != nil {
		return nil, err
	}
	tree, err := d.Columns.Tree(ctx, a.Site)
	if err != nil {
		return nil, err
	}
	reaches := func(id int64) bool {
		return id == 0 || slices.ContainsFunc(tree.Trail(a.Column), func(k *column.Column) bool { return k.ID == id })
	}
	var all []named
	for _, who := range people {
		reviews := slices.ContainsFunc(who.Posts, func(p identity.Appointment) bool {
			return p.Org == s.Org && (p.Site == 0 || p.Site == a.Site) && reaches(p.Column) && slices.Contains(reviewers, p.Role) && !p.From.After(d.Now())
		})
		if reviews && who.State == identity.Active && who.ID != kernel.ActorFrom(ctx).Account && who.ID != a.Author {
			all = append(all, named{who.ID.String(), who.Name})
		}
	}
	return all, nil
}

// writeNote keeps what somebody writes beside the article: a comment, or a handing over.
func (d *Desk) writeNote(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	n, err := remark(c, a)
	if err != nil {
		return d.article(c, a, err)
	}
	if c.FormValue("kind") == review.HandedOver {
		n.Kind, n.Quote, n.Block = review.HandedOver, "", 0
		if n.To, err = d.colleague(c, a); err != nil {
			return d.article(c, a, err)
		}
	}
	if _, err := d.Reviews.Write(c.UserContext(), publication.Object{Site: a.Site, Kind: article.Kind, ID: a.ID}, n); err != nil {
		return d.article(c, a, err)
	}
	return see(c, address(a.Site, a.ID, n.Kind))
}

// colleague is whom a form names for the decision.
func (d *Desk) colleague(c *fiber.Ctx, a *article.Draft) (kernel.AccountID, error) {
	all, err := d.others(c.UserContext(), a)
	if err != nil {
		return 0, err
	}
	for _, who := range all {
		if who.Value == c.FormValue("to") {
			id, _ := kernel.ParseID[kernel.AccountID](who.Value)
			return id, nil
		}
	}
	return 0, fault.In("to", "请选择要转给哪位同事。作者本人和没有审核岗位的人不能审核。")
}

func (d *Desk) settleNote(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	id, _ := kernel.ParseID[int64](c.Params("note"))
	err = d.Reviews.Settled(c.UserContext(), publication.Object{Site: a.Site, Kind: article.Kind, ID: a.ID}, id)
	if c.FormValue("back") == "form" {
		return d.again(c, a, err)
	}
	if err != nil {
		return d.article(c, a, err)
	}
	return see(c, address(a.Site, a.ID, "settled"))
}
