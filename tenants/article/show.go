package article

import (
	"context"
	"fmt"
	"html/template"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// undated is what stands for the day of a document whose source does not say when it was published.
const undated = "日期不详"

// show makes the page of a public article, from what publication holds and nothing else.
func (a *Articles) show(ctx context.Context, s *render.Site, id ID) (render.Shell, ShowPage, error) {
	live, err := a.Published.Live(ctx, object(s.ID, id))
	if err != nil {
		return render.Shell{}, ShowPage{}, err
	}
	p, err := decode(live.Payload)
	if err != nil {
		return render.Shell{}, ShowPage{}, fmt.Errorf("read article %d of site %d: %w", id, s.ID, err)
	}
	shell, page, err := a.compose(ctx, s, p, live.Row, s.Prefix)
	if err == nil {
		err = a.standing(ctx, s, live.Row, &page)
	}
	if err == nil {
		err = a.known(ctx, s, live.Row, &shell.Head, &page)
	}
	if err != nil || shell.Head.Column == nil {
		return shell, page, err // its column is gone from the template: the article stays
	}
	newer, older, err := a.Published.Around(ctx, live.Row)
	page.Prev, page.Next = beside(s, newer), beside(s, older)
	return shell, page, err
}

// Dressed is a body as readers see it: the HTML policy of today over what was reviewed, which can only take away, and pictures below base. The
// edition is the one that it was frozen as, or 0.
func (a *Articles) Dressed(ctx context.Context, site kernel.SiteID, edition publication.EditionID, base, body string) (template.HTML, error) {
	var err error
	if body = render.Sanitise(body); a.Pictures != nil {
		body, err = a.Pictures.Dress(ctx, site, int64(edition), base, body)
	}
	return template.HTML(render.Charts(body)), err // sanitised above, at every render; a chart is made of escaped words and numbers
}

// compose makes the page of a text that stands as row says, its pictures below base.
func (a *Articles) compose(ctx context.Context, s *render.Site, p *Payload, row publication.Row, base string) (render.Shell, ShowPage, error) {
	tree, err := a.Columns.Tree(ctx, s.ID)
	if err != nil {
		return render.Shell{}, ShowPage{}, err
	}
	rest := fmt.Sprintf("/a/%d", row.ID)
	page := ShowPage{
		Title: p.Title, Subtitle: p.Subtitle, PublishedAt: shownAt(&row), Migrated: row.Imported, MigratedAt: row.MigratedAt,
		Source: p.Source, SourceURL: p.SourceURL, Author: p.Author, URL: s.URL(rest),
	}
	if page.Body, err = a.Dressed(ctx, s.ID, row.Edition, base, p.Body); err != nil { // the page cache keeps the result
		return render.Shell{}, ShowPage{}, err
	}
	page.Body = render.Inside(s, page.Body)
	if err = a.paired(ctx, s, row.ID, &page); err != nil {
		return render.Shell{}, ShowPage{}, err
	}
	if p.Document != nil {
		page.Meta, page.Validity = p.Document.rows(&row, p.Keywords), validities[p.Document.Validity]
	}
	shell := render.Shell{Site: s, Nav: tree.Nav(s), Now: a.Now(), Head: render.Head{
		Title: []string{p.Title}, Description: p.Summary, Keywords: p.Keywords, Rest: rest, Article: p.meta(s, &row, &page)}}
	at := tree.Resolve(row.Place)
	page.Fields = p.fieldRows(s, hidden(at)...)
	if at == nil {
		return shell, page, nil
	}
	page.Column = at.Name
	shell.Head.Title = append(shell.Head.Title, at.Name)
	shell.Head.Column = columnMeta(at)
	shell.Head.Article.News = isNews(at)
	shell.Crumbs = crumbs(s, tree, at)
	return shell, page, nil
}

// hidden are the fields that put an article into its place in a column, and that its page does not show.
func hidden(at *column.Column) []string {
	if at == nil {
		return nil
	}
	return []string{at.Form.Order}
}

func beside(s *render.Site, r *publication.Row) *render.Link {
	if r == nil {
		return nil
	}
	it := item(s, r)
	return &render.Link{Text: it.Title, Href: it.Href}
}

// shownAt is the moment pages and lists show: zero for an import without a day of its own, which publication
// gives the batch's.
func shownAt(r *publication.Row) time.Time {
	if isUndated(r) {
		return time.Time{}
	}
	return r.ShownAt
}

func isUndated(r *publication.Row) bool { return r.Imported && r.ShownAt.Equal(r.MigratedAt) }

func minute(t time.Time) string { return t.In(kernel.Beijing).Format("2006-01-02 15:04") }

func day(t time.Time) string { return t.In(kernel.Beijing).Format(time.DateOnly) }

// rows is the document table, in the order of 国务院's library: what is not known has no row, except the day of
// publication, whose absence is said.
func (d *Document) rows(r *publication.Row, keywords string) []MetaRow {
	published := day(r.ShownAt)
	if isUndated(r) {
		published = undated + "（" + day(r.MigratedAt) + " 迁移入库）"
	}
	all := []MetaRow{
		{"索引号", d.IndexNumber}, {"主题分类", d.Subject}, {"发文机关", d.Issuer}, {"发文字号", d.Number}, {"体裁分类", d.Genre},
		{"效力级别", d.Level}, {"适用地区", d.Region}, {"年度", d.Year}, {"成文日期", d.WrittenOn}, {"公布日期", d.IssuedOn},
		{"施行日期", d.EffectiveOn}, {"发布日期", published}, {validityLabel, validityNames[d.Validity]}, {"主题词", keywords},
	}
	var rows []MetaRow
	for _, m := range all {
		if m.Value != "" {
			rows = append(rows, m)
		}
	}
	return rows
}

// validityLabel names the row of the table that what happens later changes.
const validityLabel = "有效性"

func columnMeta(k *column.Column) *render.ColumnMeta {
	return &render.ColumnMeta{Name: k.Name, Description: k.Description, Keywords: k.Keywords, Type: k.KindName()}
}

// crumbs lead from the top to the column; a step that citizens do not see is left out.
func crumbs(s *render.Site, tree *column.Tree, at *column.Column) []render.Link {
	var links []render.Link
	for _, k := range tree.Trail(at.ID) {
		if tree.Visible(k.ID) {
			links = append(links, column.Link(s, k))
		}
	}
	return links
}
