package site

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

// memory is every site as the edge needs it. It is replaced whole and never changed.
type memory struct {
	kept      kept
	revs      map[kernel.SiteID]int64 // which kept was made of, nil when unknown
	held      map[kernel.SiteID]*held
	public    []*render.Site
	hosts     web.HostTable
	delegated map[kernel.SiteID][]Delegation
	trusted   []string
}

// held is one site in memory.
type held struct {
	site   *Site
	owner  word
	public *render.Site // nil while citizens may not reach it
	view   render.Site  // what public points to
}

// word is what column names follow.
type word struct {
	Kind  org.Kind `json:"k"`
	Short string   `json:"s"`
}

// kept is what memory is built from and what a mirror keeps of it, so that a node starts without the database.
type kept struct {
	Version     int                   `json:"version"`
	Sites       []Site                `json:"sites"`
	Domains     []Domain              `json:"domains"`
	Delegations []Delegation          `json:"delegations"`
	Owners      map[kernel.OrgID]word `json:"owners"`
	Greys       []Greyscale           `json:"greys,omitempty"`   // those that are on
	Trusted     *string               `json:"trusted,omitempty"` // nil: kept by a program that knew of none
}

const keptVersion = 1

// Moves knows the revisions of all sites. pages.Revisions is one.
type Moves interface {
	All(ctx context.Context) (map[kernel.SiteID]int64, error)
}

// Reload replaces what is in memory: what has moved since is read again, or everything when nothing is known to be
// there yet. A site's revision moves with its row, its hosts, its delegations and the names of its org: see change. On an
// error memory stays as it was.
func (s *Sites) Reload(ctx context.Context) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	var revs map[kernel.SiteID]int64
	if all, ok := s.rev.(Moves); ok { // before any row, so that what is read is at least as new
		var err error
		if revs, err = all.All(ctx); err != nil {
			return err
		}
	}
	k, err := s.renew(ctx, s.memory.Load(), revs)
	if err != nil {
		return err
	}
	m := s.build(k)
	m.revs = revs
	s.memory.Store(m)
	return nil
}

// renew reads what has moved into a copy of what is known, or everything.
func (s *Sites) renew(ctx context.Context, have *memory, revs map[kernel.SiteID]int64) (kept, error) {
	k := kept{Version: keptVersion, Owners: map[kernel.OrgID]word{}}
	var err error
	if k.Delegations, err = s.openDelegations(ctx); err != nil {
		return k, err
	}
	if k.Greys, err = s.greyNow(ctx); err != nil {
		return k, err
	}
	t, err := s.Trusted(ctx)
	if err != nil {
		return k, err
	}
	k.Trusted = &t.Hosts
	moved := have.moved(revs)
	if moved == nil {
		if k.Sites, err = s.List(ctx, Filter{}, kernel.Page{}); err == nil {
			k.Domains, err = s.domains(ctx, everything)
		}
	} else {
		k.Sites, k.Domains, err = s.some(ctx, moved)
	}
	if err != nil {
		return k, err
	}
	if err := s.addOwners(ctx, &k); err != nil {
		return k, err
	}
	for i := range k.Domains {
		k.Domains[i].Token, k.Domains[i].Evidence = "", "" // not the edge's business
	}
	if moved != nil {
		k.addUnmoved(&have.kept, moved)
	}
	return k, nil
}

// moved are the sites whose revision is not the one memory was made of, nil when that is most of them, or unknown.
func (m *memory) moved(revs map[kernel.SiteID]int64) map[kernel.SiteID]bool {
	if m.revs == nil || revs == nil {
		return nil
	}
	moved := map[kernel.SiteID]bool{}
	for id, rev := range revs {
		if m.revs[id] != rev && id != kernel.Platform {
			moved[id] = true
		}
	}
	if len(moved) > len(m.kept.Sites)/4 {
		return nil
	}
	return moved
}

func (s *Sites) addOwners(ctx context.Context, k *kept) error {
	ids := make([]kernel.OrgID, len(k.Sites))
	for i, g := range k.Sites {
		ids[i] = g.Org
	}
	owners, err := s.orgs.WordsOf(ctx, ids...)
	if err != nil {
		return err
	}
	for id, o := range owners {
		k.Owners[id] = word{o.Kind, o.ShortName}
	}
	return nil
}

// addUnmoved adds to what was read again everything else of what was known, in the order in which all of it is read.
func (k *kept) addUnmoved(have *kept, moved map[kernel.SiteID]bool) {
	for _, g := range have.Sites {
		if !moved[g.ID] {
			k.Sites = append(k.Sites, g)
			if _, read := k.Owners[g.Org]; !read {
				k.Owners[g.Org] = have.Owners[g.Org]
			}
		}
	}
	for _, d := range have.Domains {
		if !moved[d.Site] {
			k.Domains = append(k.Domains, d)
		}
	}
	slices.SortFunc(k.Sites, func(a, b Site) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortStableFunc(k.Domains, func(a, b Domain) int { return cmp.Compare(a.Site, b.Site) })
}

// Snapshot is what is in memory as bytes that LoadSnapshot reads.
func (s *Sites) Snapshot() ([]byte, error) {
	b, err := json.Marshal(s.memory.Load().kept)
	if err != nil {
		return nil, fmt.Errorf("write sites: %w", err)
	}
	return b, nil
}

// LoadSnapshot fills memory from a Snapshot of this or another node; addresses follow this node's configuration.
func (s *Sites) LoadSnapshot(b []byte) error {
	var k kept
	if err := json.Unmarshal(b, &k); err != nil {
		return fmt.Errorf("read sites: %w", err)
	}
	if k.Version != keptVersion {
		return fmt.Errorf("read sites: version %d is not %d", k.Version, keptVersion)
	}
	s.loading.Lock()
	defer s.loading.Unlock()
	s.memory.Store(s.build(k))
	return nil
}

// build makes the tables of the edge.
func (s *Sites) build(k kept) *memory {
	share := sharer{}
	m := &memory{kept: k, held: make(map[kernel.SiteID]*held, len(k.Sites)), hosts: web.HostTable{}, delegated: map[kernel.SiteID][]Delegation{}}
	origins := make(map[kernel.SiteID]string, len(k.Domains))
	for _, d := range k.Domains {
		if d.Primary && d.Verified {
			origins[d.Site] = s.origin(d.Host)
		}
	}
	grey := make(map[kernel.SiteID]bool, len(k.Greys))
	for _, g := range k.Greys {
		grey[g.Site] = true
	}
	all := make([]held, len(k.Sites))
	for i := range k.Sites {
		g := &k.Sites[i]
		share.site(g)
		all[i] = held{site: g, owner: k.Owners[g.Org]}
		m.held[g.ID] = &all[i]
	}
	for i := range all {
		s.show(m, &all[i], origins)
		all[i].view.Grey = grey[kernel.Platform] || grey[all[i].site.ID]
	}
	mounts := map[kernel.SiteID]map[string]*render.Site{}
	for i := range all {
		if h := &all[i]; h.public != nil && h.site.Parent != 0 {
			if mounts[h.site.Parent] == nil {
				mounts[h.site.Parent] = map[string]*render.Site{}
			}
			mounts[h.site.Parent][h.site.Slug] = h.public
		}
	}
	for _, d := range k.Domains {
		h := m.held[d.Site]
		switch {
		case h == nil || h.public == nil || !d.Verified:
		case d.Primary:
			m.hosts[d.Host] = &web.Host{Site: h.public, Mounts: mounts[d.Site]}
		case origins[d.Site] != "":
			m.hosts[d.Host] = &web.Host{Redirect: origins[d.Site]}
		}
	}
	m.trusted = []string{governments}
	if k.Trusted != nil {
		m.trusted = strings.Fields(*k.Trusted)
	}
	for _, d := range k.Delegations {
		m.delegated[d.Site] = append(m.delegated[d.Site], d)
	}
	return m
}

// show makes the citizens' view of one site.
func (s *Sites) show(m *memory, h *held, origins map[kernel.SiteID]string) {
	g := h.site
	v := &h.view
	*v = render.Site{ID: g.ID, Name: g.Name, ShortName: g.ShortName, Kind: string(g.Kind), Level: g.Level, Theme: s.theme(g), Tokens: g.Overrides.Tokens,
		Origin: origins[g.ID], Code: g.Marks.Code, Sponsor: g.Marks.Sponsor, Operator: g.Marks.Operator, Phone: g.Marks.Phone,
		Address: g.Marks.Address, ICP: g.Marks.ICP, Police: g.Marks.Police, Mark: g.Marks.Mark, Emblem: g.Marks.Emblem, State: string(g.State),
		Notice: g.Notice, Demo: g.Demo, Description: g.Description, Keywords: g.Keywords}
	if c := m.held[g.Parent]; c != nil && c.site.State.Public() {
		v.Prefix = MountPrefix + g.Slug
		v.Origin = origins[g.Parent]
		v.CarrierURL = v.Origin + "/"
		// d53: a channel shows the records of the site that carries it.
		v.CarrierName, v.Code = c.site.Name, c.site.Marks.Code
		v.ICP, v.Police, v.Mark = or(v.ICP, c.site.Marks.ICP), or(v.Police, c.site.Marks.Police), or(v.Mark, c.site.Marks.Mark)
	}
	if g.State.Public() && v.Origin != "" {
		h.public = v
		m.public = append(m.public, v)
	}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// theme is the site's own theme, or its template's.
func (s *Sites) theme(g *Site) string {
	if g.Theme != "" {
		return g.Theme
	}
	if t := s.templates[g.Template]; t != nil {
		return t.Theme
	}
	return "base"
}

// Table is every host that answers, as web.Hosts.
func (s *Sites) Table() web.HostTable {
	if t := s.memory.Load().hosts; t != nil {
		return t
	}
	return web.HostTable{}
}

// Public is a site whose address answers, be it with a notice, as citizens see it; nil when they may not reach it or memory does not
// know it. Whoever shows or promises what stands on the site asks Open.
func (s *Sites) Public(id kernel.SiteID) *render.Site {
	if h := s.memory.Load().held[id]; h != nil {
		return h.public
	}
	return nil
}

// Open is a site whose pages citizens read: Public also answers those that show a notice in place of all their pages.
func (s *Sites) Open(id kernel.SiteID) *render.Site {
	if p := s.Public(id); p != nil && Reads(p) {
		return p
	}
	return nil
}

// Reads reports whether citizens read the pages of a site that they reach, not a notice in their place.
func Reads(s *render.Site) bool { return s.State != string(Suspended) && s.State != string(Closed) }

// AllPublic are the sites citizens may reach, in the order they were opened. Nobody may change them.
func (s *Sites) AllPublic() []*render.Site { return s.memory.Load().public }

// ByAddress finds the site that answers an address and the rest of the path within it. An alias's address is its site's.
func (s *Sites) ByAddress(address string) (site *render.Site, rest string, ok bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, "", false
	}
	table := s.Table()
	h := table[strings.ToLower(u.Hostname())]
	if h != nil && h.Redirect != "" {
		if to, err := url.Parse(h.Redirect); err == nil {
			h = table[to.Hostname()]
		}
	}
	if h == nil || h.Site == nil {
		return nil, "", false
	}
	p := u.EscapedPath()
	if p == "" {
		p = "/"
	}
	if tail, mounted := strings.CutPrefix(p, MountPrefix); mounted {
		slug, rest, slash := strings.Cut(tail, "/")
		if c := h.Mounts[slug]; c != nil && slash {
			return c, "/" + rest, true
		}
		return nil, "", false
	}
	return h.Site, p, true
}

// today is the date in Beijing.
func (s *Sites) today() string { return s.now().In(kernel.Beijing).Format(time.DateOnly) }

// sharer keeps one copy of each short text that thousands of sites repeat.
type sharer map[string]string

func (m sharer) of(s string) string {
	if have, ok := m[s]; ok {
		return have
	}
	m[s] = s
	return s
}

func (m sharer) site(g *Site) {
	g.Kind, g.State = Kind(m.of(string(g.Kind))), State(m.of(string(g.State)))
	g.Level, g.Template, g.Theme, g.ShortName = m.of(g.Level), m.of(g.Template), m.of(g.Theme), m.of(g.ShortName)
	g.Marks.Sponsor, g.Marks.ICP, g.Marks.Police = m.of(g.Marks.Sponsor), m.of(g.Marks.ICP), m.of(g.Marks.Police)
}
