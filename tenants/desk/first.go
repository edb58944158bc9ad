package desk

import (
	"context"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// first is one of the first things to do on a new site.
type first struct {
	text, href string
	done       bool
	holds      bool // the list stays until it is done
}

// FirstSteps is what the content lead of a new site does first, until two people have published something: an account that is safe, a colleague, the telephone,
// an article, a publication (look.md 2.5).
func (d *Desk) FirstSteps(ctx context.Context, id kernel.SiteID) (console.Section, error) {
	if !d.Console.Offers(ctx, id, "appointment.content") {
		return console.Section{}, nil
	}
	all, err := d.firsts(ctx, id)
	if err != nil {
		return console.Section{}, err
	}
	s, left := console.Section{Title: "开始使用，共五步"}, 0
	for _, one := range all {
		i := console.Item{Text: one.text, Href: one.href, Mark: "已做", Kind: "ok"}
		if !one.done {
			i.Mark, i.Kind = "还没做", "warn"
		}
		if one.holds && !one.done {
			left++
		}
		s.Items = append(s.Items, i)
	}
	if left == 0 {
		return console.Section{}, nil
	}
	return s, nil
}

func (d *Desk) firsts(ctx context.Context, id kernel.SiteID) ([]first, error) {
	g, err := d.Sites.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	factor, err := d.Accounts.Factor(ctx, kernel.ActorFrom(ctx).Account)
	if err != nil {
		return nil, err
	}
	serving, err := d.Accounts.Serving(ctx, g.Org, id)
	if err != nil {
		return nil, err
	}
	written, err := d.Articles.List(ctx, id, article.Filter{}, kernel.Page{Number: 1, Size: 1})
	if err != nil {
		return nil, err
	}
	public, err := d.Published.List(ctx, id, publication.Filter{Kind: article.Kind}, kernel.Page{Number: 1, Size: 1})
	base := "/sites/" + id.String()
	return []first{
		{"一、给自己设好第二验证", "/me/factor", !factor.On.IsZero(), false},
		{"二、邀请同事：至少两个人才能发布", base + "/people", serving >= 2, true},
		{"三、核对主办单位和联系电话", base, g.Marks.Phone != "", false},
		{"四、写第一篇稿件", base + "/articles/new", len(written) > 0, true},
		{"五、审核并发布第一篇稿件", "/reviews", len(public) > 0, true},
	}, err
}
