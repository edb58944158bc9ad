package feed

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

// What the web asks of a host at an address that it has chosen itself.
const (
	robotsPath   = "/robots.txt"
	securityPath = "/.well-known/security.txt"
	iconPath     = "/favicon.ico"
)

// robots answers a host's robots.txt, which names the maps of its own site and of its channels. A channel has none: nobody asks below a mount.
func (f *Feeds) robots(_ context.Context, r *web.Request) (*pages.Page, error) {
	if r.Site.Prefix != "" {
		return nil, nothing()
	}
	var b strings.Builder
	b.WriteString("User-agent: *\nAllow: /\n\n")
	for _, s := range f.carried(r.Site) {
		fmt.Fprintf(&b, "Sitemap: %s\n", s.URL(indexPath))
	}
	return answer(textType, []byte(b.String())), nil
}

// security answers whom to tell of a weakness, where the installation says so.
func (f *Feeds) security(_ context.Context, r *web.Request) (*pages.Page, error) {
	if r.Site.Prefix != "" || f.Security.Contact == "" {
		return nil, nothing()
	}
	return answer(textType, fmt.Appendf(nil, "Contact: %s\nExpires: %s\nPreferred-Languages: zh, en\nCanonical: %s\n",
		f.Security.Contact, f.Security.Expires.UTC().Format(time.RFC3339), r.Site.URL(securityPath))), nil
}

// icon leads to the theme's icon, which says of what type it is.
func (f *Feeds) icon(_ context.Context, r *web.Request) (*pages.Page, error) {
	icon, _, _ := f.Looks.Looks(r.Site)
	return &pages.Page{Status: 301, Location: r.Site.Origin + icon}, nil
}

type manifestIcon struct {
	Address string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
}

type manifest struct {
	Name      string         `json:"name"`
	ShortName string         `json:"short_name"`
	Language  string         `json:"lang"`
	Start     string         `json:"start_url"`
	Scope     string         `json:"scope"`
	Display   string         `json:"display"`
	Colour    string         `json:"theme_color"`
	Paper     string         `json:"background_color"`
	Icons     []manifestIcon `json:"icons"`
}

// manifest answers what a phone shows of a site that somebody puts on its first screen.
func (f *Feeds) manifest(_ context.Context, r *web.Request) (*pages.Page, error) {
	s := r.Site
	icon, colour, paper := f.Looks.Looks(s)
	short := s.ShortName
	if short == "" {
		short = s.Name
	}
	body, err := inJSON(manifest{marked(s, s.Name), marked(s, short), "zh-CN", s.Path("/"), s.Path("/"), "browser", colour, paper,
		[]manifestIcon{{icon, "any", render.IconType}}})
	return answer(manifestType, body), err
}
