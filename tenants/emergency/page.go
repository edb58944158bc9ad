package emergency

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

// WarningPage is a warning as citizens read it.
type WarningPage struct {
	render.Strip
	State, Class string // whether it is in force, in a word
	What, Advice []string
	Area         string
	Since        time.Time
	Published    time.Time
	Renewed      time.Time // the newest edition, when it is not the first
	Link         string
	Why          string // it was lifted
}

// ListPage is what is in force, at the site or carried by it, and what was, of the site.
type ListPage struct {
	Now  []render.Strip
	Past []render.Item
}

// pastMost is how many warnings of the past the list shows.
const pastMost = 50

// states are what citizens are told of a phase.
var states = map[Phase][2]string{Waiting: {"尚未开始", "wait"}, On: {"正在生效", "on"}, Over: {"已到期，不再有效", "over"}}

const listTitle = "预警信息"

// show answers a warning's page, from its public edition and how that stands now.
func (e *Emergency) show(ctx context.Context, r *web.Request) (*pages.Page, error) {
	s := r.Site
	number, ok := kernel.ParseID[int64](r.Params["id"])
	if !ok {
		return nil, fault.New(fault.NotFound, "没有这条预警。")
	}
	live, err := e.Published.Live(ctx, publication.Object{Site: s.ID, Kind: Kind, ID: number})
	if err != nil {
		return nil, err
	}
	k, err := e.Get(ctx, s.ID, number)
	if err != nil {
		return nil, err
	}
	w, err := decode(string(live.Payload))
	if err != nil {
		return nil, fmt.Errorf("read warning %d of site %d: %w", number, s.ID, err)
	}
	rest := address(number)
	shell, err := e.shell(ctx, s, w.Title, rest)
	if err != nil {
		return nil, err
	}
	shell.Head.Description = w.What
	shell.Head.Article = &render.ArticleMeta{Title: w.Title, PubDate: live.ShownAt.In(kernel.Beijing).Format("2006-01-02 15:04"), Source: w.Issuer, Description: w.What,
		URL: s.URL(rest), Published: live.ShownAt, Modified: live.EditionPublishedAt}
	body, err := warningView.HTML(e.Render, shell, e.composed(s, k, &w, &live.Row))
	if err != nil {
		return nil, fmt.Errorf("render warning %d of site %d: %w", number, s.ID, err)
	}
	return web.HTML(body), nil
}

func (e *Emergency) composed(s *render.Site, k *Kept, w *Warning, row *publication.Row) WarningPage {
	p := WarningPage{Strip: w.strip(s.Path(address(k.ID))), State: states[k.Phase][0], Class: states[k.Phase][1], What: paragraphs(w.What), Advice: paragraphs(w.Advice), Area: w.Area,
		Since: k.Since, Published: row.ShownAt, Link: w.Link, Why: k.Why}
	if k.Why != "" {
		p.State = "已提前解除"
	}
	if row.EditionPublishedAt.After(row.FirstPublishedAt) {
		p.Renewed = row.EditionPublishedAt
	}
	if strings.HasPrefix(p.Link, "/") {
		p.Link = s.Path(p.Link)
	}
	return p
}

// paragraphs are the lines of a text that say something.
func paragraphs(text string) (all []string) {
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// list answers Address.
func (e *Emergency) list(ctx context.Context, r *web.Request) (*pages.Page, error) {
	s := r.Site
	shell, err := e.shell(ctx, s, "", Address)
	if err != nil {
		return nil, err
	}
	shell.Head.Description = s.Name + "正在生效和以往的预警"
	p := ListPage{}
	if p.Now, err = e.Strips(ctx, s); err != nil {
		return nil, err
	}
	past, err := e.past(ctx, s.ID, pastMost)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(past))
	for i, k := range past {
		ids[i] = k.ID
	}
	titles, err := e.Published.Titles(ctx, s.ID, Kind, ids)
	if err != nil {
		return nil, err
	}
	for _, k := range past {
		p.Past = append(p.Past, render.Item{Title: titles[k.ID], Href: s.Path(address(k.ID)), Date: k.Since})
	}
	body, err := listView.HTML(e.Render, shell, p)
	if err != nil {
		return nil, fmt.Errorf("render the warnings of site %d: %w", s.ID, err)
	}
	return web.HTML(body), nil
}

// shell is what stands around a page of the room; the list has no title of its own.
func (e *Emergency) shell(ctx context.Context, s *render.Site, title, rest string) (render.Shell, error) {
	nav, err := e.Columns.Nav(ctx, s)
	shell := render.Shell{Site: s, Nav: nav, Now: e.Now(), Crumbs: []render.Link{{Text: listTitle, Href: s.Path(Address)}},
		Head: render.Head{Title: []string{listTitle}, Rest: rest, Column: &render.ColumnMeta{Name: listTitle, Type: listTitle}}}
	if title != "" {
		shell.Head.Title = []string{title, listTitle}
	}
	return shell, err
}
