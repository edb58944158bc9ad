package site

import (
	"context"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/org"
)

// Listed is a site as `site list` shows it.
type Listed struct {
	ID     kernel.SiteID `json:"id"`
	Name   string        `json:"name"`
	Kind   Kind          `json:"kind"`
	Level  string        `json:"level"`
	Host   string        `json:"host"`   // the carrier's, on a channel
	Prefix string        `json:"prefix"` // "" or /z/<slug>
	State  State         `json:"state"`
	URL    string        `json:"url"`      // of the home page
	Ready  bool          `json:"verified"` // the host is verified: the address answers when the state lets it
}

// Listing returns sites with their addresses, verified or not, in the order they were opened.
func (s *Sites) Listing(ctx context.Context, f Filter, p kernel.Page) ([]Listed, error) {
	sites, err := s.List(ctx, f, p)
	if err != nil {
		return nil, err
	}
	hosts, err := s.domains(ctx, everything)
	if err != nil {
		return nil, err
	}
	primary := make(map[kernel.SiteID]Domain, len(hosts))
	for _, d := range hosts {
		if d.Primary {
			primary[d.Site] = d
		}
	}
	out := make([]Listed, len(sites))
	for i, g := range sites {
		d := primary[g.ID]
		if g.Parent != 0 {
			d = primary[g.Parent]
		}
		out[i] = Listed{ID: g.ID, Name: g.Name, Kind: g.Kind, Level: g.Level, Host: d.Host, Prefix: g.Prefix(), State: g.State, Ready: d.Verified}
		if d.Host != "" {
			out[i].URL = s.origin(d.Host) + g.Prefix() + "/"
		}
	}
	return out, nil
}

// TemplateOf is a site's template in its own words: 街道办事处 has 居务公开, 旬阳 is 走进旬阳. Nobody may change it.
func (s *Sites) TemplateOf(ctx context.Context, id kernel.SiteID) (*Template, error) {
	var w word
	var name string
	if h := s.memory.Load().held[id]; h != nil {
		w, name = h.owner, h.site.Template
	} else {
		g, err := s.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		o, err := s.orgs.Get(ctx, g.Org)
		if err != nil {
			return nil, err
		}
		w, name = word{o.Kind, o.ShortName}, g.Template
	}
	t, err := s.Template(name)
	if err != nil {
		return nil, err
	}
	return t.For(w.Kind, w.Short), nil
}

// Columns are the columns a site has from its template, in its own words. Nobody may change them.
func (s *Sites) Columns(ctx context.Context, id kernel.SiteID) ([]TemplateColumn, error) {
	t, err := s.TemplateOf(ctx, id)
	if err != nil {
		return nil, err
	}
	return t.Columns, nil
}

// QuotaOf is a site's limits: its own over its template's.
func (s *Sites) QuotaOf(ctx context.Context, id kernel.SiteID) (Quota, error) {
	g, _, err := s.known(ctx, id)
	if err != nil {
		return Quota{}, err
	}
	t, err := s.Template(g.Template)
	if err != nil {
		return Quota{}, err
	}
	return g.Overrides.Quota.over(t.Quota), nil
}

// For is the template in the words of an owner of this kind and short name.
func (t *Template) For(k org.Kind, short string) *Template {
	if len(t.words) == 0 {
		return t
	}
	out := *t
	out.Columns = make([]TemplateColumn, len(t.Columns))
	for i, c := range t.Columns {
		w, ok := t.words[c.No][string(k)]
		if !ok {
			w, ok = t.words[c.No]["*"]
		}
		if ok {
			c.Name = strings.ReplaceAll(w, "{short}", short)
		}
		out.Columns[i] = c
	}
	return &out
}
