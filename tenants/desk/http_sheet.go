package desk

import (
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// sheetPage is 信息发布审批单: what is to be published, what was decided about it, and room for signatures.
type sheetPage struct {
	Unit, Number          string
	Title, Column, Author string
	Kind, Digest          string
	FrozenAt              time.Time
	Steps                 []step
	Signed                []note
	Back                  string
	Picture               string // the article's address on the desk as a QR code: the path of its dark squares
	Size                  int
}

var sheetView = console.Define[sheetPage]("desk", "sheet")

// showSheet is printed by whoever takes a text to a leader who signs on paper.
func (d *Desk) showSheet(c *fiber.Ctx) error {
	ctx := c.UserContext()
	a, err := d.found(c)
	if err != nil {
		return err
	}
	if a.Edition == 0 {
		return fault.New(fault.NotFound, "稿件还没有送审，没有审批单。")
	}
	t, err := d.Published.Trail(ctx, a.Site, a.Edition)
	if err != nil {
		return err
	}
	s, err := d.Sites.Get(ctx, a.Site)
	if err != nil {
		return err
	}
	k, err := d.Columns.Get(ctx, a.Site, a.Column)
	if err != nil {
		return err
	}
	p := sheetPage{Unit: s.Name, Number: t.Edition.String(), Title: t.Title, Column: k.Name, Digest: t.Digest, FrozenAt: t.FrozenAt, Kind: say(c, review.StateOf(t).Says()), Back: address(a.Site, a.ID, "")}
	if p.Picture, p.Size, err = console.Picture(d.Origin + p.Back); err != nil {
		return err
	}
	if p.Author, err = d.name(ctx, t.Author); err != nil {
		return err
	}
	if p.Steps, err = d.steps(ctx, c, t); err != nil {
		return err
	}
	if p.Signed, err = d.signatures(ctx, a); err != nil {
		return err
	}
	return sheetView.Show(d.Console, c, console.Page{Title: say(c, "信息发布审批单"), Site: a.Site}, p)
}
