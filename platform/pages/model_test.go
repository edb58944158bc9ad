package pages

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// The model of promises.md 3.2, driving the real Revisions and Cache: three nodes over one store, random orders of
// publishing, learning, polling, losing hints, rendering, evicting and of the store going away. V4, promises 2.6.

// world is the store of the model: a site's content is the number of its last change.
type world struct {
	rev  map[kernel.SiteID]int64
	down bool
}

func (w *world) all(context.Context) (map[kernel.SiteID]int64, error) {
	if w.down {
		return nil, fault.New(fault.Unavailable, "模型：数据库没有响应。")
	}
	out := map[kernel.SiteID]int64{}
	for s, r := range w.rev {
		out[s] = r
	}
	return out, nil
}

func (w *world) total(ctx context.Context) (int64, error) {
	revs, err := w.all(ctx)
	return sum(revs), err
}

func (w *world) some(ctx context.Context, sites []kernel.SiteID) (map[kernel.SiteID]int64, error) {
	return w.all(ctx)
}

// The portal shows itself and two other sites; all show what their node has loaded of the platform.
var modelPages = map[string][]kernel.SiteID{"a/": {1}, "b/": {2}, "p/": {3, 1, 2}}

type modelNode struct {
	revisions *Revisions
	cache     *Cache
	platform  int64   // what LoadPlatform has loaded
	sure      sureMap // what this node has learned, so every later answer must show it
	gates     []chan struct{}
	after     []map[kernel.SiteID]int64 // commits of this node whose AfterCommit has not run
	hints     int
}

type sureMap map[kernel.SiteID]int64

type model struct {
	t       *testing.T
	w       *world
	r       *rand.Rand
	nodes   []*modelNode
	early   bool // the deliberate mistake: content read before the stamps
	outages int
	mu      sync.Mutex // over what citizens who are answered together write
	bad     []string
	answers map[State]int
}

func newModel(t *testing.T, seed uint64, early bool) *model {
	m := &model{t: t, w: &world{rev: map[kernel.SiteID]int64{}}, r: rand.New(rand.NewPCG(seed, 1)), early: early, answers: map[State]int{}}
	for range 3 {
		n := &modelNode{revisions: newRevisions(m.w), sure: sureMap{}}
		n.revisions.LoadPlatform(func(context.Context) error {
			if m.w.down || m.r.IntN(8) == 0 {
				return fault.New(fault.Unavailable, "模型：读不到。")
			}
			n.platform = m.w.rev[kernel.Platform]
			return nil
		})
		c, err := NewCache(n.revisions, kernel.SystemClock, Config{Bytes: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		n.cache = c
		m.nodes = append(m.nodes, n)
	}
	return m
}

// shows is a page's content: the change of each site it read.
func (m *model) read(n *modelNode, url string) (map[kernel.SiteID]int64, error) {
	if m.w.down {
		return nil, fault.New(fault.Unavailable, "模型：数据库没有响应。")
	}
	out := map[kernel.SiteID]int64{kernel.Platform: n.platform}
	for _, s := range modelPages[url] {
		out[s] = m.w.rev[s]
	}
	return out, nil
}

func (m *model) gate(n *modelNode) {
	g := make(chan struct{})
	m.mu.Lock()
	n.gates = append(n.gates, g)
	m.mu.Unlock()
	<-g
}

func (m *model) render(n *modelNode, url string, before map[kernel.SiteID]int64) Render {
	return func(ctx context.Context) (*Page, error) {
		if m.early && before != nil { // as if the stamps were read last
			return &Page{Body: []byte(encodeShown(before))}, nil
		}
		m.gate(n)
		if err := Follow(ctx, modelPages[url]...); err != nil {
			return nil, err
		}
		m.gate(n)
		shown, err := m.read(n, url)
		if err != nil {
			return nil, err
		}
		m.gate(n)
		return &Page{Body: []byte(encodeShown(shown))}, nil
	}
}

func encodeShown(shown map[kernel.SiteID]int64) string {
	return fmt.Sprint(shown[0], " ", shown[1], " ", shown[2], " ", shown[3])
}

func decodeShown(b []byte) (s [4]int64) {
	fmt.Sscan(string(b), &s[0], &s[1], &s[2], &s[3])
	return s
}

// serve is a citizen asking one node for a page; the answer is judged by what the node had learned before.
func (m *model) serve(n *modelNode, url string) {
	must := sureMap{}
	for s, r := range n.sure {
		must[s] = r
	}
	before, _ := m.read(n, url)                                  // nil while the store is down
	outages, calm := m.outages, !m.w.down && !n.revisions.Down() // a node believes in an outage until its next poll
	go func() {
		if m.early && before != nil {
			m.gate(n)
		}
		hit, err := n.cache.Get(context.Background(), Key{modelPages[url][0], url}, m.render(n, url, before))
		m.mu.Lock()
		defer m.mu.Unlock()
		if err != nil {
			m.answers["none"]++
			if calm && m.outages == outages {
				m.bad = append(m.bad, fmt.Sprintf("%s failed while the store answered: %v", url, err))
			}
			return
		}
		m.answers[hit.State]++
		if hit.State == Stale {
			if calm && m.outages == outages {
				m.bad = append(m.bad, url+" was served stale while the store answered")
			}
			return
		}
		shown := decodeShown(hit.Page.Body)
		for _, s := range append([]kernel.SiteID{kernel.Platform}, modelPages[url]...) {
			if shown[s] < must[s] {
				m.bad = append(m.bad, fmt.Sprintf("%s shows change %d of site %d, the node knew %d", url, shown[s], s, must[s]))
			}
		}
	}()
	synctest.Wait()
}

func (m *model) publish(n *modelNode) {
	if m.w.down {
		return
	}
	site := kernel.SiteID(m.r.IntN(4))
	m.w.rev[site]++
	n.after = append(n.after, map[kernel.SiteID]int64{site: m.w.rev[site]})
	for _, other := range m.nodes {
		if m.r.IntN(10) >= 3 { // three of ten hints are lost
			other.hints++
		}
	}
}

// learned notes what a node must show from now on: what it says it knows.
func (m *model) learned(n *modelNode) {
	for s := range kernel.SiteID(4) {
		n.sure[s] = n.revisions.Known(s)
	}
}

func (m *model) step() {
	n := m.nodes[m.r.IntN(len(m.nodes))]
	switch k := m.r.IntN(16); {
	case k < 3:
		m.publish(n)
	case k < 7:
		m.serve(n, []string{"a/", "b/", "p/"}[m.r.IntN(3)])
	case k < 11:
		m.release(n)
	case k < 12 && len(n.after) > 0:
		revs := n.after[0]
		n.after = n.after[1:]
		n.revisions.committed(revs)
		m.learned(n)
	case k < 13 && n.hints > 0, k == 13:
		n.hints = 0
		_ = n.revisions.Poll(context.Background())
		m.learned(n)
	case k == 14:
		n.cache.memory.Invalidate([]string{"a/", "b/", "p/"}[m.r.IntN(3)])
	case k == 15 && (m.w.down || m.r.IntN(4) == 0):
		m.w.down = !m.w.down
		m.outages++
	}
	synctest.Wait()
}

func (m *model) release(n *modelNode) {
	if len(n.gates) == 0 {
		return
	}
	i := m.r.IntN(len(n.gates))
	g := n.gates[i]
	n.gates = append(n.gates[:i], n.gates[i+1:]...)
	close(g)
	synctest.Wait()
}

func (m *model) settle() {
	for _, n := range m.nodes {
		for len(n.gates) > 0 {
			m.release(n)
		}
	}
}

// run plays one schedule and then lets everything in flight land: afterwards every node serves what is true.
func (m *model) run(steps int) []string {
	for range steps {
		m.step()
	}
	m.settle()
	m.w.down = false
	for _, n := range m.nodes {
		for n.revisions.Poll(context.Background()) != nil { // reloading the platform fails at times
		}
		m.learned(n)
	}
	for url := range modelPages {
		for _, n := range m.nodes {
			m.early = false // the end is asked honestly
			m.serve(n, url)
			m.settle()
			hit, ok := n.cache.Peek(url)
			if !ok {
				m.bad = append(m.bad, url+" is not in memory at the end")
				continue
			}
			want, _ := m.read(n, url)
			want[kernel.Platform] = m.w.rev[kernel.Platform]
			if string(hit.Page.Body) != encodeShown(want) {
				m.bad = append(m.bad, fmt.Sprintf("%s stays at %q, the store has %q", url, hit.Page.Body, encodeShown(want)))
			}
		}
	}
	return m.bad
}

func schedules() int {
	if n, err := strconv.Atoi(os.Getenv("ZHANQUN_TEST_SCHEDULES")); err == nil {
		return n
	}
	return 3000
}

func TestNoScheduleLeavesAStalePage(t *testing.T) {
	start := time.Now()
	answers := map[State]int{}
	synctest.Test(t, func(t *testing.T) {
		for seed := range uint64(schedules()) {
			m := newModel(t, seed, false)
			if bad := m.run(60); len(bad) > 0 {
				t.Fatalf("schedule %d: %q", seed, bad)
			}
			for s, n := range m.answers {
				answers[s] += n
			}
		}
	})
	t.Logf("%d schedules in %v, answers %v", schedules(), time.Since(start).Round(time.Millisecond), answers)
	for _, s := range []State{Fresh, Filled, Stale} {
		if answers[s] == 0 {
			t.Errorf("no schedule answered %s: the model proves nothing about it", s)
		}
	}
}

// The model has teeth: content read before its stamps is found.
func TestTheModelFindsContentReadBeforeItsStamps(t *testing.T) {
	found := 0
	synctest.Test(t, func(t *testing.T) {
		for seed := range uint64(200) {
			if len(newModel(t, seed, true).run(60)) > 0 {
				found++
			}
		}
	})
	if found == 0 {
		t.Error("200 schedules with content read before the stamps, none found stale")
	}
	t.Logf("%d of 200 schedules found", found)
}
