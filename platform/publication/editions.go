package publication

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// The longest texts that are taken, in characters.
const (
	titleMost   = 500
	opinionMost = 2000
)

// What an erased edition keeps in place of its words; the schema's trigger knows both.
const (
	erasedTitle   = "（已依法删除）"
	erasedPayload = `{"erased":true}`
)

func (o Object) String() string { return string(o.Kind) + "/" + strconv.FormatInt(o.ID, 10) }

func digestOf(payload []byte) string {
	sum := sha256.Sum256(payload)
	return hex.EncodeToString(sum[:])
}

// Freeze keeps a text for review and returns its edition. Earlier editions of the object that are not public
// take no more approvals. The policy is one of Policies.
func (p *Publications) Freeze(ctx context.Context, d Draft) (EditionID, error) {
	if err := d.check(); err != nil {
		return 0, err
	}
	if !slices.Contains(Policies, d.Policy) {
		return 0, fault.In("policy", "没有名为“%s”的审核流程。", d.Policy)
	}
	e := edition{SiteID: d.Site, Kind: d.Kind, ObjectID: d.ID, Author: d.Author, Policy: d.Policy,
		Digest: digestOf(d.Payload), Title: d.Title, Payload: string(d.Payload)}
	err := p.db.InTx(ctx, func(ctx context.Context) error {
		last, err := p.lastFrozen(ctx, d.Object)
		if err != nil {
			return err
		}
		if e.FrozenAt = p.now(); !e.FrozenAt.After(last) {
			e.FrozenAt = last.Add(kernelTick)
		}
		if err := p.insertEdition(ctx, &e); err != nil {
			return fmt.Errorf("freeze %s of site %d: %w", d.Object, d.Site, err)
		}
		return p.log.Record(ctx, audit.Entry{Site: d.Site, Action: "edition.frozen", Object: d.String(), After: e.Digest,
			Note: map[string]string{"edition": e.ID.String(), "author": d.Author.String(), "policy": d.Policy}})
	})
	return e.ID, err
}

func (d Draft) check() error {
	if d.Site <= 0 || d.ID <= 0 || d.Kind == "" || d.Author <= 0 {
		return fmt.Errorf("publication: a draft without site, kind, id or author: %d %q %d %d", d.Site, d.Kind, d.ID, d.Author)
	}
	if strings.TrimSpace(d.Title) == "" {
		return fault.In("title", "标题不能为空。")
	}
	if err := checkText("title", "标题", d.Title, titleMost); err != nil {
		return err
	}
	if !utf8.Valid(d.Payload) || bytes.IndexByte(d.Payload, 0) >= 0 || !json.Valid(d.Payload) {
		return fmt.Errorf("publication: the payload of %s is not JSON in UTF-8", d.Object)
	}
	if string(d.Payload) == erasedPayload {
		return fmt.Errorf("publication: the payload of %s is the mark of an erased one", d.Object)
	}
	return nil
}

// clean drops what the engines cannot keep from a text that nobody typed here.
func clean(s string) string { return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "") }

func checkText(field, name, s string, most int) error {
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return fault.In(field, "%s里有无法保存的字符，请改正。", name)
	}
	if n := utf8.RuneCountInString(s); n > most {
		return fault.In(field, "%s有 %d 个字，最多 %d 个字。", name, n, most)
	}
	return nil
}

// Approve records a reviewer's word on the step that is next by the edition's policy. Rejected finishes the
// edition: the corrected text is a new one.
func (p *Publications) Approve(ctx context.Context, site kernel.SiteID, e EditionID, o Opinion) error {
	if err := o.check(); err != nil {
		return err
	}
	return p.db.InTx(ctx, func(ctx context.Context) error {
		t, err := p.lockedTrail(ctx, site, e)
		if err != nil {
			return err
		}
		if err := t.mayApprove(o); err != nil {
			return err
		}
		a := approval{SiteID: site, EditionID: e, Kind: t.Kind, ObjectID: t.ID, Author: t.Author, Policy: t.Policy, Digest: t.Digest,
			FrozenAt: t.FrozenAt, Step: t.Next.Step, Reviewer: o.Reviewer, Verdict: o.Verdict,
			HoldsReview: t.Next.HoldsReview, HoldsSecrecy: t.Next.HoldsSecrecy,
			ReviewOpinion: o.Review, SecrecyOpinion: o.Secrecy, Reason: o.Reason, At: later(p.now(), t.FrozenAt)}
		if n := len(t.Steps); n > 0 {
			prev := t.Steps[n-1]
			a.PrevStep, a.PrevVerdict, a.PrevAt, a.At = &prev.Step, &prev.Verdict, &prev.At, later(a.At, prev.At)
		}
		if err := p.insertApproval(ctx, &a); err != nil {
			return fmt.Errorf("approve edition %d of site %d: %w", e, site, err)
		}
		action := "edition.approved"
		if o.Verdict == Rejected {
			action = "edition.returned"
		}
		return p.log.Record(ctx, audit.Entry{Site: site, Action: action, Object: t.String(), Before: t.Digest, After: t.Digest,
			Note: map[string]string{"edition": e.String(), "step": t.Next.Name, "reviewer": o.Reviewer.String(),
				"review": o.Review, "secrecy": o.Secrecy, "reason": o.Reason}})
	})
}

func (o Opinion) check() error {
	if o.Reviewer <= 0 {
		return fmt.Errorf("publication: an opinion of nobody")
	}
	if o.Verdict != Approved && o.Verdict != Rejected {
		return fault.In("verdict", "请选择通过或退回。")
	}
	if o.Verdict == Rejected && strings.TrimSpace(o.Reason) == "" {
		return fault.In("reason", "退回须写明理由。")
	}
	for _, f := range []struct{ field, name, text string }{{"review", "审核意见", o.Review}, {"secrecy", "保密审查意见", o.Secrecy}, {"reason", "理由", o.Reason}} {
		if err := checkText(f.field, f.name, f.text, opinionMost); err != nil {
			return err
		}
	}
	return nil
}

// mayApprove says in words what the schema would refuse.
func (t *Trail) mayApprove(o Opinion) error {
	switch {
	case o.Reviewer == t.Author:
		return fault.New(fault.Forbidden, "作者不能审核自己的稿件，请由另一人审核。")
	case t.Erased != nil:
		return fault.New(fault.Gone, "这一版稿件已依法删除。")
	case t.Debt != nil:
		return fault.New(fault.Conflict, "这一版已紧急发布，请办理补审。")
	case t.Returned():
		return fault.New(fault.Conflict, "这一版已退回，请作者修改后重新提交。")
	case t.Next == nil:
		return fault.New(fault.Conflict, "这一版已经审核完毕。")
	case t.Overtaken:
		return fault.New(fault.Conflict, "作者已提交新的一版，请审核新的一版。")
	}
	for _, s := range t.Steps {
		if s.Reviewer == o.Reviewer {
			return fault.New(fault.Forbidden, "您已审核过这一版，下一步须由另一人审核。")
		}
	}
	if o.Verdict == Approved {
		if t.Next.HoldsReview && strings.TrimSpace(o.Review) == "" {
			return fault.In("review", "请填写审核意见。")
		}
		if t.Next.HoldsSecrecy && strings.TrimSpace(o.Secrecy) == "" {
			return fault.In("secrecy", "请填写保密审查意见。")
		}
	}
	return nil
}
