package publication

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// OpenBatch signs a batch of documents from an old site: its author and its reviewer answer for every document
// in it. To open it again with the same words changes nothing, so an import can be taken up again.
func (p *Publications) OpenBatch(ctx context.Context, b Batch) error {
	if err := b.check(); err != nil {
		return err
	}
	return p.db.InTx(ctx, func(ctx context.Context) error {
		have, err := p.batch(ctx, b.ID)
		if err != nil {
			return err
		}
		if have != nil {
			if *have != b {
				return fault.New(fault.Conflict, "编号为“%s”的导入批次已由他人签署，请另用一个编号。", b.ID)
			}
			return nil
		}
		if err := p.insertBatch(ctx, b, p.now()); err != nil {
			return fmt.Errorf("open batch %s: %w", b.ID, err)
		}
		return p.log.Record(ctx, audit.Entry{Site: kernel.Platform, Action: "batch.signed", Object: "batch/" + b.ID,
			Note: map[string]string{"source": b.Source, "author": b.Author.String(), "reviewer": b.Reviewer.String(), "review": b.Review, "secrecy": b.Secrecy}})
	})
}

func (b Batch) check() error {
	switch {
	case strings.TrimSpace(b.ID) == "":
		return fault.In("id", "导入批次须有编号。")
	case strings.TrimSpace(b.Source) == "":
		return fault.In("source", "导入批次须写明来源网站。")
	case b.Author <= 0 || b.Reviewer <= 0:
		return fault.In("reviewer", "导入批次须写明作者和审核人。")
	case b.Author == b.Reviewer:
		return fault.New(fault.Forbidden, "导入批次的作者和审核人不能是同一人。")
	case strings.TrimSpace(b.Review) == "":
		return fault.In("review", "请填写审核意见。")
	case strings.TrimSpace(b.Secrecy) == "":
		return fault.In("secrecy", "请填写保密审查意见。")
	}
	for field, text := range map[string]string{"id": b.ID, "source": b.Source, "review": b.Review, "secrecy": b.Secrecy} {
		if err := checkText(field, "批次说明", text, opinionMost); err != nil {
			return err
		}
	}
	return nil
}

// importing is the rows that a batch's documents become.
type importing struct {
	editions  []edition
	approvals []approval
	histories []history
	publics   []publicRow
	sites     []kernel.SiteID
}

// Import publishes documents of an open batch, all of them or none, on any number of sites. An object that was
// ever frozen before is refused. It is the only way to a first publication date that is not now.
func (p *Publications) Import(ctx context.Context, batch string, items []ImportItem) error {
	if len(items) == 0 {
		return nil
	}
	return p.db.InTx(ctx, func(ctx context.Context) error {
		b, err := p.batch(ctx, batch)
		if err != nil {
			return err
		}
		if b == nil {
			return fault.New(fault.NotFound, "没有编号为“%s”的导入批次。", batch)
		}
		now := p.now()
		rows := importing{}
		for i := range items {
			if err := rows.add(p.ids, b, &items[i], now); err != nil {
				return fmt.Errorf("document %d of %d: %w", i+1, len(items), err)
			}
		}
		slices.Sort(rows.sites)
		rows.sites = slices.Compact(rows.sites)
		if err := p.insertImport(ctx, b, &rows); err != nil {
			return fmt.Errorf("import %d documents of batch %s: %w", len(items), b.ID, err)
		}
		if err := p.announceImport(ctx, b, &rows); err != nil {
			return err
		}
		return p.bump.Bump(ctx, rows.sites...)
	})
}

func (rows *importing) add(ids kernel.IDs, b *Batch, it *ImportItem, now time.Time) error {
	d := it.Draft
	d.Author, d.Policy = b.Author, Imported
	if err := d.check(); err != nil {
		return err
	}
	if it.Place <= 0 {
		return fault.In("place", "请选择栏目。")
	}
	shown := it.FirstPublished.UTC().Truncate(time.Microsecond)
	if it.FirstPublished.IsZero() {
		shown = now
	}
	if shown.After(now) {
		return fault.In("first_published", "原发布日期 %s 在今天之后。", shown.In(kernel.Beijing).Format(time.DateOnly))
	}
	if shown.Year() < 1900 {
		return fault.In("first_published", "原发布日期 %s 过早。", shown.In(kernel.Beijing).Format(time.DateOnly))
	}
	e := edition{SiteID: d.Site, ID: EditionID(ids.Next()), Kind: d.Kind, ObjectID: d.ID, Author: d.Author, Policy: d.Policy,
		Digest: digestOf(d.Payload), FrozenAt: now, Title: d.Title, Payload: string(d.Payload)}
	step, verdict := 1, Approved
	rows.sites = append(rows.sites, d.Site)
	rows.editions = append(rows.editions, e)
	rows.approvals = append(rows.approvals, approval{SiteID: d.Site, EditionID: e.ID, Kind: d.Kind, ObjectID: d.ID, Author: d.Author, Policy: d.Policy,
		Digest: e.Digest, FrozenAt: now, Step: step, Reviewer: b.Reviewer, Verdict: verdict, HoldsReview: true, HoldsSecrecy: true,
		ReviewOpinion: b.Review, SecrecyOpinion: b.Secrecy, Batch: &b.ID, At: now})
	rows.histories = append(rows.histories, history{SiteID: d.Site, EditionID: e.ID, Kind: d.Kind, ObjectID: d.ID, Author: d.Author, Policy: d.Policy,
		Digest: e.Digest, FrozenAt: now, Step: &step, Verdict: &verdict, ApprovedAt: &now, Place: it.Place,
		FirstPublishedAt: shown, EditionPublishedAt: now, MigratedAt: &now})
	rows.publics = append(rows.publics, publicRow{SiteID: d.Site, Kind: d.Kind, ObjectID: d.ID, EditionID: e.ID, Place: it.Place,
		FirstPublishedAt: shown, EditionPublishedAt: now, MigratedAt: &now})
	return nil
}

func (p *Publications) announceImport(ctx context.Context, b *Batch, rows *importing) error {
	for i := range rows.publics {
		r, e := &rows.publics[i], &rows.editions[i]
		l := Live{Payload: []byte(e.Payload), Digest: e.Digest, Row: Row{Object: Object{r.SiteID, r.Kind, r.ObjectID}, Edition: r.EditionID, Title: e.Title, Place: r.Place,
			ShownAt: r.FirstPublishedAt, FirstPublishedAt: r.FirstPublishedAt, EditionPublishedAt: r.EditionPublishedAt, Imported: true, MigratedAt: *r.MigratedAt}}
		if err := p.log.Record(ctx, published(&l, "publication.imported", "", map[string]string{"batch": b.ID, "source": b.Source})); err != nil {
			return err
		}
		if err := p.Published.Emit(ctx, PublishedEvent{Live: l}); err != nil {
			return err
		}
	}
	return nil
}
