package article

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
)

// Why a version was kept.
const (
	KeptBefore    = "before" // as the article was before its first change here
	KeptCreated   = "create"
	KeptEdited    = "edit"
	KeptMerged    = "merge" // with what somebody else had saved meanwhile
	KeptRestored  = "restore"
	KeptSubmitted = "submit"
)

// named are the acts after which the text is kept as a version; others, such as a move, change no text.
var named = map[string]string{"article.edit.draft": KeptEdited, "article.merge": KeptMerged, "article.restore": KeptRestored, restoreUndo: KeptRestored, "article.submit": KeptSubmitted}

const restoreUndo = "article.restore.undo"

// Version is the text of an article as somebody saved it. It is never changed; lawful erasure takes it away.
type Version struct {
	Number  int64 // the article's version then
	Author  kernel.AccountID
	At      time.Time
	Why     string
	Payload Payload // of a list: the title only
}

// Versions returns a page of the article's versions, the last first.
func (a *Articles) Versions(ctx context.Context, site kernel.SiteID, id ID, p kernel.Page) ([]Version, error) {
	return a.versions(ctx, site, id, p)
}

// Version is the article's text as it was at a version: that of the last one kept up to then.
func (a *Articles) Version(ctx context.Context, site kernel.SiteID, id ID, number int64) (*Version, error) {
	return a.versionUpTo(ctx, site, id, number)
}

// Public is the text that citizens read, or a NotFound or Gone fault.
func (a *Articles) Public(ctx context.Context, site kernel.SiteID, id ID) (*Payload, *publication.Live, error) {
	live, err := a.Published.Live(ctx, object(site, id))
	if err != nil {
		return nil, nil, err
	}
	p, err := decode(live.Payload)
	if err != nil {
		return nil, nil, fmt.Errorf("read article %d of site %d: %w", id, site, err)
	}
	return p, live, nil
}

// Restore makes an earlier version's text the draft's again, as a new version of the actor's: nothing after it is lost.
func (a *Articles) Restore(ctx context.Context, site kernel.SiteID, id ID, seen, number int64) error {
	v, err := a.versionUpTo(ctx, site, id, number)
	if err != nil {
		return err
	}
	if v.Number != number {
		return fault.New(fault.NotFound, "没有这个版本。")
	}
	return a.edit(ctx, site, id, seen, v.Payload, "article.restore")
}

// Unrestore takes back the restore that has made a version: the text before it is the draft's again, and an article whose public text that is
// stands as published again. It is refused when anybody has saved or sent since.
func (a *Articles) Unrestore(ctx context.Context, site kernel.SiteID, id ID, made int64) error {
	return a.alter(ctx, site, id, restoreUndo, func(ctx context.Context, d *Draft) error {
		last, err := a.versionUpTo(ctx, site, id, d.Version)
		if err != nil {
			return err
		}
		if last.Number != made || last.Why != KeptRestored {
			return fault.New(fault.Conflict, "恢复以后又有人保存或送审过，不能一键撤销。要换回哪个版本，请在下面选。")
		}
		before, err := a.versionUpTo(ctx, site, id, made-1)
		if err != nil {
			return err
		}
		d.Payload = before.Payload
		if who := kernel.ActorFrom(ctx).Account; who != 0 {
			d.Author = who
		}
		public, live, err := a.Public(ctx, site, id)
		switch {
		case fault.Is(err, fault.NotFound), fault.Is(err, fault.Gone):
			return nil
		case err != nil:
			return err
		}
		if live.Edition == d.Edition && reflect.DeepEqual(*public, d.Payload) {
			d.State = Released
		}
		return nil
	})
}

// keepVersion keeps the text of d after the act, and how it was before when nothing is kept yet.
func (a *Articles) keepVersion(ctx context.Context, before, d *Draft, why string) error {
	if before != nil {
		any, err := a.anyVersion(ctx, d.Site, d.ID)
		if err != nil {
			return err
		}
		if !any {
			if err := a.insertVersion(ctx, before, before.Author, before.UpdatedAt, KeptBefore); err != nil {
				return err
			}
		}
	}
	who := kernel.ActorFrom(ctx).Account
	if who == 0 {
		who = d.Author
	}
	return a.insertVersion(ctx, d, who, a.Now(), why)
}
