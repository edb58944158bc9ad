package desk

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// reasonsForm is the site's own list of why texts are returned, as its content lead writes it (C7).
type reasonsForm struct {
	Text      string // a line each; "" for the program's list
	Usual     string // the list that counts then
	Most, Max int
}

// reasonsFor fills in the form, over what was typed where that is wrong.
func (d *Desk) reasonsFor(c *fiber.Ctx, p *chainsPage) error {
	all, own, err := d.Reviews.Reasons(c.UserContext(), at(c))
	p.Reasons = reasonsForm{Most: review.ReasonsMost, Max: review.ReasonMost}
	if own {
		p.Reasons.Text = strings.Join(all, "\n")
	} else {
		p.Reasons.Usual = strings.Join(all, " ")
	}
	if p.Wrong.Field == "reasons" {
		p.Reasons.Text = typed(c, "reasons")
	}
	return err
}

func (d *Desk) setReasons(c *fiber.Ctx) error {
	site := at(c)
	if err := d.Reviews.SetReasons(c.UserContext(), site, typed(c, "reasons")); err != nil {
		return d.chains(c, err)
	}
	return see(c, "/sites/"+site.String()+"/chains?done=reasons")
}
