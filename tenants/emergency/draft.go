package emergency

import (
	"context"
	"strconv"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// issues is the action that writes warnings.
const issues policies.Action = "warning.issue"

// Create keeps a new draft and answers its number.
func (e *Emergency) Create(ctx context.Context, id kernel.SiteID, w Warning) (int64, error) {
	k := &Kept{Site: id, ID: e.IDs.Next(), Version: 1, Warning: w, Author: kernel.ActorFrom(ctx).Account, UpdatedAt: e.Now(), Phase: Draft}
	if err := k.check(); err != nil {
		return 0, err
	}
	return k.ID, e.DB.InTx(ctx, func(ctx context.Context) error {
		if err := e.Reviews.May(ctx, k.object(), issues); err != nil {
			return err
		}
		if err := e.insert(ctx, k); err != nil {
			return err
		}
		return e.record(ctx, id, "warning.create", k.ID, "", "1", nil)
	})
}

// Save keeps a changed draft, unless somebody has changed it since version. What is public or under review stays as it is.
func (e *Emergency) Save(ctx context.Context, id kernel.SiteID, number, version int64, w Warning) error {
	if err := w.check(); err != nil {
		return err
	}
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		k, err := e.seen(ctx, id, number, version)
		if err != nil {
			return err
		}
		if err := e.Reviews.May(ctx, k.object(), issues); err != nil {
			return err
		}
		k.Warning, k.Version, k.Author, k.UpdatedAt = w, k.Version+1, kernel.ActorFrom(ctx).Account, e.Now()
		if err := e.update(ctx, k); err != nil {
			return err
		}
		return e.record(ctx, id, "warning.edit", number, strconv.FormatInt(version, 10), strconv.FormatInt(k.Version, 10), nil)
	})
}

// seen is the warning, locked, as somebody has it before the eyes.
func (e *Emergency) seen(ctx context.Context, id kernel.SiteID, number, version int64) (*Kept, error) {
	k, err := e.get(ctx, id, number, true)
	if err == nil && k.Version != version {
		err = fault.New(fault.Conflict, "这条预警刚被同事改过。请先打开它看现在的内容，再把您的改动写进去。")
	}
	return k, err
}

// Get is a warning of the site.
func (e *Emergency) Get(ctx context.Context, id kernel.SiteID, number int64) (*Kept, error) {
	return e.get(ctx, id, number, false)
}

// Send freezes the draft for review, by the policy of the site. Its author is whoever wrote it last.
func (e *Emergency) Send(ctx context.Context, id kernel.SiteID, number, version int64) (edition publication.EditionID, err error) {
	err = e.DB.InTx(ctx, func(ctx context.Context) error {
		k, err := e.seen(ctx, id, number, version)
		if err != nil {
			return err
		}
		if err := e.Reviews.May(ctx, k.object(), issues); err != nil {
			return err
		}
		if err := k.inTime(e.Now()); err != nil {
			return err
		}
		t, err := e.Sites.TemplateOf(ctx, id)
		if err != nil {
			return err
		}
		payload, err := k.encode()
		if err != nil {
			return err
		}
		edition, err = e.Published.Freeze(ctx, publication.Draft{Object: k.object(), Author: k.Author, Policy: t.Review, Title: k.Title, Payload: []byte(payload)})
		if err != nil {
			return err
		}
		k.Sent, k.Edition = k.Warning, edition
		return e.update(ctx, k)
	})
	return edition, err
}

// Publish makes the edition public that its reviewers have passed. A warning stands in no column: its place is its own number.
func (e *Emergency) Publish(ctx context.Context, id kernel.SiteID, edition publication.EditionID, number int64) error {
	return e.Reviews.Publish(ctx, id, edition, publication.Placing{Place: number})
}

// Urgent makes the draft public at once, or the edition that is under review; why it cannot wait is kept beside it, and somebody else
// reviews it within a day.
func (e *Emergency) Urgent(ctx context.Context, id kernel.SiteID, number, version int64, why string) error {
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		k, err := e.seen(ctx, id, number, version)
		if err != nil {
			return err
		}
		t, err := e.latest(ctx, k)
		if err != nil {
			return err
		}
		var edition publication.EditionID
		if t != nil && underReview(review.StateOf(t)) && k.Sent == k.Warning {
			edition = t.Edition
		} else if edition, err = e.Send(ctx, id, number, version); err != nil {
			return err
		}
		if _, err := e.Reviews.Write(ctx, k.object(), review.Note{Kind: review.Urgent, Words: why}); err != nil {
			return err
		}
		return e.Reviews.PublishEmergency(ctx, id, edition, publication.Placing{Place: number})
	})
}

// underReview reports whether an edition in this state waits for a step.
func underReview(s review.State) bool {
	return s == review.Submitted || s == review.Again || s == review.Secrecy || s == review.Final
}

// latest is the trail of the newest edition, nil when there is none.
func (e *Emergency) latest(ctx context.Context, k *Kept) (*publication.Trail, error) {
	if k.Edition == 0 {
		return nil, nil
	}
	return e.Published.Trail(ctx, k.Site, k.Edition)
}

// trails are the newest editions of some warnings of a site.
func (e *Emergency) trails(ctx context.Context, id kernel.SiteID, all []Kept) (map[publication.EditionID]*publication.Trail, error) {
	var editions []publication.EditionID
	for i := range all {
		if all[i].Edition != 0 {
			editions = append(editions, all[i].Edition)
		}
	}
	return e.Published.Trails(ctx, id, editions...)
}
