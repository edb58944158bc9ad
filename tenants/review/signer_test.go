package review

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// naming is the office with people named for steps.
type naming struct {
	office
	signers map[string]Signer
}

func (n naming) Standing(ctx context.Context, obj publication.Object) (Standing, error) {
	s, err := n.office.Standing(ctx, obj)
	s.Signers = n.signers
	return s, err
}

// C3, d42: a step that names somebody is his alone, to pass and to return, and the others read his name; where he wrote the text, has signed it
// already or holds the post no more, the step is everybody's who may take it, and nobody's who may not.
func TestAStepOfOnePerson(t *testing.T) {
	d := newDesk(t, dbtest.SQLite(t, schema...))
	staff := d.People.(office)
	d.People = naming{staff, map[string]Signer{"review": {second, "老王", staff[second]}, "final": {both, "老张", staff[both]}}}
	e := d.submit(t, thing(1), publication.Ordinary)
	turn := func(who kernel.AccountID, want Turn) {
		t.Helper()
		trail, err := d.Published.Trail(t.Context(), site, e)
		got, wrong := d.Turn(by(who), trail)
		if err = errors.Join(err, wrong); err != nil || got != want {
			t.Errorf("the turn of %s is %q, %v", who, got, err)
		}
	}
	for _, do := range []func(context.Context, kernel.SiteID, publication.EditionID, Words) error{d.Pass, d.Return} {
		err := do(by(checker), site, e, Words{Review: "同意", Reason: "理由"})
		check(t, "a step that is somebody else's", err, fault.Forbidden)
		if !strings.Contains(fault.Say(err), "由老王办理") {
			t.Errorf("it reads %q", fault.Say(err))
		}
	}
	turn(checker, Nothing)
	turn(second, ToReview)
	check(t, "the one who is named", d.Pass(by(second), site, e, words), "")
	check(t, "secrecy, for which nobody is named, by the one named for the last word", d.Pass(by(both), site, e, words), "")
	turn(leader, ToReview) // 老张 has signed: he holds up nothing
	trail, err := d.Published.Trail(t.Context(), site, e)
	check(t, "the trail", err, "")
	if one, able, err := d.Named(by(leader), trail); err != nil || one == nil || one.Name != "老张" || able {
		t.Errorf("named is %+v, %v, %v", one, able, err)
	}
	check(t, "the last word by the publisher all the same", d.Pass(by(poster), site, e, words), fault.Forbidden)
	check(t, "the last word by the leader", d.Pass(by(leader), site, e, words), "")

	for what, one := range map[string]Signer{"whose post has ended": {second, "老王", nil}, "who has another post": {second, "老王", own("PB")}, "who wrote it": {officer, "小李", own("RV")}} {
		d.People = naming{staff, map[string]Signer{"review": one}}
		obj := thing(2 + int64(len(what)))
		e = d.submit(t, obj, publication.Ordinary)
		turn(checker, ToReview)
		turn(poster, Nothing)
		trail, err := d.Published.Trail(t.Context(), site, e)
		check(t, "the trail", err, "")
		if named, able, err := d.Named(by(checker), trail); err != nil || named == nil || able {
			t.Errorf("%s: %+v, %v, %v", what, named, able, err)
		}
		check(t, "one "+what, d.Pass(by(checker), site, e, words), "")
		trail, err = d.Published.Trail(t.Context(), site, e)
		check(t, "the trail", err, "")
		if named, _, err := d.Named(by(checker), trail); err != nil || named != nil {
			t.Errorf("for the next step is named %+v, %v", named, err)
		}
	}
}

// C3: names belong to steps that the chain has, one site's to its own columns, and go with the chain; the steps are those of the schema.
func TestTheNamesOfAChain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *db.DB) {
		d := newDesk(t, s)
		for policy, steps := range Steps {
			var have []string
			if err := s.Conn(t.Context()).NewRaw("SELECT name FROM review_steps WHERE policy = ? ORDER BY step", policy).Scan(t.Context(), &have); err != nil || !slices.Equal(have, steps) {
				t.Errorf("%s has %q, %v", policy, have, err)
			}
		}
		names := func(all ...any) map[string]kernel.AccountID {
			m := map[string]kernel.AccountID{}
			for i := 0; i < len(all); i += 2 {
				m[all[i].(string)] = all[i+1].(kernel.AccountID)
			}
			return m
		}
		for what, c := range map[string]Chain{
			"a step that it has not": {Column: 7, Policy: publication.Brief, Signers: names("secrecy", second)}, "nobody": {Column: 7, Policy: publication.Brief, Signers: names("review", kernel.AccountID(0))},
			"the superior's last word": {Column: 7, Policy: publication.Brief, Last: 3, Signers: names("final", leader)}, "no chain": {Column: 7, Signers: names("review", second)},
		} {
			check(t, what, d.SetChain(by(leader), site, c), fault.Invalid)
		}
		mine := Chain{Column: 7, Policy: publication.Triple, Signers: names("third", third, "review", second)}
		check(t, "a chain", d.SetChain(by(leader), site, mine), "")
		check(t, "another site's", d.SetChain(by(leader), 2, Chain{Column: 7, Policy: publication.Small, Signers: names("review", both)}), "")
		check(t, "another column's", d.SetChain(by(leader), site, Chain{Column: 8, Policy: publication.Small, Signers: names("review", checker)}), "")
		is := func(site kernel.SiteID, column int64, want string) {
			t.Helper()
			all, err := d.Chains(t.Context(), site)
			if err != nil || all[column].String() != want {
				t.Errorf("site %d has %v, %v", site, all, err)
			}
		}
		is(site, 7, "triple 0 review=30 third=31")
		is(2, 7, "small 0 review=26")
		check(t, "without names", d.SetChain(by(leader), site, Chain{Column: 7, Policy: publication.Triple}), "")
		is(site, 7, "triple 0")
		is(site, 8, "small 0 review=22")
		is(2, 7, "small 0 review=26")
		check(t, "none", d.SetChain(by(leader), site, Chain{Column: 8}), "")
		if all, err := d.Chains(t.Context(), site); err != nil || len(all) != 1 {
			t.Errorf("%v, %v", all, err)
		}
	}, schema...)
}
