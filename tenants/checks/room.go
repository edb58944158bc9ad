package checks

import (
	"context"
	"encoding/json"
	"fmt"
	"math/bits"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// Room is what checks needs of the house.
type Room struct {
	DB        *db.DB
	Now       kernel.Clock
	Audit     *audit.Log
	Queue     *jobs.Queue
	Published *publication.Publications
	Sites     *site.Sites
	Columns   *column.Columns
	Console   *console.Console // may be nil where no screen is asked for
	Films     Films            // nil: no film says anything
	Numbers   Numbers          // nil: every document has the index number that was typed
}

// Numbers tells whether documents of a site get their index numbers by a rule; tenants/numbering does.
type Numbers interface {
	Ruled(ctx context.Context, site kernel.SiteID) (bool, error)
}

// Checks is the room. Its methods are safe for concurrent use.
type Checks struct {
	Room
	mu   sync.Mutex
	made map[string]*made // by the digests of the packs
}

// made is what some packs become.
type made struct {
	words  *Dictionary
	roster *Roster
}

// New makes the room and listens for publications, so that what was found in a text goes with the text.
func New(r Room) *Checks {
	k := &Checks{Room: r, made: map[string]*made{}}
	k.listen()
	return k
}

// Panel is what is to be said about a payload of the site's article id, or 0 of a new one; edition is the one that is under review, or 0.
func (k *Checks) Panel(ctx context.Context, id kernel.SiteID, art article.ID, edition int64, p article.Payload) ([]Finding, error) {
	c, err := k.context(ctx, id)
	if err != nil {
		return nil, err
	}
	c.Own = func(address string) bool { return k.own(id, address) }
	c.Resolves = func(address string) bool { return k.resolves(ctx, id, address) }
	if k.Numbers != nil {
		if c.Numbered, err = k.Numbers.Ruled(ctx, id); err != nil {
			return nil, err
		}
	}
	if c.Near, err = k.near(ctx, id, art, p); err != nil {
		return nil, err
	}
	said, err := k.spoken(ctx, id, edition, p.Body, c)
	return sorted(append(Check(p, c), said...)), err
}

// context is the words and leaders of a site: the program's pack, the cluster's, its own.
func (k *Checks) context(ctx context.Context, id kernel.SiteID) (Context, error) {
	cluster, err := k.packs(ctx, kernel.Platform)
	if err != nil {
		return Context{}, err
	}
	all, err := k.load(ctx, cluster, true)
	if err != nil {
		return Context{}, err
	}
	c := Context{Words: []*Dictionary{all.words}, Leaders: all.roster}
	own, err := k.packs(ctx, id)
	if err != nil || len(own) == 0 || id == kernel.Platform {
		return c, err
	}
	if all, err = k.load(ctx, own, false); err != nil {
		return c, err
	}
	c.Words = append(c.Words, all.words)
	if all.roster != nil {
		c.Leaders = all.roster // a site that has a list of its own follows that
	}
	return c, nil
}

// madeMost is how many sites' packs are kept ready.
const madeMost = 64

// load makes the automaton of some packs, once for each state they are in.
func (k *Checks) load(ctx context.Context, rows []packRow, basic bool) (*made, error) {
	var digests []string
	for _, r := range rows {
		digests = append(digests, r.Digest)
	}
	key := fmt.Sprint(basic, digests)
	k.mu.Lock()
	m := k.made[key]
	k.mu.Unlock()
	if m != nil {
		return m, nil
	}
	var all []*Pack
	var leaders []Leader
	for _, r := range rows {
		body, err := k.pack(ctx, r.SiteID, r.Name)
		if err != nil {
			return nil, err
		}
		p, err := ReadPack(strings.NewReader(body))
		if err != nil {
			return nil, fmt.Errorf("read the word pack %q of site %d: %w", r.Name, r.SiteID, err)
		}
		all, leaders = append(all, p), append(leaders, p.Leaders...)
	}
	if basic {
		all = append(all, Basic()) // last: an operator's entry of the same word counts
	}
	m = &made{NewDictionary(all...), NewRoster(leaders)}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.made) >= madeMost {
		clear(k.made)
	}
	k.made[key] = m
	return m, nil
}

// absolute is an address as a browser on the site reads it.
func (k *Checks) absolute(id kernel.SiteID, address string) string {
	if s := k.Sites.Public(id); s != nil && strings.HasPrefix(address, "/") {
		return s.Origin + address
	}
	return address
}

// own reports whether an address stands on a host of this cluster.
func (k *Checks) own(id kernel.SiteID, address string) bool {
	u, err := url.Parse(k.absolute(id, address))
	if err != nil || u.Host == "" {
		return false
	}
	_, known := k.Sites.Table()[strings.ToLower(u.Hostname())]
	return known
}

// shut reports whether citizens read a notice in place of a site.
func shut(s *render.Site) bool { return !site.Reads(s) }

// resolves reports whether an address of the cluster leads to something that citizens can read.
func (k *Checks) resolves(ctx context.Context, id kernel.SiteID, address string) bool {
	s, rest, ok := k.Sites.ByAddress(k.absolute(id, address))
	if !ok || shut(s) {
		return false
	}
	if object, is := strings.CutPrefix(rest, "/a/"); is {
		n, ok := kernel.ParseID[int64](object)
		if !ok {
			return false
		}
		_, err := k.Published.Live(ctx, publication.Object{Site: s.ID, Kind: article.Kind, ID: n})
		return err == nil || fault.KindOf(err) != fault.NotFound && fault.KindOf(err) != fault.Gone
	}
	if path, is := strings.CutPrefix(rest, "/c/"); is {
		tree, err := k.Columns.Tree(ctx, s.ID)
		if err != nil {
			return true // unknown is not dead
		}
		at, moved := tree.At(path)
		return at != nil || moved != ""
	}
	return true
}

// near finds what is public in the cluster and says almost the same: by the prints, then by the words themselves.
func (k *Checks) near(ctx context.Context, id kernel.SiteID, art article.ID, p article.Payload) ([]Near, error) {
	mine := shingles(p)
	if mine == nil {
		return nil, nil
	}
	print := printOf(mine)
	rows, err := k.candidates(ctx, print)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(r printRow) bool {
		s := k.Sites.Public(r.SiteID)
		return s == nil || shut(s) || !alike(print, uint64(*r.Print)) || r.SiteID == id && r.ArticleID == art
	})
	slices.SortStableFunc(rows, func(a, b printRow) int {
		return bits.OnesCount64(print^uint64(*a.Print)) - bits.OnesCount64(print^uint64(*b.Print))
	})
	var all []Near
	for _, r := range rows[:min(len(rows), nearRead)] {
		live, err := k.Published.Live(ctx, publication.Object{Site: r.SiteID, Kind: article.Kind, ID: r.ArticleID})
		if db.Down(err) {
			return nil, err
		}
		if err != nil {
			continue // withdrawn since
		}
		other, err := payloadOf(live)
		if err != nil {
			return nil, err
		}
		if n := same(slices.Clone(mine), shingles(other)); n >= nearLeast {
			all = append(all, Near{live.Title, k.Sites.Public(r.SiteID).Name, n})
		}
		if len(all) == nearShown {
			break
		}
	}
	return all, nil
}

// nearRead is how many of those with prints alike are read and compared, nearest first.
const nearRead = 20

// nearShown is how many of them are named.
const nearShown = 5

// reasonMost is how many characters a reason may have.
const reasonMost = 500

// Confirm keeps why an edition is sent although something of Must was found in it. It works within the caller's transaction; without
// such a finding it keeps nothing.
func (k *Checks) Confirm(ctx context.Context, id kernel.SiteID, e publication.EditionID, reason string, all []Finding) error {
	if !NeedsReason(all) {
		return nil
	}
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return fault.In("why", "检查发现了个人信息或可能涉密的内容。请先处理；确需原样公开的，写明理由再送审。")
	}
	if utf8.RuneCountInString(reason) > reasonMost {
		return fault.In("why", "理由太长，最多 %d 个字。", reasonMost)
	}
	var rules []string
	for _, f := range all {
		if f.Severity == Must {
			rules = append(rules, string(f.Rule))
		}
	}
	slices.Sort(rules)
	names := strings.Join(slices.Compact(rules), " ")
	who := kernel.ActorFrom(ctx)
	if err := k.putReason(ctx, id, e, Reason{reason, names, who.Name, k.Now()}); err != nil {
		return err
	}
	return k.Audit.Record(ctx, audit.Entry{Site: id, Action: "checks.confirm", Object: fmt.Sprintf("edition/%d", e), After: names,
		Note: map[string]string{"reason": reason}})
}

func payloadOf(l *publication.Live) (article.Payload, error) {
	var p article.Payload
	if err := json.Unmarshal(l.Payload, &p); err != nil {
		return p, fmt.Errorf("read article %d of site %d: %w", l.ID, l.Site, err)
	}
	return p, nil
}

// shown is a quote as it may be kept and listed: of people's numbers the masked one.
func (f Finding) shown() string {
	if f.Personal() && f.Fix != nil {
		return f.Fix.Text
	}
	if r := []rune(f.Quote); len(r) > quoteMost {
		return string(r[:quoteMost]) + "…"
	}
	return f.Quote
}

const quoteMost = 40
