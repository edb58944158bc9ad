package review

import (
	"context"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// C7: notes stand beside their text on their own site, written by those who work on it; a leader's signature on paper is entered by
// somebody who is not the author, and is no approval.
func TestNotes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *db.DB) {
		d := newDesk(t, s)
		e := d.submit(t, thing(1), publication.Brief)
		write := func(who kernel.AccountID, n Note, want fault.Kind) Note {
			t.Helper()
			n, err := d.Write(by(who), thing(1), n)
			check(t, n.Kind+" by "+who.String(), err, want)
			return n
		}
		first := write(checker, Note{Kind: Comment, Quote: "第三段", Words: " 数字请核对 "}, "")
		write(officer, Note{Kind: Comment, Words: "已核对"}, "")
		for _, who := range []kernel.AccountID{operator, watcher} {
			write(who, Note{Kind: Comment, Words: "x"}, fault.Forbidden)
		}
		write(checker, Note{Kind: Comment, Words: "  "}, fault.Invalid)
		write(checker, Note{Kind: Comment, Words: strings.Repeat("长", NoteMost+1)}, fault.Invalid)
		write(checker, Note{Kind: Comment, Words: "x", Quote: strings.Repeat("长", QuoteMost+1)}, fault.Invalid)
		write(officer, Note{Kind: Signed, Words: "同意发布", Signer: "分管领导", SignedOn: "2026-11-26"}, fault.Forbidden)
		write(checker, Note{Kind: Signed, Words: "同意发布", Signer: "", SignedOn: "2026-11-26"}, fault.Invalid)
		write(checker, Note{Kind: Signed, Words: "同意发布", Signer: "分管领导", SignedOn: "11月26日"}, fault.Invalid)
		write(checker, Note{Kind: Signed, Words: "同意发布", Signer: "分管领导", SignedOn: "2026-11-26"}, "")
		write(checker, Note{Kind: HandedOver, To: both, Words: "请你来定"}, "")
		d.is(t, thing(1), Submitted)
		all, err := d.Notes(t.Context(), thing(1))
		if err != nil || len(all) != 4 || all[0].Words != "数字请核对" || all[0].Edition != e || all[0].By != checker {
			t.Errorf("%+v, %v", all, err)
		}
		if other, err := d.Notes(t.Context(), publication.Object{Site: 2, Kind: "article", ID: 1}); err != nil || len(other) != 0 {
			t.Errorf("another site has %v, %v", other, err)
		}
		handed, err := d.Handed(t.Context(), site, []publication.EditionID{e, 5})
		if err != nil || len(handed) != 1 || handed[e].To != both {
			t.Errorf("%v, %v", handed, err)
		}
		if other, err := d.Handed(t.Context(), 2, []publication.EditionID{e}); err != nil || len(other) != 0 {
			t.Errorf("another site has %v, %v", other, err)
		}
		check(t, "settled by an operator", d.Settled(by(operator), thing(1), first.ID), fault.Forbidden)
		check(t, "settled beside another text", d.Settled(by(officer), thing(2), first.ID), fault.NotFound)
		err = s.InTx(by(officer), func(ctx context.Context) error {
			return d.doneNote(ctx, publication.Object{Site: 2, Kind: "article", ID: 1}, first.ID, officer)
		})
		check(t, "settled from another site", err, fault.NotFound)
		check(t, "settled", d.Settled(by(officer), thing(1), first.ID), "")
		check(t, "settled again", d.Settled(by(officer), thing(1), first.ID), fault.NotFound)
	}, schema...)
}

// kept is a scan that remembers beside which note it lies.
type kept struct {
	note int64
	err  error
}

func (k *kept) Keep(_ context.Context, note int64) error { k.note = note; return k.err }

func (k *kept) Digest() string { return "5ca9" }

// d42: a scan is taken only when the signature may be entered, is kept in the same transaction, and the chain remembers its digest.
func TestASignatureWithItsScan(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *db.DB) {
		d := newDesk(t, s)
		d.submit(t, thing(1), publication.Brief)
		n := Note{Kind: Comment, To: both, Quote: "引文", Block: 3, Words: "同意发布", Signer: "分管领导", SignedOn: "2026-11-26"}
		taken := 0
		paper := new(kept)
		take := func(context.Context) (Paper, error) { taken++; return paper, nil }
		for who, want := range map[kernel.AccountID]fault.Kind{officer: fault.Forbidden, watcher: fault.Forbidden, 0: fault.Forbidden} {
			_, err := d.Sign(by(who), thing(1), n, take)
			check(t, "signed by "+who.String(), err, want)
		}
		_, err := d.Sign(by(checker), thing(1), Note{Words: "同意", Signer: "分管领导"}, take)
		check(t, "without a day", err, fault.Invalid)
		if taken != 0 {
			t.Errorf("%d scans were taken of what was refused", taken)
		}
		_, err = d.Sign(by(checker), thing(1), n, func(context.Context) (Paper, error) { return nil, fault.In("file", "不完整。") })
		check(t, "a bad scan", err, fault.Invalid)
		_, err = d.Sign(by(checker), thing(1), n, func(context.Context) (Paper, error) { return &kept{err: fault.In("file", "已满。")}, nil })
		check(t, "a scan that does not fit", err, fault.Invalid)
		if all, err := d.Notes(t.Context(), thing(1)); err != nil || len(all) != 0 {
			t.Fatalf("refused, and entered: %+v, %v", all, err)
		}
		n, err = d.Sign(by(checker), thing(1), n, take)
		check(t, "signed", err, "")
		if n.Kind != Signed || n.To != 0 || n.Quote != "" || n.Block != 0 || paper.note != n.ID || taken != 1 {
			t.Errorf("entered %+v, the scan beside %d, taken %d times", n, paper.note, taken)
		}
		_, err = d.Sign(by(checker), thing(1), n, nil)
		check(t, "without a scan", err, "")
		last, err := d.Audit.List(t.Context(), site, kernel.Page{Number: 1, Size: 2})
		if err != nil || len(last) != 2 || last[0].Action != "review.signed" || len(last[0].Note) != 0 || last[1].Action != "review.signed" || last[1].Note["scan_sha256"] != "5ca9" {
			t.Errorf("the chain remembers %+v, %v", last, err)
		}
	}, schema...)
}
