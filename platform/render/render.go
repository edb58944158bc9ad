// Package render makes the pages citizens read: the platform's shell around a room's view, in a theme.
//
// 安政办发〔2015〕71号 二(三) has the higher level carry the technology and the uniform standard of every site.
// So what identifies a government site (skip link, masthead, meta tags, footer, demo line) is written here and
// put around whatever a theme makes of a view; a theme cannot drop it. This package decides nothing about
// content: it is handed page structs and gives back bytes.
package render

import (
	"html/template"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
)

// SitemapPath is the address of the site map below a mount; the shell links it from every page.
const SitemapPath = "/sitemap"

// SearchPath is the address of the search below a mount; the shell asks it from every page.
const SearchPath = "/search"

// Addresses below a mount that every site's map names: the library of its official documents, its five statutory doors, and, on the portal
// at the top, the map of all sites.
const (
	LibraryPath    = "/policies"
	DisclosurePath = "/disclosure"
	SitesPath      = "/sites"
)

// Site is a site as citizens see it; it is made by platform/site, kept in memory and never changed.
type Site struct {
	ID                                                         kernel.SiteID
	Name, ShortName, Kind, Level, Theme                        string
	Tokens                                                     map[string]string // the site's differences from its theme; see CheckTokens
	Origin                                                     string            // "https://hanbin.ankang.gov.cn", no slash at the end
	Prefix                                                     string            // "" or "/z/<slug>"
	Code, Sponsor, Operator, Phone, Address, ICP, Police, Mark string            // Code is the carrier's on a channel; Mark is the id of the 党政机关 mark
	Emblem                                                     string            // address of the official file, "" when the site's level shows none
	CarrierName, CarrierURL                                    string            // the site that carries a channel
	State, Notice                                              string
	Demo                                                       bool
	Grey                                                       bool // 哀悼模式: the pages are shown without colours
	Description, Keywords                                      string
	Variant                                                    kernel.Variant // in which its pages are made; see In
	Strips                                                     []Strip        // the warnings in force, the gravest first; see Warned
}

// Strip is a warning in force (风险预警, d15), as it stands at the head of every page of a site that shows it.
type Strip struct {
	Level       string // red | orange | yellow | blue
	Word, Grade string // the level in words: 红色预警, Ⅰ级
	Kind, Title string
	Issuer      string
	Until       time.Time
	Href        string
}

// Warned is the site as its pages are made while these warnings are in force.
func (s *Site) Warned(all []Strip) *Site {
	if len(all) == 0 {
		return s
	}
	other := *s
	other.Strips = all
	return &other
}

// Tops reports whether the site is a portal from which the sites below are found: at an address of its own, of a city or above.
func (s *Site) Tops() bool { return s.Prefix == "" && (s.Level == "city" || s.Level == "province") }

// In is the site as a page in a variant sees it: every link it makes with Path stays in the variant.
func (s *Site) In(v kernel.Variant) *Site {
	if s.Variant == v {
		return s
	}
	other := *s
	other.Variant = v
	return &other
}

// Path is the address of rest, which begins with "/", on the site's own host, in the site's variant.
func (s *Site) Path(rest string) string { return s.Prefix + s.Variant.Prefix() + rest }

// Plain is Path outside of every variant: for forms, files and the way back.
func (s *Site) Plain(rest string) string { return s.Prefix + rest }

// FullPath is Path with the origin before it.
func (s *Site) FullPath(rest string) string { return s.Origin + s.Path(rest) }

// URL is the absolute address of rest, which begins with "/", whatever the variant: the one by which a page is known.
func (s *Site) URL(rest string) string { return s.Origin + s.Prefix + rest }

// Link is an entry of a navigation, a directory or a row of tiles. An empty Href is shown as text.
type Link struct {
	Text, Href string
	Note       string // a second line: opening hours, a telephone number as people write it
	Current    bool
	Children   []Link
}

// Item is one row of a list; Date is shown as a day of Beijing, the zero Date not at all.
type Item struct {
	Title, Href, Column, Summary, Number, Source string
	Date                                         time.Time
	Image, Alt                                   string // own media only; without one the theme draws
	Mark                                         string // what has become of it since, in a word: 已废止
	Form, Sign                                   string // in which a text explains a policy, in a word and in one character: 视频, 视
}

// Pager is where a list stands; Prev and Next are "" at the ends, a Link without Href is an ellipsis or the current page.
type Pager struct {
	Number, Pages int
	Total         int64
	Prev, Next    string
	Links         []Link
}

// ColumnMeta fills the four column tags; empty fields fall back, so that no tag is empty.
type ColumnMeta struct{ Name, Description, Keywords, Type string }

// ArticleMeta fills the eight article tags; PubDate is "YYYY-MM-DD HH:MM" of Beijing. Empty fields fall back. The rest is for programs:
// Published is zero when nobody knows the day.
type ArticleMeta struct {
	Title, PubDate, Source, Keywords, Author, Description, Image, URL string

	News                bool          // stands among the news
	Document            *DocumentMeta // of an official document, else nil
	Published, Modified time.Time
}

// Head is what a page says about itself.
type Head struct {
	Title                 []string // most specific first, without the site's name; empty on the home page
	Description, Keywords string
	Rest                  string // address within the site, for the canonical link; "" for none
	Feed                  string // address within the site below which the column's feeds stand, "/c/…"; "" for none
	Column                *ColumnMeta
	Article               *ArticleMeta
	NoIndex               bool
}

// Shell is what the platform needs to put around a view. A missing 首页 in Nav or Crumbs is added.
type Shell struct {
	Site   *Site
	Head   Head
	Nav    []Link
	Crumbs []Link
	Now    time.Time
}

// Doc is what a view's template sees.
type Doc[T any] struct {
	Shell
	Data T
}

// View is a declared public view; only Define makes one.
type View interface {
	Room() string
	Name() string
	check(set *template.Template) error
}

// Typed is a view whose template takes a Doc[T].
type Typed[T any] struct{ room, name string }

// Define declares that <name>.html in the room's Views defines "main" over Doc[T]. The room is its short name, "article".
func Define[T any](room, name string) *Typed[T] { return &Typed[T]{room: room, name: name} }

// Room is the short name of the room that owns the view.
func (v *Typed[T]) Room() string { return v.room }

// Name is the view's file name without ".html".
func (v *Typed[T]) Name() string { return v.name }

// HTML renders the whole page in the theme of s.Site.
func (v *Typed[T]) HTML(r *Renderer, s Shell, data T) ([]byte, error) {
	return r.page(v.room, v.name, s, Doc[T]{Shell: s, Data: data})
}
