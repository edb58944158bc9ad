// Package review leads a text from its author to the public: 先审查、后公开，领导分管、部门负责、专人实施
// (安政办发〔2015〕71号 四(五), d41, d42).
//
// It says who may take which step: each function asks policies about the live appointments of the one who
// acts, then lets platform/publication record the step, whose schema refuses what people may not do anyway.
// The state of an edition is read from its rows, never stored beside them; states.mermaid draws it.
//
// It is not for drafts, which their rooms keep. Its own tables hold what surrounds the steps: the chain of a column, and what
// people write beside a text.
package review

import (
	"context"
	"errors"
	"slices"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Standing is how the actor stands to an object: all live appointments as seen from its site. Above says that its chain gives the
// last word to another office (上级终审); the proof, that this is the actor's.
type Standing struct {
	Held  []policies.Held
	Proof policies.Proof
	Above bool
	// Signers are who alone take a step of the object's chain, by its name.
	Signers map[string]Signer
}

// People tells how the actor in ctx stands to an object.
type People interface {
	Standing(ctx context.Context, obj publication.Object) (Standing, error)
}

// Room is what review needs of the house.
type Room struct {
	DB        *db.DB
	Now       kernel.Clock
	IDs       kernel.IDs
	Audit     *audit.Log
	Published *publication.Publications
	People    People
}

// Desk is where texts are submitted, reviewed and published. Its methods are safe for concurrent use.
type Desk struct{ Room }

// New makes the room.
func New(r Room) *Desk { return &Desk{r} }

// may answers nil when the actor in ctx may do all of acts on the object.
func (d *Desk) may(ctx context.Context, obj publication.Object, acts ...policies.Action) error {
	s, err := d.People.Standing(ctx, obj)
	if err != nil {
		return err
	}
	return s.may(acts...)
}

func (s Standing) may(acts ...policies.Action) error {
	for _, act := range acts {
		if err := policies.May(s.Held, act, s.Proof); err != nil {
			return err
		}
	}
	return nil
}

// actor is the person who acts; jobs and anonymous requests are nobody and do nothing here.
func actor(ctx context.Context) (kernel.AccountID, error) {
	if a := kernel.ActorFrom(ctx); a.Account > 0 {
		return a.Account, nil
	}
	return 0, fault.New(fault.Forbidden, "请先登录。")
}

// Submit freezes the draft for review. Its author is the actor, unless the draft names who wrote it.
func (d *Desk) Submit(ctx context.Context, draft publication.Draft) (publication.EditionID, error) {
	who, err := actor(ctx)
	if err != nil {
		return 0, err
	}
	if draft.Author == 0 {
		draft.Author = who
	}
	if err := d.may(ctx, draft.Object, "article.submit"); err != nil {
		return 0, err
	}
	return d.Published.Freeze(ctx, draft)
}

// Words are what a reviewer writes. Which of them a step needs, its policy says.
type Words struct{ Review, Secrecy, Reason string }

// Pass approves the step that is next. A step that holds both opinions asks for both permissions.
func (d *Desk) Pass(ctx context.Context, site kernel.SiteID, e publication.EditionID, w Words) error {
	return d.step(ctx, site, e, w, publication.Approved)
}

// Return sends the edition back to its author with w.Reason; the edition is finished.
func (d *Desk) Return(ctx context.Context, site kernel.SiteID, e publication.EditionID, w Words) error {
	return d.step(ctx, site, e, w, publication.Rejected)
}

func (d *Desk) step(ctx context.Context, site kernel.SiteID, e publication.EditionID, w Words, verdict string) error {
	who, t, err := d.open(ctx, site, e)
	if err != nil {
		return err
	}
	if err := d.mayStep(ctx, t, verdict); err != nil {
		return err
	}
	return d.Published.Approve(ctx, site, e, publication.Opinion{Reviewer: who, Verdict: verdict, Review: w.Review, Secrecy: w.Secrecy, Reason: w.Reason})
}

// open returns the actor and the edition.
func (d *Desk) open(ctx context.Context, site kernel.SiteID, e publication.EditionID) (kernel.AccountID, *publication.Trail, error) {
	who, err := actor(ctx)
	if err != nil {
		return 0, nil, err
	}
	t, err := d.Published.Trail(ctx, site, e)
	return who, t, err
}

// Turn is what an edition waits for from one person.
type Turn string

// The turns.
const (
	Nothing   Turn = ""
	ToReview  Turn = "review"
	ToPublish Turn = "publish"
	ToSettle  Turn = "settle"
)

// Turn answers what the edition waits for from the actor in ctx: the step that is next, its publication, or the review
// that it owes.
func (d *Desk) Turn(ctx context.Context, t *publication.Trail) (Turn, error) {
	who, err := actor(ctx)
	if err != nil {
		return Nothing, err
	}
	signed := slices.ContainsFunc(t.Steps, func(s publication.Step) bool { return s.Reviewer == who })
	turn := ToReview
	switch state := StateOf(t); {
	case state == Approved:
		turn, err = ToPublish, d.may(ctx, t.Object, "article.publish")
	case state == Emergency:
		if who == t.Author || who == t.Debt.Debtor {
			return Nothing, nil
		}
		turn, err = ToSettle, d.may(ctx, t.Object, "debt.settle")
	case state == Submitted, state == Again, state == Secrecy, state == Final:
		if who == t.Author || signed {
			return Nothing, nil
		}
		err = d.mayStep(ctx, t, publication.Approved)
	default:
		return Nothing, nil
	}
	if fault.Is(err, fault.Forbidden) {
		return Nothing, nil
	}
	return turn, err
}

// mayStep asks for the permission of the step that is next, and whether somebody else is named for it; without a step, publication says why
// there is none.
func (d *Desk) mayStep(ctx context.Context, t *publication.Trail, verdict string) error {
	s, err := d.People.Standing(ctx, t.Object)
	if err != nil {
		return err
	}
	acts := s.asks(t, verdict)
	if err := s.may(acts...); err != nil {
		return err
	}
	return s.reserved(kernel.ActorFrom(ctx).Account, t, acts...)
}

// asks are the permissions of the step that is next.
func (s Standing) asks(t *publication.Trail, verdict string) []policies.Action {
	review, secrecy, last := policies.Action("review.pass"), policies.Action("secrecy.pass"), policies.Action("review.final.pass")
	if verdict == publication.Rejected {
		review, secrecy, last = "review.return", "secrecy.refuse", "review.final.return"
	}
	switch {
	case t.Next == nil:
		return []policies.Action{review}
	case t.Next.HoldsReview && t.Next.HoldsSecrecy:
		return []policies.Action{review, secrecy}
	case t.Next.HoldsSecrecy:
		return []policies.Action{secrecy}
	case t.Next.HoldsReview || !s.Above:
		return []policies.Action{review}
	}
	return []policies.Action{last} // 上级终审: the carrier's or the superior's reviewer has the last word, and nobody else
}

// EndsWithActor reports whether the object's chain gives the last word to the actor's office, above the one whose words they are.
func (d *Desk) EndsWithActor(ctx context.Context, obj publication.Object) (bool, error) {
	s, err := d.People.Standing(ctx, obj)
	return err == nil && s.Above && s.may("review.final.pass") == nil, err
}

// Publish makes an approved edition public at the place.
func (d *Desk) Publish(ctx context.Context, site kernel.SiteID, e publication.EditionID, pl publication.Placing) error {
	_, t, err := d.open(ctx, site, e)
	if err != nil {
		return err
	}
	if err := d.may(ctx, t.Object, "article.publish"); err != nil {
		return err
	}
	return d.Published.Publish(ctx, site, e, pl)
}

// PublishEmergency makes an edition public before its review; the actor owes it.
func (d *Desk) PublishEmergency(ctx context.Context, site kernel.SiteID, e publication.EditionID, pl publication.Placing) error {
	who, t, err := d.open(ctx, site, e)
	if err != nil {
		return err
	}
	if err := d.may(ctx, t.Object, "article.publish.emergency"); err != nil {
		return err
	}
	return d.Published.PublishEmergency(ctx, site, e, pl, who)
}

// Settle gives the review that an emergency owes. The actor is neither its author nor its debtor; with a
// Reason and no opinions the text is rejected and withdrawn at once.
func (d *Desk) Settle(ctx context.Context, site kernel.SiteID, e publication.EditionID, w Words) error {
	who, t, err := d.open(ctx, site, e)
	if err != nil {
		return err
	}
	if err := d.may(ctx, t.Object, "debt.settle"); err != nil {
		return err
	}
	o := publication.Opinion{Reviewer: who, Verdict: publication.Approved, Review: w.Review, Secrecy: w.Secrecy, Reason: w.Reason}
	if w.Reason != "" && w.Review == "" && w.Secrecy == "" {
		o.Verdict = publication.Rejected
	}
	return d.Published.Settle(ctx, site, e, o)
}

// Withdraw takes the owner's own object away from citizens.
func (d *Desk) Withdraw(ctx context.Context, obj publication.Object, w publication.Withdrawal) error {
	return d.remove(ctx, obj, w, "article.withdraw")
}

// Depart says how the address of the owner's own object answers from now on; what is public is withdrawn with it.
func (d *Desk) Depart(ctx context.Context, obj publication.Object, dep publication.Departure) error {
	if _, err := actor(ctx); err != nil {
		return err
	}
	if err := d.may(ctx, obj, "article.withdraw"); err != nil {
		return err
	}
	return d.Published.Depart(ctx, obj, dep)
}

// TakeBack undoes a Depart.
func (d *Desk) TakeBack(ctx context.Context, obj publication.Object, reason string) error {
	if _, err := actor(ctx); err != nil {
		return err
	}
	if err := d.may(ctx, obj, "article.withdraw"); err != nil {
		return err
	}
	return d.Published.TakeBack(ctx, obj, reason)
}

// May answers nil when the actor in ctx may do all of acts on the object, for a room whose acts leave no trace here.
func (d *Desk) May(ctx context.Context, obj publication.Object, acts ...policies.Action) error {
	return d.may(ctx, obj, acts...)
}

// Offers reports whether the actor may do one of acts on the object, as far as a button has to know.
func (d *Desk) Offers(ctx context.Context, obj publication.Object, acts ...policies.Action) bool {
	s, err := d.People.Standing(ctx, obj)
	return err == nil && slices.ContainsFunc(acts, func(act policies.Action) bool { return s.may(act) == nil })
}

// TakeDown is a supervisor's withdrawal: the words stay the owner's, citizens read the notice (I22).
func (d *Desk) TakeDown(ctx context.Context, obj publication.Object, w publication.Withdrawal) error {
	if w.Notice == "" {
		return fault.In("notice", "撤下须写明向公众说明的话。")
	}
	return d.remove(ctx, obj, w, "article.takedown")
}

func (d *Desk) remove(ctx context.Context, obj publication.Object, w publication.Withdrawal, act policies.Action) error {
	if _, err := actor(ctx); err != nil {
		return err
	}
	if err := d.may(ctx, obj, act); err != nil {
		return err
	}
	return d.Published.TakeDown(ctx, obj, w)
}

// State returns the state of the object's newest edition; Draft when none was ever frozen.
func (d *Desk) State(ctx context.Context, obj publication.Object) (State, error) {
	t, err := d.Published.Latest(ctx, obj)
	if fault.Is(err, fault.NotFound) {
		return Draft, nil
	}
	if err != nil {
		return "", errors.Join(errors.New("review: state"), err)
	}
	return StateOf(t), nil
}
