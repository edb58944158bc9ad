package desk

import (
	"context"
	"fmt"
	"html/template"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/checks"
)

// spotted is what the checks say of an article, its words cleaned as they are shown: places are places in that text.
func (d *Desk) spotted(ctx context.Context, a *article.Draft) (article.Payload, []checks.Finding, error) {
	p := a.Payload
	p.Body = render.Sanitise(p.Body)
	frozen := int64(0) // of a text under review the words of its films are those of its edition
	if a.State == article.Submitted {
		frozen = int64(a.Edition)
	}
	all, err := d.Checks.Panel(ctx, a.Site, a.ID, frozen, p)
	return p, all, err
}

// panel is what the checks found in an article, each line with the way to its place. Asks says that sending wants a reason, Mask that one
// press masks all numbers of people; Confirmed is the reason that went along with what is under review.
type panel struct {
	Shown           bool
	Rows            []panelRow
	Asks, Mask, Fix bool
	Why             string // as typed
	Picture         string // the anchor of the first picture that nobody has described, or ""
	Confirmed       checks.Reason
}

type panelRow struct {
	Name, Kind, Say, Quote string
	To                     string // the anchor of its place, or ""
	Fix, Better            string // which finding, and what would stand there
}

// examine fills in what the checks say of an article that somebody is still to decide on, and marks the places in its words.
func (d *Desk) examine(c *fiber.Ctx, a *article.Draft, p *articlePage) error {
	if a.State != article.Drafted && a.State != article.Submitted {
		return nil
	}
	ctx := c.UserContext()
	cleaned, all, err := d.spotted(ctx, a)
	if err != nil {
		return err
	}
	shown, anchors := checks.Mark(cleaned.Body, all)
	p.Body = template.HTML(shown) // Mark adds nothing but marks to what was sanitised
	p.Panel = panel{Shown: true, Asks: p.MaySend && checks.NeedsReason(all), Fix: p.MayEdit, Why: typed(c, "why")}
	for i, f := range all {
		row := panelRow{Name: say(c, f.Name()), Kind: f.Look(), Say: f.Say, Quote: f.Quote, To: anchors[i]}
		if f.Fix != nil && p.MayEdit {
			row.Fix, row.Better = which(f), f.Fix.Text
		}
		if f.Rule == checks.PictureText && p.Panel.Picture == "" {
			p.Panel.Picture = row.To
		}
		p.Panel.Rows = append(p.Panel.Rows, row)
		p.Panel.Mask = p.Panel.Mask || p.MayEdit && f.Personal() && f.Fix != nil
	}
	if a.State == article.Submitted {
		p.Panel.Confirmed, err = d.Checks.ReasonOf(ctx, a.Site, a.Edition)
	}
	return err
}

// glanceMost is how many findings stand beside the form.
const glanceMost = 20

// glance is what the checks say of a draft, beside the form in which it is put right.
func (d *Desk) glance(c *fiber.Ctx, a *article.Draft) (console.Section, error) {
	_, all, err := d.spotted(c.UserContext(), a)
	return console.Section{Title: say(c, "检查"), Empty: "没有发现问题。", Items: glanced(all)}, err
}

func glanced(all []checks.Finding) (items []console.Item) {
	for _, f := range all[:min(len(all), glanceMost)] {
		field := f.Place.Field
		if !slices.Contains([]string{"title", "source", "summary"}, field) {
			field = "body"
		}
		items = append(items, console.Item{Text: f.Say, Href: "#" + field, Mark: f.Name(), Kind: f.Look(), Note: f.Quote})
	}
	return items
}

// hint is what the checks say of a text while it is being typed, for the script of its form.
type hint struct {
	Say   string `json:"say"`
	To    string `json:"to"`
	Mark  string `json:"mark"`
	Kind  string `json:"kind"`
	Quote string `json:"quote"`
}

// typing is what the checks say of what a form holds now (C9): the same as of a draft, before there is one.
func (d *Desk) typing(c *fiber.Ctx, a *article.Draft, f fields) ([]hint, error) {
	draft := *a
	if draft.ID == 0 {
		draft.Payload.Kind = article.News
	}
	draft.Payload = f.into(draft.Payload)
	_, all, err := d.spotted(c.UserContext(), &draft)
	hints := []hint{}
	for _, i := range glanced(all) {
		hints = append(hints, hint{i.Text, i.Href, say(c, i.Mark), i.Kind, i.Note})
	}
	return hints, err
}

// which names a finding for a button: its rule, its place and its words.
func which(f checks.Finding) string {
	return fmt.Sprintf("%s:%s:%d:%d:%s", f.Rule, f.Place.Field, f.Place.Start, f.Place.End, f.Quote)
}

// fix puts in what a finding proposes, or masks all numbers of people, in the draft that the person saw: a save like any other.
func (d *Desk) fix(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.FormValue("version"), 10, 64) // 0 is no version of anything
	if err := d.repair(c, a, version, c.FormValue("which")); err != nil {
		return d.article(c, a, err)
	}
	return see(c, address(a.Site, a.ID, "fixed"))
}

func (d *Desk) repair(c *fiber.Ctx, a *article.Draft, version int64, wanted string) error {
	ctx := c.UserContext()
	if version != a.Version {
		return fault.New(fault.Conflict, "这篇稿件刚被别人改过，请刷新后再改。")
	}
	cleaned, all, err := d.spotted(ctx, a)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(f checks.Finding) bool {
		return f.Fix == nil || which(f) != wanted && !(wanted == "personal" && f.Personal())
	})
	if len(all) == 0 {
		return fault.New(fault.Conflict, "这一处已经改过了，请看现在的稿件。")
	}
	payload, err := checks.Apply(cleaned, all...)
	if err != nil {
		return err
	}
	return d.Articles.Edit(ctx, a.Site, a.ID, version, payload)
}

// submit sends the draft that the person saw to review. What the checks hold to be of weight wants a reason, which goes along.
func (d *Desk) submit(ctx context.Context, a *article.Draft, version int64, why string) (edition publication.EditionID, err error) {
	if err := d.filled(ctx, a); err != nil {
		return 0, err
	}
	return d.freeze(ctx, a, version, why)
}

// freeze makes an edition of the draft that the person saw, whatever its column asks for.
func (d *Desk) freeze(ctx context.Context, a *article.Draft, version int64, why string) (edition publication.EditionID, err error) {
	_, all, err := d.spotted(ctx, a)
	if err != nil {
		return 0, err
	}
	if err := checks.Described(all); err != nil {
		return 0, err
	}
	err = d.DB.InTx(ctx, func(ctx context.Context) error {
		if edition, err = d.Articles.Submit(ctx, a.Site, a.ID, version); err != nil {
			return err
		}
		return d.Checks.Confirm(ctx, a.Site, edition, why, all)
	})
	return edition, err
}
