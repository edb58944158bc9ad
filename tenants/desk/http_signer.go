package desk

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// stepLine is a step of a column's chain, and for whom it may be kept (C3).
type stepLine struct {
	Key, Name string
	People    []option
}

// reviewersOf are the people of a site's office who review at this moment.
func (d *Desk) reviewersOf(ctx context.Context, id kernel.SiteID) (all []named, err error) {
	s, err := d.Sites.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	people, err := d.Accounts.Colleagues(ctx, s.Org)
	for _, who := range people {
		reviews := slices.ContainsFunc(who.Posts, func(p identity.Appointment) bool {
			return p.Org == s.Org && (p.Site == 0 || p.Site == id) && slices.Contains(reviewers, p.Role) && !p.From.After(d.Now())
		})
		if reviews && who.State == identity.Active {
			all = append(all, named{who.ID.String(), who.Name})
		}
	}
	return all, err
}

// stepLines fills in the steps of a column's own chain; who is named and reviews no more stands in the list all the same, and is told apart.
func (d *Desk) stepLines(c *fiber.Ctx, chain review.Chain, people []named, row *chainRow) error {
	for _, step := range review.Steps[chain.Policy] {
		if step == "final" && chain.Last != 0 {
			continue // another office's
		}
		l := stepLine{Key: step, Name: say(c, stepNames[step])}
		now := chain.Signers[step]
		for _, who := range people {
			l.People = append(l.People, option{who.Value, who.Name, who.Value == now.String()})
		}
		if now != 0 && !slices.ContainsFunc(people, func(n named) bool { return n.Value == now.String() }) {
			name, err := d.name(c.UserContext(), now)
			if err != nil {
				return err
			}
			l.People, row.Vacant = append(l.People, option{now.String(), name + say(c, "（已不能审核）"), true}), true
		}
		row.Steps = append(row.Steps, l)
	}
	return nil
}

// readSigners reads for whom the steps of the chain are kept; of a chain that the form did not show yet, nobody is.
func (d *Desk) readSigners(c *fiber.Ctx, chain *review.Chain) error {
	people, err := d.reviewersOf(c.UserContext(), at(c))
	if err != nil {
		return err
	}
	chain.Signers = map[string]kernel.AccountID{}
	for _, step := range review.Steps[chain.Policy] {
		who := c.FormValue("sign-" + step)
		id, ok := kernel.ParseID[kernel.AccountID](who)
		switch {
		case who == "", step == "final" && c.FormValue("last") == "1":
		case !ok || !slices.ContainsFunc(people, func(n named) bool { return n.Value == who }):
			return fault.In("sign", "指定的人已不能审核，请另选一位，或不指定。")
		default:
			chain.Signers[step] = id
		}
	}
	return nil
}

// nextStep is the step of the chain that is to be taken next, with the name of the one for whom it is kept.
func (d *Desk) nextStep(ctx context.Context, c *fiber.Ctx, t *publication.Trail) (step, error) {
	line := step{Name: say(c, stepName(*t.Next)), Who: say(c, "等待处理"), Kind: "next"}
	one, able, err := d.Reviews.Named(ctx, t)
	if err != nil || one == nil {
		return line, err
	}
	if able {
		line.Words = say(c, "指定办理：") + one.Name
	} else {
		line.Words = one.Name + say(c, "不能办这一步，由其他审核人办理。")
	}
	return line, nil
}
