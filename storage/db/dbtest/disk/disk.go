// Package disk is a disk for SQLite that a test may unplug, break and fill. It is for tests only.
//
// It stands under the same driver that the program is shipped with: SQLite's default file layer is wrapped once for the
// process, and what lies in the folder of a Disk is kept in memory, where every write is known to have been synced or
// not. All other paths go to the real file system, so the program under test opens its store as it always does.
//
// It keeps databases, journals and write-ahead logs. It does not keep what Go code writes by itself: those are real files.
package disk

import (
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	sqlite3 "modernc.org/sqlite/lib"
)

// Image is the content of a disk, by file name.
type Image map[string][]byte

// Disk is a folder whose database files are in memory. Its methods are safe for concurrent use.
type Disk struct {
	dir string

	mu     sync.Mutex
	files  map[string]*file
	serial int
	film   *Film
	weak   bool
	dead   bool
	fault  fault
	limit  int64 // bytes that fit, 0: no end
}

// fault is an error that has been asked for.
type fault struct {
	at    int // fails at this operation, 0: never
	lasts bool
	seen  int // operations so far
	hit   bool
}

// file is what an inode is: its content, and who has locked it.
type file struct {
	id   int
	data []byte
	lock locks
	shm  *shared
}

// New makes an empty disk at a folder that is removed with the test.
func New(t testing.TB) *Disk {
	t.Helper()
	register(t)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	d := &Disk{dir: dir, files: map[string]*file{}}
	mounted.Store(dir, d)
	t.Cleanup(func() { mounted.Delete(dir) })
	return d
}

// Path is where the file of this name would be opened.
func (d *Disk) Path(name string) string { return filepath.Join(d.dir, name) }

// Image returns a copy of the content.
func (d *Disk) Image() Image {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.image()
}

func (d *Disk) image() Image {
	im := Image{}
	for name, f := range d.files {
		im[name] = slices.Clone(f.data)
	}
	return im
}

// Load puts the content in place of what was there, on a disk that works again. Nothing may be open on it.
func (d *Disk) Load(im Image) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.files, d.dead, d.fault, d.limit = map[string]*file{}, false, fault{}, 0
	for name, b := range im {
		d.serial++
		d.files[name] = &file{id: d.serial, data: slices.Clone(b)}
	}
}

// Unplug lets everything fail from now on, as if the process had ended; Load brings the disk back.
func (d *Disk) Unplug() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = true
}

// FailAt lets the k-th operation from now fail, counting from 1: a read, write, truncation, sync, opening or deletion.
// With lasts, all after it fail as well, until Heal.
func (d *Disk) FailAt(k int, lasts bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault = fault{at: k, lasts: lasts}
}

// Heal ends what FailAt began and reports whether an operation has failed.
func (d *Disk) Heal() (failed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	failed = d.fault.hit
	d.fault = fault{}
	return failed
}

// Limit lets the disk be full at so many bytes; 0 lifts it.
func (d *Disk) Limit(bytes int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.limit = bytes
}

// Size is how many bytes are on the disk.
func (d *Disk) Size() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.size()
}

func (d *Disk) size() (n int64) {
	for f := range maps.Values(d.files) {
		n += int64(len(f.data))
	}
	return n
}

// Weaken lets connections that are opened from now on run with synchronous=NORMAL: what the program must not do, and
// a proof of durability must notice.
func (d *Disk) Weaken() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.weak = true
}

// step counts one operation and reports whether it fails.
func (d *Disk) step() bool {
	if d.dead {
		return true
	}
	f := &d.fault
	if f.at == 0 {
		return false
	}
	f.seen++
	if f.seen == f.at || f.lasts && f.seen > f.at {
		f.hit = true
		return true
	}
	return false
}

func (d *Disk) open(name string, create, exclusive bool) (*file, int32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.step() {
		return nil, sqlite3.SQLITE_CANTOPEN
	}
	f := d.files[name]
	switch {
	case f == nil && !create, f != nil && exclusive:
		return nil, sqlite3.SQLITE_CANTOPEN
	case f == nil:
		d.serial++
		f = &file{id: d.serial}
		d.files[name] = f
		d.film.note(op{kind: opCreate, file: f.id, name: name})
	}
	return f, sqlite3.SQLITE_OK
}

func (d *Disk) remove(name string, synced bool) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.step() {
		return sqlite3.SQLITE_IOERR_DELETE
	}
	if d.files[name] == nil {
		return sqlite3.SQLITE_IOERR_DELETE_NOENT
	}
	delete(d.files, name)
	d.film.note(op{kind: opDelete, name: name, synced: synced})
	return sqlite3.SQLITE_OK
}

func (d *Disk) exists(name string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.files[name]
	return f != nil && len(f.data) > 0
}

func (d *Disk) read(f *file, b []byte, off int64) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.step() {
		return sqlite3.SQLITE_IOERR_READ
	}
	n := 0
	if off < int64(len(f.data)) {
		n = copy(b, f.data[off:])
	}
	if n < len(b) {
		clear(b[n:])
		return sqlite3.SQLITE_IOERR_SHORT_READ
	}
	return sqlite3.SQLITE_OK
}

// write keeps the first half of a write that fails, as a disk may.
func (d *Disk) write(f *file, b []byte, off int64) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	code := int32(sqlite3.SQLITE_OK)
	if end := off + int64(len(b)); d.limit > 0 && d.size()+end-int64(len(f.data)) > d.limit && end > int64(len(f.data)) {
		return sqlite3.SQLITE_FULL
	}
	if d.step() {
		if code = sqlite3.SQLITE_IOERR_WRITE; d.dead {
			return code
		}
		b = b[:len(b)/2]
	}
	o := op{kind: opWrite, file: f.id, off: off, data: slices.Clone(b)}
	f.data = o.apply(f.data)
	d.film.note(o)
	return code
}

func (d *Disk) truncate(f *file, size int64) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.step() {
		return sqlite3.SQLITE_IOERR_TRUNCATE
	}
	o := op{kind: opTruncate, file: f.id, off: size}
	f.data = o.apply(f.data)
	d.film.note(o)
	return sqlite3.SQLITE_OK
}

func (d *Disk) sync(f *file) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.step() {
		return sqlite3.SQLITE_IOERR_FSYNC
	}
	d.film.note(op{kind: opSync, file: f.id})
	return sqlite3.SQLITE_OK
}
