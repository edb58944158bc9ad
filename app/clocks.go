package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/clocks"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
	"github.com/zhanqun/zhanqun/tenants/emergency"
)

// ages tells the clocks, which know no column, how old what columns show is.
type ages struct{ columns *column.Columns }

// Fresh answers clocks.Freshness.
func (a ages) Fresh(ctx context.Context, sites []kernel.SiteID, f func(kernel.SiteID, clocks.Age)) error {
	return a.columns.Fresh(ctx, sites, func(id kernel.SiteID, k *column.Column) {
		f(id, clocks.Age{Column: k.ID, Name: k.Name, Last: k.LastAt, Cycle: k.CycleDays, Home: k.Home != ""})
	})
}

// The kinds of what has a clock: an article has those of its news, an edition the debt of its review.
const (
	clockedArticle = "article"
	clockedEdition = "edition"
)

// normative is how the form's 效力级别 names a document that is public within three working days (d06).
const normative = "规范性文件"

// wind has the clocks follow what happens, in the transaction in which it does.
func (h *House) wind() {
	h.Articles.Drafted.On("clocks", h.drafted)
	h.Published.Published.On("clocks", func(ctx context.Context, e publication.PublishedEvent) error {
		if e.Kind == emergency.Kind && e.Replaces != 0 {
			return h.Clocks.Cancel(ctx, e.Site, clockedEdition, int64(e.Replaces), "已由新的一版代替", clocks.ReviewDebt)
		}
		if e.Kind != article.Kind || e.Imported {
			return nil
		}
		if e.Replaces != 0 {
			if err := h.Clocks.Cancel(ctx, e.Site, clockedEdition, int64(e.Replaces), "已由新的一版代替", clocks.ReviewDebt); err != nil {
				return err
			}
		}
		err := h.Clocks.Stop(ctx, e.Site, clockedArticle, e.ID, e.EditionPublishedAt, clocks.ImportantActivity, clocks.NormativeDocument)
		if err != nil || e.Replaces != 0 || kernel.ActorFrom(ctx).Via == "demo" {
			return err // another edition keeps the first one's day
		}
		return h.Clocks.LookAgain(ctx, e.Site)
	})
	h.Published.Withdrawn.On("clocks", func(ctx context.Context, e publication.WithdrawnEvent) error {
		return h.Clocks.Cancel(ctx, e.Site, clockedEdition, int64(e.Edition), "已撤回", clocks.ReviewDebt)
	})
	h.Published.Owed.On("clocks", func(ctx context.Context, d publication.Debt) error {
		if d.Kind == emergency.Kind {
			return h.oweWarning(ctx, d)
		}
		if d.Kind != article.Kind {
			return nil
		}
		a, err := h.Articles.Get(ctx, d.Site, d.ID)
		if err != nil {
			return err
		}
		return h.Clocks.Keep(ctx, clocks.ReviewDebt, clocks.Subject{Site: d.Site, Kind: clockedEdition, ID: int64(d.Edition), Title: a.Payload.Title,
			Href: deskOf(d.Site, d.ID), Owes: d.Debtor}, d.OpenedAt)
	})
	h.Published.Reviewed.On("clocks", func(ctx context.Context, d publication.Debt) error {
		return h.Clocks.Stop(ctx, d.Site, clockedEdition, int64(d.Edition), h.Clocks.Now(), clocks.ReviewDebt)
	})
}

// drafted starts the clocks that a draft's form asks for, moves them with it, and ends those that it asks for no more. What is public
// already has kept its time or has not; a second edition owes nothing.
func (h *House) drafted(ctx context.Context, d article.Draft) error {
	starts := map[string]time.Time{}
	if d.BinnedAt.IsZero() {
		if at, err := time.ParseInLocation(article.ActivityForm, d.Payload.ActivityEndedAt, kernel.Beijing); err == nil {
			starts[clocks.ImportantActivity] = at.UTC()
		}
		if doc := d.Payload.Document; doc != nil && strings.Contains(doc.Level, normative) {
			if at, err := time.ParseInLocation(time.DateOnly, doc.IssuedOn, kernel.Beijing); err == nil {
				starts[clocks.NormativeDocument] = at.UTC()
			}
		}
	}
	if len(starts) > 0 {
		_, err := h.Published.Live(ctx, publication.Object{Site: d.Site, Kind: article.Kind, ID: d.ID})
		if err == nil || fault.Is(err, fault.Gone) {
			return nil
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	about := clocks.Subject{Site: d.Site, Kind: clockedArticle, ID: d.ID, Title: d.Payload.Title, Href: deskOf(d.Site, d.ID), Owes: d.Author}
	for _, rule := range []string{clocks.ImportantActivity, clocks.NormativeDocument} {
		at, asked := starts[rule]
		var err error
		if asked {
			err = h.Clocks.Keep(ctx, rule, about, at)
		} else {
			err = h.Clocks.Cancel(ctx, d.Site, clockedArticle, d.ID, "稿件不再要求", rule)
		}
		if err != nil {
			return fmt.Errorf("clock of article %d: %w", d.ID, err)
		}
	}
	return nil
}

func deskOf(site kernel.SiteID, id article.ID) string {
	return fmt.Sprintf("/sites/%s/articles/%d", site, id)
}
