package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// errandOf is what a publisher is sent to do.
type errandOf struct {
	Store  string
	Ground ground
	N      int
}

// said is one line of a publisher: what has been acknowledged, and of which article or edition.
type said struct {
	What    string
	Article article.ID
	Edition int64
	Batch   string
}

func init() { children["publisher"] = publisher }

// publisher takes articles from draft to the public, and back, and imports, until it is killed; it says each thing once the
// store has acknowledged it.
func publisher() error {
	var e errandOf
	if err := json.NewDecoder(os.Stdin).Decode(&e); err != nil {
		return err
	}
	d, err := db.Open(context.Background(), e.Store)
	if err != nil {
		return err
	}
	w, err := newWorks(d, nil, e.Ground, e.N)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for i := 0; err == nil; i++ {
		if err = w.career(i%3 == 2, func(t said) error { return out.Encode(t) }); err == nil && i%4 == 1 {
			err = w.migration(func(t said) error { return out.Encode(t) })
		}
	}
	return err
}

// career is the life of one article, told step by step.
func (w *works) career(withdrawn bool, tell func(said) error) error {
	id, err := w.draft()
	if err == nil {
		err = tell(said{What: "draft", Article: id})
	}
	if err != nil {
		return err
	}
	e, err := w.Articles.Submit(w.by(w.Author), w.Site, id, 1)
	if err == nil {
		err = tell(said{What: "submitted", Article: id, Edition: int64(e)})
	}
	for step := 0; step < 3 && err == nil; step++ {
		if err = w.sign(e, step); err == nil {
			err = tell(said{What: fmt.Sprintf("signed %d", step+1), Article: id, Edition: int64(e)})
		}
	}
	if err == nil {
		err = w.Articles.Publish(w.by(w.Signers[2]), w.Site, id)
	}
	if err == nil {
		err = tell(said{What: "published", Article: id})
	}
	if err == nil && withdrawn {
		if err = w.Articles.Withdraw(w.by(w.Signers[2]), w.Site, id, "数据有误"); err == nil {
			err = tell(said{What: "withdrawn", Article: id})
		}
	}
	return err
}

func (w *works) migration(tell func(said) error) error {
	a, err := importDocumentsOf(w)
	if err == nil {
		err = a.do()
	}
	if err != nil {
		return err
	}
	return tell(said{What: "imported", Batch: fmt.Sprintf("batch-%d", w.n)})
}

// kept reports what is missing of something that was acknowledged. Later steps of the same article may have followed.
func (w *works) kept(t said) error {
	switch t.What {
	case "draft":
		_, err := w.Articles.Get(w.ctx, w.Site, t.Article)
		if fault.Is(err, fault.Gone) {
			err = nil
		}
		return err
	case "submitted", "signed 1", "signed 2", "signed 3":
		trail, err := w.Published.Trail(w.ctx, w.Site, publication.EditionID(t.Edition))
		if err != nil {
			return err
		}
		if have := fmt.Sprintf("signed %d", len(trail.Steps)); t.What != "submitted" && t.What > have {
			return fmt.Errorf("%s of edition %d, it is %s", t.What, t.Edition, have)
		}
		return nil
	case "published":
		_, err := w.Published.Live(w.ctx, w.object(t.Article))
		if fault.Is(err, fault.Gone) {
			err = nil
		}
		return err
	case "withdrawn":
		return w.gone(t.Article)
	case "imported":
		var n int64
		err := w.count(t.Batch, &n)
		return want("documents of "+t.Batch, n, 3, err)
	}
	return fmt.Errorf("no such thing as %q", t.What)
}

// killer starts publishers over one store and kills them, several at a time.
type killer struct {
	t     *testing.T
	store string
	w     *works // looks at what is there
	kills atomic.Int64

	mu   sync.Mutex
	acks []said // since the last look
	all  int
}

const publishers = 2

// life is one publisher's: it is killed a random moment after one of its first acknowledgements.
func (k *killer) life(r *rand.Rand, n int) error {
	errand, err := json.Marshal(errandOf{k.store, k.w.ground, n})
	if err != nil {
		return err
	}
	// Not a pipe of exec's, which would drop what is unread when the process ends.
	out, in, err := os.Pipe()
	if err != nil {
		return err
	}
	defer out.Close()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), child+"=publisher")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(errand), in, os.Stderr
	p, err := proof.Start(cmd)
	in.Close()
	if err != nil {
		return err
	}
	defer p.Kill()
	defer time.AfterFunc(5*time.Minute, func() { _ = p.Process.Kill() }).Stop() // it says nothing
	lines := bufio.NewReader(out)
	for left := r.IntN(9); ; left-- {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			break // it has been killed, perhaps within a line
		}
		var t said
		if err := json.Unmarshal(line, &t); err != nil {
			return fmt.Errorf("a publisher says %q: %w", line, err)
		}
		k.mu.Lock()
		k.acks, k.all = append(k.acks, t), k.all+1
		k.mu.Unlock()
		if left == 0 {
			k.kills.Add(1)
			time.AfterFunc(time.Duration(r.IntN(10_000))*time.Microsecond, func() { _ = p.Process.Kill() })
		}
	}
	<-p.Ended
	if p.ProcessState.Exited() {
		return fmt.Errorf("a publisher ended by itself: %v", p.Err)
	}
	return nil
}

// look checks all that was acknowledged since the last look, and with deep the store as a whole.
func (k *killer) look(deep bool) {
	k.t.Helper()
	if deep {
		if err := holds(k.w.ctx, k.w.DB, k.w.Audit); err != nil {
			k.t.Error(err)
		}
	}
	for _, a := range k.acks {
		if err := k.w.kept(a); err != nil {
			k.t.Errorf("lost: %s of article %d, edition %d, %s: %v", a.What, a.Article, a.Edition, a.Batch, err)
		}
	}
	k.acks = nil
}

// promises.md 2.1: a process that is killed at any moment loses nothing that it has acknowledged, and leaves nothing half,
// while another one goes on writing into the same store.
func TestKills(t *testing.T) {
	for _, c := range []struct {
		name  string
		kills int
		store func(t *testing.T) string
	}{
		{"sqlite", proof.Times(1_000, 20_000), func(t *testing.T) string { return filepath.Join(t.TempDir(), storeName) }},
		{"postgres", proof.Times(60, 1_000), func(t *testing.T) string { return dbtest.PostgresURL(t) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() {
				c.kills = 20
			}
			kill(t, c.store(t), c.kills)
		})
	}
}

func kill(t *testing.T, store string, kills int) {
	d, err := db.Open(context.Background(), store)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	w, err := settle(d)
	if err != nil {
		t.Fatal(err)
	}
	k := &killer{t: t, store: store, w: w}
	began, lives := time.Now(), 0
	for int(k.kills.Load()) < kills && !t.Failed() {
		var wg sync.WaitGroup
		for p := range publishers {
			r := rand.New(rand.NewPCG(uint64(p), uint64(lives)))
			wg.Go(func() {
				for i := range 10 {
					if err := k.life(r, 1000*(publishers*(lives+i)+p+1)); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		lives += 10
		k.look(lives%50 == 0)
	}
	k.look(true)
	if k.all < kills {
		t.Errorf("%d acknowledged in %d kills: it proves little", k.all, kills)
	}
	t.Logf("%d kills in %v, %d steps acknowledged, lost 0 unless told above", k.kills.Load(), time.Since(began).Round(time.Second), k.all)
}
