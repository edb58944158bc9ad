package identity_test

import (
	"context"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/policies"
)

// N2, d44: what a site lacks is told, by who holds which post now: nobody, somebody who was never there, somebody whose term ends; a post of another
// unit, another site, one column, or of a disabled person fills nothing.
func TestVacancies(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		at := identity.Staffed{Site: hanbinSite, Org: hanbin}
		vacant := func() map[identity.Post]identity.Vacancy {
			t.Helper()
			alone, err := d.Vacancies(context.Background(), at)
			if err != nil {
				t.Fatal(err)
			}
			all, err := d.Vacancies(context.Background(), identity.Staffed{Site: portal, Org: office}, at)
			if err != nil || len(all[hanbinSite]) != len(alone[hanbinSite]) || len(all[portal]) != 6 {
				t.Fatalf("among others it lacks %v, alone %v, %v", all, alone, err)
			}
			found := map[identity.Post]identity.Vacancy{}
			for _, v := range alone[hanbinSite] {
				found[v.Post] = v
			}
			return found
		}
		want := func(name string, posts map[identity.Post]identity.Want) {
			t.Helper()
			got := vacant()
			for _, p := range []identity.Post{identity.Lead, identity.Writer, identity.Review, identity.Secrecy, identity.Release, identity.Liaison} {
				if got[p].Want != posts[p] {
					t.Errorf("%s: %s is %q, want %q", name, p, got[p].Want, posts[p])
				}
			}
		}
		const nobody, unreached, ending = identity.Nobody, identity.Unreached, identity.Ending
		want("an empty unit", map[identity.Post]identity.Want{identity.Lead: nobody, identity.Writer: nobody, identity.Review: nobody, identity.Secrecy: nobody, identity.Release: nobody, identity.Liaison: nobody})
		lead := d.appointed("lead", policies.CL, hanbin)
		want("a lead who was only invited", map[identity.Post]identity.Want{identity.Lead: unreached, identity.Writer: unreached, identity.Review: nobody, identity.Secrecy: nobody, identity.Release: unreached, identity.Liaison: nobody})
		d.password(lead, "汉江两岸的早晨常常有雾")
		liaison := d.appointed("liaison", policies.LO, hanbin)
		d.password(liaison, "汉江两岸的早晨常常有雾")
		want("a lead", map[identity.Post]identity.Want{identity.Review: nobody, identity.Secrecy: nobody})

		reviewer := d.person("reviewer", hanbin)
		d.password(reviewer, "汉江两岸的早晨常常有雾")
		until := func(role policies.Role, days int) identity.Appointment {
			t.Helper()
			p := post(reviewer, role, hanbin)
			p.To = start.Add(time.Duration(days) * 24 * time.Hour)
			given, err := d.Appoint(server(), p)
			if err != nil {
				t.Fatal(err)
			}
			return given
		}
		until(policies.RV, 29)
		until(policies.SR, 31)
		want("two terms", map[identity.Post]identity.Want{identity.Review: ending})
		if v := vacant()[identity.Review]; v.Name != reviewer.Name || !v.End.Equal(start.Add(29*24*time.Hour)) {
			t.Errorf("whose term ends: %+v", v)
		}
		d.appointed("other", policies.RV, xunyang) // another unit's
		elsewhere := post(d.person("elsewhere", hanbin), policies.RV, hanbin)
		elsewhere.Site = yinghuSite
		if _, err := d.Appoint(server(), elsewhere); err != nil {
			t.Fatal(err)
		}
		column := post(d.person("column", hanbin), policies.RV, hanbin)
		column.Site, column.Column = hanbinSite, 7
		if _, err := d.Appoint(server(), column); err != nil {
			t.Fatal(err)
		}
		want("posts that do not reach", map[identity.Post]identity.Want{identity.Review: ending})
		d.appointed("newcomer", policies.RV, hanbin)
		want("one who was invited beside one who goes", map[identity.Post]identity.Want{identity.Review: ending})
		if err := d.Disable(kernel.WithActor(context.Background(), identity.System("cli")), lead.ID); err != nil {
			t.Fatal(err)
		}
		want("the lead's account is disabled", map[identity.Post]identity.Want{identity.Lead: nobody, identity.Writer: nobody, identity.Review: ending, identity.Release: nobody})
	})
}
