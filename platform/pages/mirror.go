package pages

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
)

// pendingAtMost bounds what waits to be written; a page beyond it is not mirrored until it is rendered again.
const pendingAtMost = 4096

// mirror is the folder of last good pages. Writing is behind: a page never waits for the disk.
type mirror struct {
	root  *os.Root
	now   kernel.Clock
	limit int64
	wake  chan struct{}

	mu      sync.Mutex
	pending map[string]*Entry // by address; nil removes
	index   map[string]record // by file name: what this node has served, and what of it is on disk
	bytes   int64
	dropped int64
	torn    int64

	writing sync.Mutex // one writer at a time; held without mu
}

// record is a page on disk; size 0 means served but not on disk.
type record struct {
	saved time.Time
	size  int64
}

func openMirror(cfg Config, now kernel.Clock) (*mirror, error) {
	if err := os.MkdirAll(cfg.Dir, 0o750); err != nil {
		return nil, fmt.Errorf("make mirror folder: %w", err)
	}
	root, err := os.OpenRoot(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("open mirror folder: %w", err)
	}
	m := &mirror{root: root, now: now, limit: cfg.DirBytes, wake: make(chan struct{}, 1),
		pending: map[string]*Entry{}, index: map[string]record{}}
	if m.limit <= 0 {
		m.limit = 4 << 30
	}
	if err := m.scan(); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return m, nil
}

// scan takes stock of the folder and removes what is too old or was never finished.
func (m *mirror) scan() error {
	return fs.WalkDir(m.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !mirrored(strings.TrimSuffix(name, ".new")) {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, ".new") || m.now().Sub(info.ModTime()) > mirrorFor {
			return m.root.Remove(name)
		}
		m.index[name] = record{info.ModTime(), info.Size()}
		m.bytes += info.Size()
		return nil
	})
}

// mirrored reports whether a file of the folder is a page.
func mirrored(name string) bool { return len(name) == 65 && name[2] == '/' }

// put has e written soon; the newest of an address wins.
func (m *mirror) put(e *Entry) { m.queue(e.Key.URL, e) }

// drop has the page removed soon; until then it is not read.
func (m *mirror) drop(url string) {
	m.mu.Lock()
	_, on := m.index[fileName(url)]
	_, waits := m.pending[url]
	m.mu.Unlock()
	if on || waits {
		m.queue(url, nil)
	}
}

func (m *mirror) queue(url string, e *Entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, waits := m.pending[url]; !waits && e != nil && len(m.pending) >= pendingAtMost {
		m.dropped++
		if _, on := m.index[fileName(url)]; !on {
			m.index[fileName(url)] = record{saved: m.now()}
		}
		return
	}
	m.pending[url] = e
	signal(m.wake)
}

// flush writes everything that waits and returns the first error; the rest is tried all the same.
func (m *mirror) flush() (first error) {
	m.writing.Lock()
	defer m.writing.Unlock()
	for {
		url, e, ok := m.next()
		if !ok {
			return first
		}
		err := m.write(url, e)
		m.mu.Lock()
		if now, waits := m.pending[url]; waits && now == e { // else a newer one came meanwhile
			delete(m.pending, url)
		}
		if err != nil {
			m.dropped++
		}
		m.mu.Unlock()
		if first == nil {
			first = err
		}
	}
}

func (m *mirror) next() (string, *Entry, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for url, e := range m.pending {
		return url, e, true
	}
	return "", nil, false
}

func (m *mirror) write(url string, e *Entry) error {
	name := fileName(url)
	if e == nil {
		err := m.root.Remove(name)
		m.account(name, nil)
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return err
	}
	saved := m.now()
	b, err := encode(e, saved)
	if err != nil {
		return err
	}
	m.mu.Lock()
	full := m.bytes+int64(len(b))-m.index[name].size > m.limit
	m.mu.Unlock()
	if full {
		return fmt.Errorf("mirror: %d bytes are the limit", m.limit)
	}
	if err := replace(m.root, name, b, false); err != nil {
		return err
	}
	if err := m.root.Chtimes(name, saved, saved); err != nil { // scan reads the age without opening the file
		return err
	}
	m.account(name, &record{saved, int64(len(b))})
	return nil
}

func (m *mirror) account(name string, now *record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.bytes -= m.index[name].size
	if now == nil {
		delete(m.index, name)
		return
	}
	m.bytes += now.size
	m.index[name] = *now
}

// read returns the mirrored page of key, or nil when there is none that may be served. A torn file is removed.
func (m *mirror) read(key Key, r *Revisions) *Entry {
	m.mu.Lock()
	e, waits := m.pending[key.URL]
	m.mu.Unlock()
	if waits {
		return e
	}
	name := fileName(key.URL)
	e, h, err := m.load(name, r)
	if err != nil || h.URL != key.URL || e.Key.Site != key.Site || m.now().Sub(h.Saved) > mirrorFor {
		return nil
	}
	return e
}

func (m *mirror) load(name string, r *Revisions) (*Entry, header, error) {
	b, err := m.root.ReadFile(name)
	if err != nil {
		return nil, header{}, err
	}
	e, h, err := decode(b, r)
	if err != nil {
		m.account(name, nil)
		m.mu.Lock()
		m.torn++
		m.mu.Unlock()
		_ = m.root.Remove(name) // it is never served; the next render writes it again
	}
	return e, h, err
}

// names lists the mirrored files in a stable order.
func (m *mirror) names() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	names := make([]string, 0, len(m.index))
	for name, have := range m.index {
		if have.size > 0 {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

// sweep removes what is too old to be served, and forgets what was not mirrored that long.
func (m *mirror) sweep() {
	m.mu.Lock()
	var old []string
	for name, have := range m.index {
		if m.now().Sub(have.saved) > mirrorFor {
			old = append(old, name)
		}
	}
	m.mu.Unlock()
	for _, name := range old {
		_ = m.root.Remove(name) // if it stays, reading checks its age
		m.account(name, nil)
	}
}

// run writes what waits until ctx ends, then writes the rest.
func (m *mirror) run(ctx context.Context) error {
	var err error
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-m.wake:
			err = m.flush()
		}
	}
	return errors.Join(err, m.flush())
}

// keptName is where Keep puts a snapshot.
func keptName(name string) string { return path.Join("kept", name) }
