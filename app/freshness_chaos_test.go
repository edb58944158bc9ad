package app

import (
	"math/rand/v2"
	"sync"
	"syscall"
	"time"
)

// reach says since when nothing has kept a node from running and from the database.
type reach struct {
	mu    sync.Mutex
	held  int // what holds it now
	since time.Time
}

func (r *reach) hold() { r.mu.Lock(); defer r.mu.Unlock(); r.held++ }

func (r *reach) release() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held--
	r.since = time.Now()
}

// from is the moment since when node has been able to know; ok is false while it is not.
func (r *reach) from() (since time.Time, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.since, r.held == 0
}

// disturb makes trouble of every kind, one after the other, in random order.
func (f *freshness) disturb() {
	seed := uint64(time.Now().UnixNano())
	f.t.Logf("chaos of seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 71))
	kinds := map[string]func(*rand.Rand){
		"pause": f.pause, "pause two": func(r *rand.Rand) { f.pause(r); f.pause(r) }, "deaf": f.deafen, "hang": f.hang,
		"restart": func(r *rand.Rand) { f.restart(r, "fast") }, "crash": func(r *rand.Rand) { f.restart(r, "immediate") },
	}
	names := []string{"pause", "pause two", "deaf", "hang", "restart", "crash"}
	for !f.done() {
		r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		for _, what := range names {
			time.Sleep(time.Duration(300+r.IntN(1200)) * time.Millisecond) // of calm
			kinds[what](r)
			f.happened(what, 1)
		}
	}
}

// pause freezes one node for up to two and a half seconds.
func (f *freshness) pause(r *rand.Rand) {
	i := r.IntN(len(f.nodes))
	f.nodes[i].hold()
	_ = f.c.nodes[i].Process.Signal(syscall.SIGSTOP) // a node that has ended fails the test elsewhere
	time.Sleep(time.Duration(100+r.IntN(2400)) * time.Millisecond)
	_ = f.c.nodes[i].Process.Signal(syscall.SIGCONT)
	f.nodes[i].release()
}

// deafen cuts the connections the hints come by; polling alone must do, for five seconds and more.
func (f *freshness) deafen(*rand.Rand) {
	var n int
	err := f.c.DB.Conn(f.c.ctx).NewRaw(`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'zhanqun hints'`).Scan(f.c.ctx, &n)
	if err != nil {
		f.t.Logf("deafen: %v", err) // the pool still holds connections of before a restart
	}
}

// away has the database away for all nodes while g runs.
func (f *freshness) away(g func()) {
	for _, n := range f.nodes {
		n.hold()
	}
	g()
	for _, n := range f.nodes {
		n.release()
	}
}

func (f *freshness) hang(r *rand.Rand) {
	f.away(func() {
		f.server.Freeze()
		time.Sleep(time.Duration(100+r.IntN(4000)) * time.Millisecond)
		f.server.Thaw()
	})
}

func (f *freshness) restart(r *rand.Rand, mode string) {
	f.away(func() {
		f.server.Stop(mode)
		time.Sleep(time.Duration(r.IntN(3000)) * time.Millisecond)
		f.server.Start()
	})
}

// frozen is how long this process may not get the processor before the machine, not the program, is to blame.
const frozen = 100 * time.Millisecond

// pulse excuses all nodes when the machine itself stands still.
func (f *freshness) pulse() {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for last := time.Now(); ; {
		select {
		case <-f.stop:
			return
		case <-tick.C:
		}
		now := time.Now()
		if now.Sub(last) > frozen {
			f.away(func() {})
			f.happened("machine frozen", 1)
		}
		last = now
	}
}
