package desk

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/column"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// chainsPage is how what stands in each column is reviewed.
type chainsPage struct {
	Action   string
	Usual    string // the template's policy, in words
	Superior string // whose office may be given the last word, or ""
	Rows     []chainRow
	Policies []named
	Wrong    trouble
	Done     string
	Reasons  reasonsForm
}

type chainRow struct {
	Column int64
	Name   string // with the columns above it
	Policy string // "" follows the column above
	Above  bool
	Steps  []stepLine // for whom each step may be kept, where the column has a chain of its own
	Vacant bool       // somebody who is named is no reviewer any more
}

type named struct{ Value, Name string }

var chainsView = console.Define[chainsPage]("desk", "chains")

func (d *Desk) showChains(c *fiber.Ctx) error { return d.chains(c, nil) }

func (d *Desk) chains(c *fiber.Ctx, wrongly error) error {
	ctx, site := c.UserContext(), at(c)
	page := console.Page{Title: say(c, "审核流程"), Site: site}
	p := chainsPage{Action: "/sites/" + site.String() + "/chains"}
	if wrongly != nil {
		field, is := wrong(wrongly)
		if !is {
			return wrongly
		}
		p.Wrong, page.Status = trouble{console.Told(c, wrongly), field}, statuses[fault.KindOf(wrongly)]
	} else if c.Query("done") == "set" {
		p.Done = say(c, "已保存。以后送审的稿件按新的流程走，正在审核的不变。")
	} else if c.Query("done") == "reasons" {
		p.Done = say(c, "已保存。退回稿件时就用这些理由。")
	}
	template, err := d.Sites.TemplateOf(ctx, site)
	if err != nil {
		return err
	}
	p.Usual = say(c, review.ChainNames[template.Review])
	for _, policy := range publication.Policies {
		p.Policies = append(p.Policies, named{policy, say(c, review.ChainNames[policy])})
	}
	if _, p.Superior, err = d.superior(ctx, site); err != nil {
		return err
	}
	if p.Rows, err = d.chainRows(c, site); err != nil {
		return err
	}
	if err := d.reasonsFor(c, &p); err != nil {
		return err
	}
	return chainsView.Show(d.Console, c, page, p)
}

func (d *Desk) chainRows(c *fiber.Ctx, site kernel.SiteID) (rows []chainRow, err error) {
	ctx := c.UserContext()
	own, err := d.Reviews.Chains(ctx, site)
	if err != nil {
		return nil, err
	}
	tree, err := d.Columns.Tree(ctx, site)
	if err != nil {
		return nil, err
	}
	people, err := d.reviewersOf(ctx, site)
	if err != nil {
		return nil, err
	}
	for _, k := range tree.All() {
		if k.State == column.Active {
			row := chainRow{Column: k.ID, Name: trail(tree, k.ID), Policy: own[k.ID].Policy, Above: own[k.ID].Last != 0}
			if err := d.stepLines(c, own[k.ID], people, &row); err != nil {
				return nil, err
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// trail is a column's name with those of the columns above it.
func trail(tree *column.Tree, id int64) string {
	var names []string
	for _, up := range tree.Trail(id) {
		names = append(names, up.Name)
	}
	return strings.Join(names, " › ")
}

// superior is the office that may be given the last word: the carrier's, or where the site stands alone, that of the unit above. None
// for the topmost.
func (d *Desk) superior(ctx context.Context, id kernel.SiteID) (kernel.OrgID, string, error) {
	s, err := d.Sites.Get(ctx, id)
	if err != nil {
		return 0, "", err
	}
	if s.Parent != 0 {
		carrier, err := d.Sites.Get(ctx, s.Parent)
		return carrier.Org, carrier.Name, err
	}
	place, err := d.Sites.Place(ctx, s.Org)
	if err != nil || len(place.Path) < 2 {
		return 0, "", err
	}
	up := place.Path[len(place.Path)-2]
	unit, err := d.Orgs.Get(ctx, up)
	return up, unit.Name, err
}

func (d *Desk) setChain(c *fiber.Ctx) error {
	ctx, site := c.UserContext(), at(c)
	id, _ := kernel.ParseID[int64](c.FormValue("column"))
	if err := d.stands(ctx, site, id, "column.owner.set"); err != nil {
		return d.chains(c, err)
	}
	chain := review.Chain{Column: id, Policy: typed(c, "policy")}
	if err := d.readSigners(c, &chain); err != nil {
		return d.chains(c, err)
	}
	if c.FormValue("last") == "1" {
		if chain.Policy == "" {
			return d.chains(c, fault.In("last", "由上级终审的栏目要写明自己的流程，请先选一种有终审的流程。"))
		}
		up, _, err := d.superior(ctx, site)
		if err != nil {
			return err
		}
		if up == 0 {
			return d.chains(c, fault.In("last", "本站没有上级单位，终审只能由本单位负责。"))
		}
		chain.Last = up
	}
	if err := d.Reviews.SetChain(ctx, site, chain); err != nil {
		return d.chains(c, err)
	}
	return see(c, "/sites/"+site.String()+"/chains?done=set")
}
