package disk

import (
	"context"
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"

	"modernc.org/libc"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// mounted are the disks by folder, handles the open files by number.
var (
	mounted sync.Map // string -> *Disk
	handles sync.Map // uint64 -> *handle
	numbers atomic.Uint64

	real    uintptr // SQLite's own file layer
	methods uintptr // of our files
)

// openFile is what SQLite keeps of an open file: the methods first.
type openFile struct {
	sqlite3.Tsqlite3_file
	number uint64
}

// at is the C value at p, which is outside Go's memory.
func at[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

// entry is a Go function as C keeps it.
func entry[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }

// call is a C function as Go calls it.
func call[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&p)) }

func disk(path string) (*Disk, string) {
	if d, ok := mounted.Load(filepath.Dir(path)); ok {
		return d.(*Disk), filepath.Base(path)
	}
	return nil, ""
}

func opened(p uintptr) *handle {
	h, _ := handles.Load(at[openFile](p).number)
	return h.(*handle)
}

var registered = sync.OnceValue(func() error {
	tls := libc.NewTLS() // kept: SQLite keeps what is made with it
	name, err := libc.CString("zhanqun-disk")
	if err != nil {
		return err
	}
	real = sqlite3.Xsqlite3_vfs_find(tls, 0)
	ours := libc.Xcalloc(tls, 1, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_vfs{})))
	methods = libc.Xcalloc(tls, 1, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_io_methods{})))
	if real == 0 || ours == 0 || methods == 0 {
		return fmt.Errorf("no file layer %d, or no memory %d %d", real, ours, methods)
	}
	*at[sqlite3.Tsqlite3_io_methods](methods) = fileMethods()
	v := at[sqlite3.Tsqlite3_vfs](ours)
	*v = *at[sqlite3.Tsqlite3_vfs](real)
	v.FzName, v.FpNext = name, 0
	v.FszOsFile = max(v.FszOsFile, int32(unsafe.Sizeof(openFile{})))
	v.FxOpen, v.FxDelete, v.FxAccess = entry(xOpen), entry(xDelete), entry(xAccess)
	if code := sqlite3.Xsqlite3_vfs_register(tls, ours, 1); code != sqlite3.SQLITE_OK {
		return fmt.Errorf("register: code %d", code)
	}
	sqlite.RegisterConnectionHook(weaken)
	return nil
})

func register(t testing.TB) {
	t.Helper()
	if err := registered(); err != nil {
		t.Fatalf("wrap SQLite's files: %v", err)
	}
}

// weaken follows Weaken.
func weaken(c sqlite.ExecQuerierContext, dsn string) error {
	path, _, _ := strings.Cut(strings.TrimPrefix(dsn, "file:"), "?")
	d, _ := disk(path)
	if d == nil {
		return nil
	}
	d.mu.Lock()
	weak := d.weak
	d.mu.Unlock()
	if !weak {
		return nil
	}
	_, err := c.ExecContext(context.Background(), "PRAGMA synchronous=NORMAL", []driver.NamedValue{})
	return err
}

type openFunc = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, outFlags uintptr) int32

func xOpen(tls *libc.TLS, _, name, file uintptr, flags int32, outFlags uintptr) int32 {
	var d *Disk
	var base string
	if name != 0 {
		d, base = disk(libc.GoString(name))
	}
	if d == nil {
		return call[openFunc](at[sqlite3.Tsqlite3_vfs](real).FxOpen)(tls, real, name, file, flags, outFlags)
	}
	*at[openFile](file) = openFile{} // no methods: nothing to close when it fails
	f, code := d.open(base, flags&sqlite3.SQLITE_OPEN_CREATE != 0, flags&sqlite3.SQLITE_OPEN_EXCLUSIVE != 0)
	if code != sqlite3.SQLITE_OK {
		return code
	}
	h := &handle{d: d, f: f, name: base, remove: flags&sqlite3.SQLITE_OPEN_DELETEONCLOSE != 0}
	n := numbers.Add(1)
	handles.Store(n, h)
	at[openFile](file).number, at[openFile](file).FpMethods = n, methods
	if outFlags != 0 {
		*at[int32](outFlags) = flags
	}
	return sqlite3.SQLITE_OK
}

func xDelete(tls *libc.TLS, _, name uintptr, syncDir int32) int32 {
	if d, base := disk(libc.GoString(name)); d != nil {
		return d.remove(base, syncDir != 0)
	}
	f := call[func(*libc.TLS, uintptr, uintptr, int32) int32](at[sqlite3.Tsqlite3_vfs](real).FxDelete)
	return f(tls, real, name, syncDir)
}

func xAccess(tls *libc.TLS, _, name uintptr, flags int32, out uintptr) int32 {
	d, base := disk(libc.GoString(name))
	if d == nil {
		f := call[func(*libc.TLS, uintptr, uintptr, int32, uintptr) int32](at[sqlite3.Tsqlite3_vfs](real).FxAccess)
		return f(tls, real, name, flags, out)
	}
	*at[int32](out) = libc.Bool32(d.exists(base))
	return sqlite3.SQLITE_OK
}

func fileMethods() sqlite3.Tsqlite3_io_methods {
	return sqlite3.Tsqlite3_io_methods{
		FiVersion: 2,
		FxClose:   entry(xClose), FxRead: entry(xRead), FxWrite: entry(xWrite), FxTruncate: entry(xTruncate), FxSync: entry(xSync),
		FxFileSize: entry(xFileSize), FxLock: entry(xLock), FxUnlock: entry(xUnlock), FxCheckReservedLock: entry(xCheckReservedLock),
		FxFileControl: entry(xFileControl), FxSectorSize: entry(xSectorSize), FxDeviceCharacteristics: entry(xDeviceCharacteristics),
		FxShmMap: entry(xShmMap), FxShmLock: entry(xShmLock), FxShmBarrier: entry(xShmBarrier), FxShmUnmap: entry(xShmUnmap),
	}
}

func xClose(tls *libc.TLS, p uintptr) int32 {
	h := opened(p)
	h.unmapShared(tls)
	h.unlock(sqlite3.SQLITE_LOCK_NONE)
	handles.Delete(at[openFile](p).number)
	if h.remove {
		return h.d.remove(h.name, false)
	}
	return sqlite3.SQLITE_OK
}

func xRead(_ *libc.TLS, p, b uintptr, n int32, off int64) int32 {
	h := opened(p)
	return h.d.read(h.f, unsafe.Slice(at[byte](b), n), off)
}

func xWrite(_ *libc.TLS, p, b uintptr, n int32, off int64) int32 {
	h := opened(p)
	return h.d.write(h.f, unsafe.Slice(at[byte](b), n), off)
}

func xTruncate(_ *libc.TLS, p uintptr, size int64) int32 {
	h := opened(p)
	return h.d.truncate(h.f, size)
}

func xSync(_ *libc.TLS, p uintptr, _ int32) int32 {
	h := opened(p)
	return h.d.sync(h.f)
}

func xFileSize(_ *libc.TLS, p, size uintptr) int32 {
	h := opened(p)
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	*at[int64](size) = int64(len(h.f.data))
	return sqlite3.SQLITE_OK
}

func xLock(_ *libc.TLS, p uintptr, level int32) int32   { return opened(p).lock(level) }
func xUnlock(_ *libc.TLS, p uintptr, level int32) int32 { return opened(p).unlock(level) }

func xCheckReservedLock(_ *libc.TLS, p, out uintptr) int32 {
	*at[int32](out) = libc.Bool32(opened(p).reserved())
	return sqlite3.SQLITE_OK
}

func xFileControl(*libc.TLS, uintptr, int32, uintptr) int32 { return sqlite3.SQLITE_NOTFOUND }

// xSectorSize and xDeviceCharacteristics say what SQLite's own layer says of a disk.
func xSectorSize(*libc.TLS, uintptr) int32 { return 4096 }

func xDeviceCharacteristics(*libc.TLS, uintptr) int32 {
	return sqlite3.SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

func xShmMap(tls *libc.TLS, p uintptr, region, size, extend int32, out uintptr) int32 {
	m, code := opened(p).mapShared(tls, region, size, extend != 0)
	*at[uintptr](out) = m
	return code
}

func xShmLock(_ *libc.TLS, p uintptr, first, n, flags int32) int32 {
	return opened(p).lockShared(first, n, flags)
}

// xShmBarrier orders what the connections see, which taking the lock does.
func xShmBarrier(_ *libc.TLS, p uintptr) {
	h := opened(p)
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
}

func xShmUnmap(tls *libc.TLS, p uintptr, _ int32) int32 {
	opened(p).unmapShared(tls)
	return sqlite3.SQLITE_OK
}
