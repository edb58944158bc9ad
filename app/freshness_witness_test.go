package app

import (
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// witness never stops asking one node.
type witness struct {
	*freshness
	node int
	seen []bool // the list of each site has been served once, so it must be there whatever happens
	gone []int  // of each site, the next withdrawal to see, by its place in order
}

// watch asks for lists, for the newest notice, and for one that is or will be withdrawn.
func (f *freshness) watch(node int) {
	w := &witness{f, node, make([]bool, len(f.sites)), make([]int, len(f.sites))}
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-f.stop:
			return
		case <-tick.C:
		}
		i := n % len(f.sites)
		w.list(i)
		w.newest(f.sites[i])
		w.withdrawn(i)
	}
}

var notice = regexp.MustCompile(`第(\d{6})号通知`)

// list judges a list: it shows the newest and nothing withdrawn.
func (w *witness) list(i int) {
	k := w.sites[i]
	g, ok := w.look(k.list())
	if !ok {
		return
	}
	if w.seen[i] && g.status != http.StatusOK {
		w.violated("node %d: %s answers %d\n%s", w.node, k.list(), g.status, w.c.nodes[w.node].said.failures())
	}
	w.seen[i] = w.seen[i] || g.status == http.StatusOK
	shown := -1
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, m := range notice.FindAllSubmatch(g.body, -1) {
		serial, _ := strconv.Atoi(string(m[1]))
		shown = max(shown, serial)
		if at, ok := k.withdrawn[serial]; ok {
			w.behind("withdrawn, in the list", g, at)
		}
	}
	if shown+1 < len(k.published) {
		w.behind("published, in the list", g, k.published[shown+1])
	}
}

func (w *witness) newest(k *chronicle) {
	serial := k.newest()
	if serial < 0 {
		return
	}
	k.mu.Lock()
	at := k.published[serial]
	k.mu.Unlock()
	if g, ok := w.look(k.page(serial)); ok && g.status != http.StatusOK {
		w.behind("published, its page", g, at)
	}
}

// withdrawn looks at the next withdrawn notice until it is gone, then goes on to the one after it.
func (w *witness) withdrawn(i int) {
	k, serial := w.sites[i], w.gone[i]*each
	if serial > k.newest() {
		return
	}
	k.mu.Lock()
	at, taken := k.withdrawn[serial]
	k.mu.Unlock()
	g, ok := w.look(k.page(serial)) // before it is withdrawn too, so that the node has it
	switch {
	case !ok || !taken:
	case g.status == http.StatusGone:
		w.gone[i]++
	case g.status == http.StatusOK:
		w.behind("withdrawn, its page", g, at)
	}
}

// look asks. A node that does not answer at all, or marks as stale what it could know, violates the promise.
func (w *witness) look(url string) (got, bool) {
	g, err := w.c.get(w.node, url)
	if err != nil {
		w.violated("node %d: %v\n%s", w.node, err, w.c.nodes[w.node].said)
		return g, false
	}
	w.answers.Add(1)
	if since, reached := w.nodes[w.node].from(); g.stale && reached && g.sent.Sub(since) > freshWithin() {
		w.violated("node %d: %s is marked stale %v after the database was reached", w.node, url, g.sent.Sub(since))
	}
	return g, true
}

// behind notes an answer that does not show what was committed at that moment. What the node could not know, since it
// stood still or had no database when it was asked, does not count.
func (w *witness) behind(what string, g got, at time.Time) {
	since, reached := w.nodes[w.node].from()
	if since.After(at) {
		at = since
	}
	late := g.sent.Sub(at)
	if !reached || late <= 0 {
		return
	}
	w.mu.Lock()
	w.late[what] = append(w.late[what], late)
	w.mu.Unlock()
	if late > freshWithin() {
		w.violated("node %d: %s: %v behind", w.node, what, late)
	}
}

// enough violations to see what is wrong.
const enough = 20

func (f *freshness) violated(format string, args ...any) {
	if f.violations.Add(1) <= enough {
		f.t.Errorf(format, args...)
	}
}
