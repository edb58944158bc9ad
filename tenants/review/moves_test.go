package review

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
)

// move is one thing that somebody does to the object's edition number e, or to the object.
type move struct {
	name string
	e    int // 1 is the oldest; 0 when it concerns the object
	do   func(ctx context.Context, w *world, obj publication.Object, e publication.EditionID) error
}

func opinion(r kernel.AccountID, verdict string) publication.Opinion {
	return publication.Opinion{Reviewer: r, Verdict: verdict, Review: "同意", Secrecy: "不涉密", Reason: "理由"}
}

// moves is everything that the Go API lets anybody try on an object with at most so many editions.
func moves(editions int, people []kernel.AccountID, policies ...string) []move {
	var all []move
	for _, policy := range policies {
		all = append(all, move{"freeze " + policy, 0, func(ctx context.Context, w *world, obj publication.Object, _ publication.EditionID) error {
			_, err := w.pub.Freeze(ctx, publication.Draft{Object: obj, Author: author, Policy: policy, Title: "t", Payload: []byte(`{}`)})
			return err
		}})
	}
	all = append(all,
		move{"withdraw", 0, func(ctx context.Context, w *world, obj publication.Object, _ publication.EditionID) error {
			return w.pub.Withdraw(ctx, obj, "理由")
		}},
		move{"erase", 0, func(ctx context.Context, w *world, obj publication.Object, _ publication.EditionID) error {
			return w.pub.Erase(ctx, obj, publication.Erasure{Reason: "r", Basis: "b", By: r1, Approver: r2})
		}})
	for e := 1; e <= editions; e++ {
		all = append(all, move{"publish", e, func(ctx context.Context, w *world, obj publication.Object, e publication.EditionID) error {
			return w.pub.Publish(ctx, obj.Site, e, publication.Placing{Place: 1})
		}})
		for _, p := range people {
			for _, verdict := range []string{publication.Approved, publication.Rejected} {
				all = append(all,
					move{fmt.Sprintf("step %s by %d", verdict, p), e, func(ctx context.Context, w *world, obj publication.Object, e publication.EditionID) error {
						return w.pub.Approve(ctx, obj.Site, e, opinion(p, verdict))
					}},
					move{fmt.Sprintf("settle %s by %d", verdict, p), e, func(ctx context.Context, w *world, obj publication.Object, e publication.EditionID) error {
						return w.pub.Settle(ctx, obj.Site, e, opinion(p, verdict))
					}})
			}
			all = append(all, move{fmt.Sprintf("emergency by %d", p), e, func(ctx context.Context, w *world, obj publication.Object, e publication.EditionID) error {
				return w.pub.PublishEmergency(ctx, obj.Site, e, publication.Placing{Place: 1}, p)
			}})
		}
	}
	return all
}

// departures are what may be done to the address of what was withdrawn.
func departures() (all []move) {
	for _, d := range []publication.Departure{{How: publication.GoneForGood, Reason: "理由"}, {How: publication.MovedTo, To: elsewhere, Reason: "理由"}} {
		all = append(all, move{d.How, 0, func(ctx context.Context, w *world, obj publication.Object, _ publication.EditionID) error {
			return w.pub.Depart(ctx, obj, d)
		}})
	}
	all = append(all, move{"take back", 0, func(ctx context.Context, w *world, obj publication.Object, _ publication.EditionID) error {
		return w.pub.TakeBack(ctx, obj, "理由")
	}})
	return all
}

func steps(path []move) string {
	var s []string
	for _, m := range path {
		s = append(s, fmt.Sprintf("%s(%d)", m.name, m.e))
	}
	return strings.Join(s, ", ")
}
