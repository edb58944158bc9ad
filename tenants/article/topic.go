package article

import (
	"context"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// topicsMost is how many topics the page above them shows.
const topicsMost = 100

// lead is the text with which a topic begins: the first that became public in it. What a topic says is reviewed like all else.
func (a *Articles) lead(ctx context.Context, s *render.Site, tree *column.Tree, k *column.Column) (*TopicLead, error) {
	items, rows, err := a.items(ctx, s, tree.Places(k.ID), kernel.Page{Number: int(k.Count), Size: 1})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	texts, err := a.payloads(ctx, s.ID, rows)
	if err != nil {
		return nil, err
	}
	seen, err := a.sights(ctx, s, rows, texts)
	if err != nil {
		return nil, err
	}
	l := &TopicLead{Item: items[0], Sight: seen[0], id: rows[0].ID}
	if p := texts[rows[0].ID]; p != nil {
		l.Summary = p.excerpt()
	}
	return l, nil
}

// topicPage is a special topic (专题, B14): its lead, its own texts, and the newest of the columns that it shows.
func (a *Articles) topicPage(ctx context.Context, s *render.Site, tree *column.Tree, k *column.Column, number int) ([]byte, error) {
	number, pages, err := turned(number, k.Count-1, perPage)
	if err != nil {
		return nil, err
	}
	shell, page := a.frame(s, tree, k, number)
	lead, err := a.lead(ctx, s, tree, k)
	if err != nil {
		return nil, err
	}
	if page.Items, page.rows, err = a.items(ctx, s, tree.Places(k.ID), kernel.Page{Number: number, Size: perPage}); err != nil {
		return nil, err
	}
	page.Items = without(page.Items, page.rows, lead)
	page.Pager = pager(s, "/c/"+k.Path, number, pages, k.Count-1)
	t := TopicPage{ListPage: page, Stage: k.Form.Stage(column.Day(a.Now())), Opens: k.Form.Opens, Closes: k.Form.Closes, Lead: lead}
	if number > 1 {
		return topicView.HTML(a.Render, shell, t)
	}
	if t.Children, err = a.below(ctx, s, tree, k); err != nil {
		return nil, err
	}
	for _, id := range k.Form.Sections {
		if !tree.Visible(id) {
			continue
		}
		l := column.Link(s, tree.Get(id))
		section := ChildList{Title: l.Text, Href: l.Href}
		if section.Items, _, err = a.items(ctx, s, tree.Lists(id), kernel.Page{Number: 1, Size: k.Form.Each}); err != nil {
			return nil, err
		}
		t.Children = append(t.Children, section)
	}
	return topicView.HTML(a.Render, shell, t)
}

// without leaves the lead out of a topic's own texts.
func without(items []render.Item, rows []publication.Row, lead *TopicLead) (rest []render.Item) {
	for i := range items {
		if lead == nil || rows[i].ID != lead.id {
			rest = append(rest, items[i])
		}
	}
	return rest
}

// topicsPage is the page above topics: those that run, those that are over, and what else stands in the column.
func (a *Articles) topicsPage(ctx context.Context, shell render.Shell, tree *column.Tree, k *column.Column, page ListPage) ([]byte, error) {
	s, t := shell.Site, TopicsPage{ListPage: page}
	t.Children = nil
	for i, c := range tree.VisibleChildren(k.ID) {
		if c.Form.View != column.ViewTopic || page.Pager.Number > 1 || i >= topicsMost {
			continue
		}
		card := TopicCard{Link: column.Link(s, c), Closes: c.Form.Closes, Description: c.Description}
		if c.Count > 0 {
			l, err := a.lead(ctx, s, tree, c)
			if err != nil {
				return nil, err
			}
			if l != nil {
				card.Sight, card.Description = l.Sight, l.Summary
			}
		}
		card.Nth = i
		if c.Form.Stage(column.Day(a.Now())) == column.Archived {
			t.Archived = append(t.Archived, card)
		} else {
			t.Current = append(t.Current, card)
		}
	}
	for _, c := range page.Children {
		if !c.topic {
			t.Children = append(t.Children, c)
		}
	}
	return topicsView.HTML(a.Render, shell, t)
}
