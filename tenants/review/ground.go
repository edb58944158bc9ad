package review

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/publication"
)

// Claim is that a text is not to be disclosed proactively, as its author has written it: which way, why, and at which version of the text.
type Claim struct {
	Author             kernel.AccountID
	Version            int64
	Disclosure, Ground string
}

// Ground is that somebody has confirmed a claim. It is the secrecy reviewer's word, and the only review that such a text has: what is not
// disclosed proactively is never under review and never public.
type Ground struct {
	Claim
	ID    int64
	By    kernel.AccountID
	Words string
	At    time.Time
}

// Held reports whether a claim keeps a text from being disclosed proactively: one of the two ways that the regulation names.
func (c Claim) Held() bool { return slices.Contains([]string{"on_request", "withheld"}, c.Disclosure) }

// MayConfirm answers nil when the actor in ctx may confirm the claim of the object: who reviews its secrecy and has not written it.
func (d *Desk) MayConfirm(ctx context.Context, obj publication.Object, c Claim) error {
	who, err := actor(ctx)
	if err != nil {
		return err
	}
	if err := d.may(ctx, obj, "secrecy.pass"); err != nil {
		return err
	}
	if who == c.Author {
		return fault.New(fault.Forbidden, "不主动公开的理由要由作者以外的人确认。")
	}
	return nil
}

// Confirm keeps that the actor has confirmed the claim, in his words. The caller has read the claim in the same transaction.
func (d *Desk) Confirm(ctx context.Context, obj publication.Object, c Claim, words string) error {
	if err := d.MayConfirm(ctx, obj, c); err != nil {
		return err
	}
	words = strings.TrimSpace(words)
	if !c.Held() || strings.TrimSpace(c.Ground) == "" {
		return fault.New(fault.Conflict, "主动公开的稿件没有要确认的理由。")
	}
	if words == "" {
		return fault.In("agree", "请写下确认意见。")
	}
	if utf8.RuneCountInString(words) > NoteMost {
		return fault.In("agree", "最多写 %d 个字，请精简。", NoteMost)
	}
	return d.DB.InTx(ctx, func(ctx context.Context) error {
		all, err := d.Grounds(ctx, obj)
		if err != nil {
			return err
		}
		if Confirmed(all, c) != nil {
			return fault.New(fault.Conflict, "这一版的理由已经确认过了。")
		}
		g := Ground{Claim: c, ID: d.IDs.Next(), By: kernel.ActorFrom(ctx).Account, Words: words, At: d.Now()}
		if err := d.putGround(ctx, obj, g); err != nil {
			return err
		}
		return d.Audit.Record(ctx, audit.Entry{Site: obj.Site, Action: "review.ground", Object: obj.String(), After: c.Disclosure,
			Note: map[string]string{"version": fmt.Sprint(c.Version), "ground": c.Ground, "words": words}})
	})
}

// Confirmed is what confirms this very claim, or nil: another version of the text is another claim.
func Confirmed(all []Ground, c Claim) *Ground {
	for i := range all {
		if all[i].Version == c.Version {
			return &all[i]
		}
	}
	return nil
}
