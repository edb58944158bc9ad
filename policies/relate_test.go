package policies

import (
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
)

// The tree of these tests: a province, a city, its e-government office (the host), two counties with a department
// and two townships, and a city department.
const (
	province kernel.OrgID = iota + 1
	city
	office
	health
	hanbin
	hanbinAudit
	yinghu
	guanmiao
	xunyang
	shuhe
)

var tree = map[kernel.OrgID]OrgFacts{
	province:    {province, "province", []kernel.OrgID{province}},
	city:        {city, "city", []kernel.OrgID{province, city}},
	office:      {office, "dept", []kernel.OrgID{province, city, office}},
	health:      {health, "dept", []kernel.OrgID{province, city, health}},
	hanbin:      {hanbin, "county", []kernel.OrgID{province, city, hanbin}},
	hanbinAudit: {hanbinAudit, "dept", []kernel.OrgID{province, city, hanbin, hanbinAudit}},
	yinghu:      {yinghu, "township", []kernel.OrgID{province, city, hanbin, yinghu}},
	guanmiao:    {guanmiao, "township", []kernel.OrgID{province, city, hanbin, guanmiao}},
	xunyang:     {xunyang, "county", []kernel.OrgID{province, city, xunyang}},
	shuhe:       {shuhe, "township", []kernel.OrgID{province, city, xunyang, shuhe}},
}

func subsite(owner, host kernel.OrgID) SiteFacts {
	return SiteFacts{Owner: tree[owner], Host: tree[host], Kind: "subsite", State: "online"}
}

func channel(owner, carrier, host kernel.OrgID) SiteFacts {
	return SiteFacts{Owner: tree[owner], Host: tree[host], Carrier: tree[carrier], Kind: "channel", State: "online"}
}

func delegated(s SiteFacts, to kernel.OrgID) SiteFacts { s.Delegate = to; return s }

func in(s SiteFacts, state string) SiteFacts { s.State = state; return s }

// C4, domain 4: the relation of an org to a site.
func TestRelate(t *testing.T) {
	portal := subsite(office, office)
	county := subsite(hanbin, office)
	town := channel(yinghu, hanbin, office)
	for name, c := range map[string]struct {
		actor kernel.OrgID
		site  SiteFacts
		want  Relation
	}{
		"a citizen":                                                {0, county, Public},
		"a county owns its subsite":                                {hanbin, county, Own},
		"a city department owns its subsite":                       {health, subsite(health, office), Own},
		"a township owns its channel":                              {yinghu, town, OwnChannel},
		"a county department owns its channel":                     {hanbinAudit, channel(hanbinAudit, hanbin, office), OwnChannel},
		"a column mounted elsewhere belongs to its owner likewise": {health, SiteFacts{Owner: tree[health], Host: tree[office], Carrier: tree[office], Kind: "column", State: "online"}, OwnChannel},
		"the host at its own portal":                               {office, portal, HostOwn},
		"the host at a county":                                     {office, county, Host},
		"the host at a township":                                   {office, town, Host},
		"the county carries its township's channel":                {hanbin, town, Carrier},
		"the city above a county":                                  {city, county, Above},
		"the city above a township":                                {city, town, Above},
		"the province above a county":                              {province, county, Above},
		"the county above a township with a site of its own":       {hanbin, subsite(yinghu, office), Above},
		"a township below the county":                              {yinghu, county, Below},
		"a county below the city's site":                           {hanbin, subsite(city, office), Below},
		"a township below the city's site":                         {yinghu, subsite(city, office), Below},
		"a city that is its own host has the portal":               {city, subsite(city, city), HostOwn},
		"a city that is its own host is host of a county":          {city, subsite(hanbin, city), Host},
		"a sibling county":                                         {xunyang, county, Other},
		"a sibling township":                                       {guanmiao, town, Other},
		"a township of another county":                             {shuhe, county, Other},
		"a department beside a county":                             {health, county, Other},
		"another county at a township":                             {xunyang, town, Other},
		"a delegated county is host of its townships":              {hanbin, delegated(town, hanbin), Host},
		"a delegated county is host of its departments":            {hanbin, delegated(channel(hanbinAudit, hanbin, office), hanbin), Host},
		"a delegated county stays owner of its own site":           {hanbin, delegated(county, hanbin), Own},
		"a delegation does not reach another county's township":    {hanbin, delegated(channel(shuhe, xunyang, office), hanbin), Other},
		"the host stays host under a delegation":                   {office, delegated(town, hanbin), Host},
		"a township stays owner under a delegation":                {yinghu, delegated(town, hanbin), OwnChannel},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Relate(tree[c.actor], c.site); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// E, domain 3: the state of the site takes from a relation what it does not allow.
func TestRelateFoldsTheState(t *testing.T) {
	portal, county, town := subsite(office, office), subsite(hanbin, office), channel(yinghu, hanbin, office)
	open := []string{"trial", "online"}
	inside := []string{"applied", "approved", "provisioning", "suspended", "closing"}
	shut := []string{"closed", "refused", "", "no such state"}
	for name, c := range map[string]struct {
		actor                      kernel.OrgID
		site                       SiteFacts
		whenOpen, whenIn, whenShut Relation
	}{
		"a citizen reaches an open site only":                {0, county, Public, Other, Other},
		"a subordinate submits to an open site only":         {yinghu, county, Below, Other, Other},
		"the owner keeps a suspended site, not a closed one": {hanbin, county, Own, Own, Other},
		"a township likewise":                                {yinghu, town, OwnChannel, OwnChannel, Other},
		"a carrier only supervises a closed channel":         {hanbin, town, Carrier, Carrier, Above},
		"a carrier that is no superior leaves a closed one":  {xunyang, channel(yinghu, xunyang, office), Carrier, Carrier, Other},
		"the host keeps the technique":                       {office, county, Host, Host, Host},
		"the host's words end with its portal":               {office, portal, HostOwn, HostOwn, Host},
		"a delegated county keeps the technique":             {hanbin, delegated(town, hanbin), Host, Host, Host},
		"a superior supervises always":                       {city, county, Above, Above, Above},
		"a stranger stays a stranger":                        {xunyang, county, Other, Other, Other},
	} {
		t.Run(name, func(t *testing.T) {
			for _, s := range open {
				if got := Relate(tree[c.actor], in(c.site, s)); got != c.whenOpen {
					t.Errorf("%s: got %s, want %s", s, got, c.whenOpen)
				}
			}
			for _, s := range inside {
				if got := Relate(tree[c.actor], in(c.site, s)); got != c.whenIn {
					t.Errorf("%s: got %s, want %s", s, got, c.whenIn)
				}
			}
			for _, s := range shut {
				if got := Relate(tree[c.actor], in(c.site, s)); got != c.whenShut {
					t.Errorf("%q: got %s, want %s", s, got, c.whenShut)
				}
			}
		})
	}
}

// Domain 4: what an appointment sees depends on its role where a host or a delegated county is also carrier.
func TestHold(t *testing.T) {
	town := channel(yinghu, hanbin, office)
	onPortal := channel(health, city, city) // a city that is its own host carries a department's channel
	for name, c := range map[string]struct {
		role  Role
		actor kernel.OrgID
		site  SiteFacts
		want  Relation
	}{
		"a delegated county's operator runs the township":        {PO, hanbin, delegated(town, hanbin), Host},
		"a delegated county's integration editor still carries":  {IE, hanbin, delegated(town, hanbin), Carrier},
		"a delegated county's reviewer is last reviewer":         {RV, hanbin, delegated(town, hanbin), Carrier},
		"without a delegation the county's operator has nothing": {PO, hanbin, town, Carrier},
		"a host that carries: its operator is host":              {PO, city, onPortal, Host},
		"a host that carries: its integration editor is carrier": {IE, city, onPortal, Carrier},
		"the city's supervisor at a county":                      {SV, city, subsite(hanbin, office), Above},
		"the county's supervisor at its township":                {SV, hanbin, town, Carrier},
		"the county's supervisor at another county's township":   {SV, hanbin, channel(shuhe, xunyang, office), Other},
		"a township has no supervisor":                           {SV, yinghu, town, Other},
		"a department has no supervisor":                         {SV, health, subsite(health, office), Other},
		"a township's content lead":                              {CL, yinghu, town, OwnChannel},
		"the state is folded in":                                 {CL, yinghu, in(town, "closed"), Other},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Hold(c.role, tree[c.actor], c.site, true); got != (Held{c.role, c.want, true}) {
				t.Errorf("got %+v, want %s", got, c.want)
			}
		})
	}
}

// C4: whatever the tree, no org outside the host has technique, and none outside the owner has words: every org and
// role of the test tree against every kind of site, state and delegation.
func TestNoFactsOpenWhatTheNoticeForbids(t *testing.T) {
	asked := 0
	for owner := range tree {
		for carrier := range tree {
			for _, kind := range []string{"subsite", "channel"} {
				for _, state := range []string{"online", "suspended", "closed"} {
					for _, delegate := range []kernel.OrgID{0, hanbin, xunyang} {
						s := SiteFacts{Owner: tree[owner], Host: tree[office], Kind: kind, State: state, Delegate: delegate}
						if kind == "channel" {
							s.Carrier = tree[carrier]
						}
						for actor, facts := range tree {
							for _, r := range roles {
								h := []Held{Hold(r, facts, s, true)}
								asked++
								host := actor == office || actor == delegate && actor != owner && within(tree[owner].Path, actor)
								if !host && May(h, "domain.bind", Proof{}) == nil {
									t.Fatalf("%s at %d binds a domain of %+v", r, actor, s)
								}
								if actor != owner && May(h, "article.edit.draft", Proof{true}) == nil {
									t.Fatalf("%s at %d edits an article of %+v", r, actor, s)
								}
							}
						}
					}
				}
			}
		}
	}
	t.Logf("%d appointments looked at", asked)
	if asked < 100_000 {
		t.Errorf("only %d", asked)
	}
}
