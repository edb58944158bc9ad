package policies

import (
	"slices"

	"github.com/zhanqun/zhanqun/kernel"
)

// Relate says how actor stands to the site, with delegation and the site's state folded in. An actor with ID 0 is a
// citizen. An org that is host, by office or delegation, and carrier at once is answered as Host, which is what its
// three administrators are; ask Hold for the relation of one appointment.
func Relate(actor OrgFacts, site SiteFacts) Relation {
	return site.fold(actor, site.stands(actor, true))
}

// Hold is an appointment to role at the org actor, seen from the site. Technique is what a host has and what a
// delegation gives: in the other roles a host that carries the channel is its carrier, and a delegated county is
// what it would be without the delegation. A supervisor below the county's level stands nowhere.
func Hold(role Role, actor OrgFacts, site SiteFacts, inScope bool) Held {
	if role == SV && !supervises(actor.Level) {
		return Held{role, Other, inScope}
	}
	rel := site.stands(actor, role == PO || role == SA || role == AA)
	return Held{role, site.fold(actor, rel), inScope}
}

// stands is the relation before the site's state is looked at.
func (s SiteFacts) stands(actor OrgFacts, technique bool) Relation {
	owner := actor.ID == s.Owner.ID
	delegated := actor.ID == s.Delegate && within(s.Owner.Path, actor.ID) // a delegation never reaches past the county
	switch {
	case actor.ID == 0:
		return Public
	case owner && actor.ID == s.Host.ID:
		return HostOwn
	case owner && s.Kind == "subsite":
		return Own
	case owner:
		return OwnChannel
	case technique && (actor.ID == s.Host.ID || delegated):
		return Host
	case actor.ID == s.Carrier.ID:
		return Carrier
	case actor.ID == s.Host.ID:
		return Host
	case within(s.Owner.Path, actor.ID):
		return Above
	case within(actor.Path, s.Owner.ID):
		return Below
	}
	return Other
}

// fold takes from a relation what the site's state does not allow. Citizens and subordinates reach a site that is
// open; a suspended or closing site stays with its people, who put it right behind the notice. On a closed site, and
// in a state this package does not know, the words are frozen: the host keeps the technique, superiors supervise.
func (s SiteFacts) fold(actor OrgFacts, r Relation) Relation {
	switch s.State {
	case "trial", "online":
		return r
	case "applied", "approved", "provisioning", "suspended", "closing":
		if r == Public || r == Below {
			return Other
		}
		return r
	}
	switch {
	case r == HostOwn || r == Host:
		return Host
	case within(s.Owner.Path, actor.ID) && actor.ID != s.Owner.ID:
		return Above
	}
	return Other
}

func within(path []kernel.OrgID, id kernel.OrgID) bool { return id != 0 && slices.Contains(path, id) }
