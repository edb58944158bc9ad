package pages

import (
	"strings"
	"sync/atomic"

	"github.com/zhanqun/zhanqun/kernel"
)

// Tally is how often one kept page was read on one day, as far as it has not been taken yet.
type Tally struct {
	Site    kernel.SiteID
	Path    string // within the site, without query and variant: what was read, whatever page of a list and in whichever form
	Variant kernel.Variant
	Day     int // as whoever counts numbers days

	reads, visits atomic.Int64
	waits         atomic.Bool // it hangs in a list
	next          *Tally      // in that list
}

// mounts is where the sites below a host's own stand: see platform/web.
const mounts = "/z/"

// newTally cuts a key's address, "host/z/slug/-/elder/a/1?p=2", down to what was read.
func newTally(key Key, day int) *Tally {
	url, _, _ := strings.Cut(key.URL, "?")
	_, path, _ := strings.Cut(url, "/")
	path = "/" + path
	if below, is := strings.CutPrefix(path, mounts); is {
		_, rest, _ := strings.Cut(below, "/")
		path = "/" + rest
	}
	variant, path := kernel.CutVariant(path)
	return &Tally{Site: key.Site, Path: strings.Clone(path), Variant: variant, Day: day}
}

// of is the entry's tally of a day. It is made with the first reader of the day and used by all others; a day's old one is left to its list.
func (e *Entry) of(day int) *Tally {
	have := e.tally.Load()
	if have != nil && have.Day == day {
		return have
	}
	mine := newTally(e.Key, day)
	if e.tally.CompareAndSwap(have, mine) {
		return mine
	}
	if now := e.tally.Load(); now != nil && now.Day == day {
		return now
	}
	return mine // around midnight: it is counted by itself
}

// Tallies are the tallies that were added to since they were last taken. Adding takes no lock and, but for a page's first reader of a day, makes
// nothing: a tally hangs itself into the list, once. The zero Tallies are empty.
type Tallies struct {
	head  atomic.Pointer[Tally]
	hangs atomic.Int64
}

// talliesMost is how many tallies may hang. Beyond it a page's readers wait in its own tally, and are lost if the page is dropped before there is room.
const talliesMost = 20_000

// Add counts one reader of a page on a day, and whether the reader came from elsewhere.
func (l *Tallies) Add(e *Entry, day int, visit bool) {
	t := e.of(day)
	t.reads.Add(1)
	if visit {
		t.visits.Add(1)
	}
	if t.waits.Load() || l.hangs.Load() >= talliesMost || !t.waits.CompareAndSwap(false, true) {
		return
	}
	l.hangs.Add(1)
	for {
		t.next = l.head.Load()
		if l.head.CompareAndSwap(t.next, t) {
			return
		}
	}
}

// Take empties the list and hands out what was counted. Whoever reads meanwhile is in this list or in the next, and in one of them only.
func (l *Tallies) Take(each func(t *Tally, reads, visits int64)) {
	for t := l.head.Swap(nil); t != nil; {
		next := t.next
		l.hangs.Add(-1)
		t.waits.Store(false) // from here on it may hang anew, so its numbers are taken after
		if reads, visits := t.reads.Swap(0), t.visits.Swap(0); reads > 0 || visits > 0 {
			each(t, reads, visits)
		}
		t = next
	}
}
