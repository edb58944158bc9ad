package review

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/policies"
)

// Note is what somebody writes beside a text on its way. None of them is an approval: those are platform/publication's.
type Note struct {
	ID       int64
	Kind     string // Comment, Urgent, Signed, HandedOver
	Edition  publication.EditionID
	By       kernel.AccountID
	To       kernel.AccountID // of HandedOver
	Quote    string           // the words it is about, as they stand in the text, or ""
	Block    int              // the paragraph they stood in, from 1, or 0
	Words    string
	Signer   string // of Signed: the leader, by name
	SignedOn string // of Signed: the day on the sheet, as 2026-11-26
	At       time.Time
	DoneBy   kernel.AccountID // who has settled a comment, or 0
	DoneAt   time.Time
}

// The kinds of a note.
const (
	Comment    = "comment"
	Urgent     = "emergency" // why a text was published before its review
	Signed     = "signed"    // 线下签批: a leader has signed the sheet on paper
	HandedOver = "handover"  // 转审: a reviewer asks a colleague to decide in his stead
)

// Bounds of what is written.
const (
	NoteMost  = 500 // characters of a note
	QuoteMost = 200

	blocksMost = 1 << 20 // a text has fewer paragraphs
)

// Whoever works on a text may write beside it.
var talks = []policies.Action{"review.pass", "secrecy.pass", "article.publish", "article.edit.draft", "article.submit", "article.signoff", "review.final.pass"}

// Paper is a scan of what a leader has signed, which lies beside the note of the signature.
type Paper interface {
	Keep(ctx context.Context, note int64) error // in the transaction of the note
	Digest() string
}

// Write keeps a note beside the object's newest edition, or its draft, and answers it.
func (d *Desk) Write(ctx context.Context, obj publication.Object, n Note) (Note, error) {
	return d.write(ctx, obj, n, nil)
}

// Sign keeps that a leader has signed on paper. The scan, if take is not nil, is taken once it is sure that the signature may be entered.
func (d *Desk) Sign(ctx context.Context, obj publication.Object, n Note, take func(context.Context) (Paper, error)) (Note, error) {
	n.Kind, n.Quote, n.Block, n.To = Signed, "", 0, 0
	return d.write(ctx, obj, n, take)
}

func (d *Desk) write(ctx context.Context, obj publication.Object, n Note, take func(context.Context) (Paper, error)) (Note, error) {
	who, err := actor(ctx)
	if err != nil {
		return n, err
	}
	n.Words, n.Quote, n.Signer = strings.TrimSpace(n.Words), strings.TrimSpace(n.Quote), strings.TrimSpace(n.Signer)
	if err := n.check(); err != nil {
		return n, err
	}
	if err := d.mayTalk(ctx, obj); err != nil {
		return n, err
	}
	t, err := d.Published.Latest(ctx, obj)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return n, err
	}
	if t != nil {
		n.Edition = t.Edition
		if n.Kind == Signed && t.Author == who {
			return n, fault.New(fault.Forbidden, "线下签批要由作者以外的人登记。")
		}
	}
	var scan Paper
	if take != nil {
		if scan, err = take(ctx); err != nil {
			return n, err
		}
	}
	n.By, n.At = who, d.Now()
	return n, d.DB.InTx(ctx, func(ctx context.Context) error {
		n.ID = d.IDs.Next()
		return d.enter(ctx, obj, n, scan)
	})
}

// enter writes a note, with the scan that lies beside it, if there is one.
func (d *Desk) enter(ctx context.Context, obj publication.Object, n Note, scan Paper) error {
	if err := d.putNote(ctx, obj, n); err != nil {
		return err
	}
	if scan == nil {
		return d.record(ctx, obj, "review."+n.Kind, n.ID, nil)
	}
	if err := scan.Keep(ctx, n.ID); err != nil {
		return err
	}
	return d.record(ctx, obj, "review."+n.Kind, n.ID, map[string]string{"scan_sha256": scan.Digest()})
}

func (n Note) check() error {
	switch {
	case n.Words == "":
		return fault.In("words", "请写下要说的话。")
	case utf8.RuneCountInString(n.Words) > NoteMost:
		return fault.In("words", "最多写 %d 个字，请精简。", NoteMost)
	case utf8.RuneCountInString(n.Quote) > QuoteMost:
		return fault.In("quote", "引用的原文最多 %d 个字，请只留关键的一句。", QuoteMost)
	case n.Block < 0 || n.Block > blocksMost:
		return fault.In("block", "没有这一段，请重新选择。")
	case n.Kind == Signed && n.Signer == "":
		return fault.In("signer", "请写明在审批单上签字的领导姓名。")
	case n.Kind == Signed:
		if _, err := time.Parse(time.DateOnly, n.SignedOn); err != nil {
			return fault.In("signed_on", "签批日期请写成 2026-11-26 这样。")
		}
	}
	return nil
}

// Settled marks a comment as dealt with, by whoever may write beside the text.
func (d *Desk) Settled(ctx context.Context, obj publication.Object, id int64) error {
	who, err := actor(ctx)
	if err != nil {
		return err
	}
	if err := d.mayTalk(ctx, obj); err != nil {
		return err
	}
	return d.DB.InTx(ctx, func(ctx context.Context) error {
		if err := d.doneNote(ctx, obj, id, who); err != nil {
			return err
		}
		return d.record(ctx, obj, "review.comment.done", id, nil)
	})
}

func (d *Desk) mayTalk(ctx context.Context, obj publication.Object) error {
	var err error
	for _, act := range talks {
		if err = d.may(ctx, obj, act); !fault.Is(err, fault.Forbidden) {
			return err
		}
	}
	return err
}

func (d *Desk) record(ctx context.Context, obj publication.Object, action string, note int64, more map[string]string) error {
	return d.Audit.Record(ctx, audit.Entry{Site: obj.Site, Action: action, Object: obj.String(), After: fmt.Sprintf("note/%d", note), Note: more})
}
