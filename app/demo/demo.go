// Package demo writes the demonstration: the sites of a city and a year and a half of what they might say.
//
// 安政办发〔2015〕71号 is about a group of sites that share one house; whoever looks at the product must see that group at
// once. Everything here is written for it: the places are real, what happens in them is not, numbers and records say 演示, and
// no person is named. The articles go the whole way, draft, review, secrecy, release, by demonstration accounts under a
// seeding clock, so the audit chains look as they would after those months.
//
// It is not a fixture: tests make their own.
package demo

import (
	"embed"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/site"
)

//go:embed content/*.toml content/media/*.jpg content/media/*.m4a content/media/*.mp4 content/media/*.png content/media/*.txt content/media/*.vtt
var content embed.FS

// Months is how long before its first start the demonstration began.
const Months = 18

// The kinds of a place.
const (
	cityPlace    = "city"
	countyPlace  = "county"
	deptPlace    = "dept"
	channelPlace = "channel"
)

// place is a site of the demonstration and what is commonly known of its whereabouts.
type place struct {
	Slug   string            `toml:"slug"`
	Kind   string            `toml:"kind"`
	Code   string            `toml:"code"`
	Parent string            `toml:"parent"` // slug
	Name   string            `toml:"name"`   // of the org
	Site   string            `toml:"site"`   // of its site
	Street bool              `toml:"street"` // 街道, not 镇
	Brand  string            `toml:"brand"`  // colour of the palette, or ""
	Facts  map[string]string `toml:"facts"`
	county string            // name of the parent
}

// piece is a hand-written article with blanks for the place and the day.
type piece struct {
	Site     string `toml:"site"` // slug, when only one site has it
	Only     string `toml:"only"` // 镇 or 街道
	Column   int64  `toml:"column"`
	Months   []int  `toml:"months"` // in which it may appear; empty: any
	Title    string `toml:"title"`
	Summary  string `toml:"summary"`
	Source   string `toml:"source"`
	Number   string `toml:"number"` // with it, and on policy columns, the article is a document
	Issuer   string `toml:"issuer"`
	Genre    string `toml:"genre"`
	Subject  string `toml:"subject"`
	Validity string `toml:"validity"`
	Body     string `toml:"body"`
	Key      string `toml:"key"`    // by which another piece names it
	After    string `toml:"after"`  // key of the document it explains: it appears with it (二(二): 同步解读)
	Form     string `toml:"form"`   // in which it explains it; "" is text
	Major    bool   `toml:"major"`  // a major policy: public at one instant with what explains it
	Level    string `toml:"level"`  // 效力级别, of a document
	Media    string `toml:"media"`  // what stands over its text: see hang
	Days     int    `toml:"days"`   // how many days before the first start it appeared, whatever the season
	Left     string `toml:"left"`   // on the desk: leftDraft or leftSent; "" is published
	Fields   string `toml:"fields"` // what it says in the fields of its column, in their order, "|" between them
	Light    string `toml:"light"`  // of what is left: what its clock shows at the first start
}

// What is left on the desk.
const (
	leftDraft = "draft" // a normative document that is written and not sent (3 个工作日, d06)
	leftSent  = "sent"  // a major policy that nothing explains yet (d11)
)

// Article is one article of the plan.
type Article struct {
	Site     string // slug of its place
	Column   int64
	At       time.Time // when it was published
	Title    string
	Summary  string
	Source   string
	Number   string // 发文字号, of a document
	Index    string // 索引号, of a document
	Issuer   string
	Genre    string
	Subject  string
	Validity string
	Body     string // HTML
	Key      string // of a document that is explained
	After    string // key of the document that it explains
	Form     string // in which it explains it
	Major    bool   // a document that becomes public with what explains it
	Level    string
	Media    string
	Left     string
	Fields   string
}

// kept are columns that no site goes without: the statutory ones and the descriptions.
var kept = []int64{11, 12, 13, 14, 15, 30, 32}

// Plan composes the articles of all sites, oldest first, as they would stand at start. Equal starts give equal plans.
func Plan(start time.Time) ([]Article, error) {
	places, err := readPlaces()
	if err != nil {
		return nil, err
	}
	library := map[string][]piece{}
	for _, name := range []string{"city", "city-forms", "county", "county-own", "dept", "dept-fields", "town"} {
		if library[name], err = readPieces(name); err != nil {
			return nil, err
		}
	}
	templates, err := site.LoadTemplates(site.Builtin())
	if err != nil {
		return nil, err
	}
	var all []Article
	for _, p := range places {
		var own []piece
		switch p.Kind {
		case cityPlace:
			own = append(slices.Clone(library["city"]), library["city-forms"]...)
		case countyPlace:
			own = append(thin(p, library["county"]), library["county-own"]...)
		case deptPlace:
			own = append(slices.Clone(library["dept"]), library["dept-fields"]...)
		case channelPlace:
			own = thin(p, library["town"])
		}
		all = append(all, compose(p, own, cyclesOf(templates[templateOf[p.Kind]]), start)...)
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].At.Before(all[j].At) })
	return all, nil
}

// thin drops about every seventh piece, another one at each place, so that no two look alike.
func thin(p place, from []piece) []piece {
	var out []piece
	for _, c := range from {
		if len(c.Months) == 0 || c.Key != "" || c.After != "" || slices.Contains(kept, c.Column) || dice(p.Slug, c.Title, "thin").IntN(7) != 0 {
			out = append(out, c)
		}
	}
	return out
}

// dated is a piece with its day.
type dated struct {
	piece
	at time.Time
}

// compose writes what a place has published and what lies on its desk: its pieces, oldest first, never two at once.
func compose(p place, pieces []piece, cycles []cycle, start time.Time) []Article {
	var list []dated
	for _, c := range pieces {
		if c.Site != "" && c.Site != p.Slug || c.Only == "镇" && p.Street || c.Only == "街道" && !p.Street {
			continue
		}
		list = append(list, dated{c, day(p, c, start)})
	}
	freshen(p, list, cycles, start)
	light(list, start)
	for i := range list {
		if first := leader(list, i); first != i {
			list[i].at = list[first].at.Add(time.Minute)
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].at.Before(list[j].at) })
	number := map[int]int{}
	articles := make([]Article, 0, len(list))
	for i := range list {
		if i > 0 && list[i].at.Sub(list[i-1].at) < time.Hour { // one office, one article at a time
			list[i].at = list[i-1].at.Add(time.Hour)
		}
		c := list[i]
		year := c.at.In(kernel.Beijing).Year()
		if c.Issuer != "" {
			number[year]++
		}
		articles = append(articles, fill(p, c.piece, c.at, number[year]))
	}
	return articles
}

// day picks when a piece appeared: mostly the last time its season came round before start, sometimes the time before.
func day(p place, c piece, start time.Time) time.Time {
	if c.Days > 0 {
		return office(start.AddDate(0, 0, -c.Days))
	}
	d := dice(p.Slug, c.Title, "day")
	first := start.AddDate(0, -Months, 0)
	var seasons []time.Time
	here := start.In(kernel.Beijing)
	for m := time.Date(here.Year(), here.Month(), 1, 0, 0, 0, 0, kernel.Beijing); !m.Before(first); m = m.AddDate(0, -1, 0) {
		if here.Day() <= 4 && m.Month() == here.Month() && m.Year() == here.Year() {
			continue // too little of this month has passed
		}
		if len(c.Months) == 0 || slices.Contains(c.Months, int(m.Month())) {
			seasons = append(seasons, m)
		}
	}
	m := seasons[min(d.IntN(len(seasons)), d.IntN(len(seasons)))]
	last := m.AddDate(0, 1, -1).Day()
	if m.Month() == here.Month() && m.Year() == here.Year() {
		last = here.Day() - 3
	}
	at := m.AddDate(0, 0, d.IntN(last)).Add(time.Duration(9*60+d.IntN(8*60)) * time.Minute)
	return office(at)
}

// office moves a moment back to a weekday and into office hours.
func office(t time.Time) time.Time {
	t = t.In(kernel.Beijing).Truncate(time.Minute)
	for t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		t = t.AddDate(0, 0, -1)
	}
	if h := t.Hour(); h < 9 || h >= 18 {
		t = time.Date(t.Year(), t.Month(), t.Day(), 10, t.Minute(), 0, 0, kernel.Beijing)
	}
	return t.UTC()
}

// dice is a source of chance that depends on its words only.
func dice(words ...string) *rand.Rand {
	h := fnv.New64a()
	for _, w := range words {
		h.Write([]byte(w))
		h.Write([]byte{0})
	}
	return rand.New(rand.NewPCG(h.Sum64(), 71))
}

func readPlaces() ([]place, error) {
	var f struct {
		Place []place `toml:"place"`
	}
	if err := read("places", &f); err != nil {
		return nil, err
	}
	names := map[string]string{}
	for i, p := range f.Place {
		names[p.Slug] = p.Name
		f.Place[i].county = names[p.Parent] // parents stand before their children
	}
	return f.Place, nil
}

func readPieces(name string) ([]piece, error) {
	var f struct {
		Piece []piece `toml:"piece"`
	}
	if err := read(name, &f); err != nil {
		return nil, err
	}
	return f.Piece, nil
}

func read(name string, into any) error {
	b, err := content.ReadFile("content/" + name + ".toml")
	if err != nil {
		return err
	}
	meta, err := toml.Decode(string(b), into)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if left := meta.Undecoded(); len(left) > 0 {
		return fmt.Errorf("read %s: unknown %s", name, strings.Trim(fmt.Sprint(left), "[]"))
	}
	return nil
}
