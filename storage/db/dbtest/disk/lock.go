package disk

import (
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// locks is who holds a database file, as SQLite's five levels have it.
type locks struct {
	shared   int
	reserved *handle
	pending  *handle
	only     *handle
}

// handle is a file that is open.
type handle struct {
	d            *Disk
	f            *file
	name         string
	level        int32
	mapped       bool
	shares, owns uint8 // slots of the shared memory that this handle has locked
	remove       bool
}

func (h *handle) lock(level int32) int32 {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	l := &h.f.lock
	other := func(x *handle) bool { return x != nil && x != h }
	switch {
	case level <= h.level:
		return sqlite3.SQLITE_OK
	case level == sqlite3.SQLITE_LOCK_SHARED:
		if other(l.pending) || other(l.only) {
			return sqlite3.SQLITE_BUSY
		}
		l.shared++
	case level == sqlite3.SQLITE_LOCK_RESERVED:
		if other(l.reserved) {
			return sqlite3.SQLITE_BUSY
		}
		l.reserved = h
	default: // exclusive
		if other(l.pending) || other(l.reserved) {
			return sqlite3.SQLITE_BUSY
		}
		l.pending = h
		if l.shared > 1 {
			h.level = sqlite3.SQLITE_LOCK_PENDING
			return sqlite3.SQLITE_BUSY
		}
		l.only = h
	}
	h.level = level
	return sqlite3.SQLITE_OK
}

func (h *handle) unlock(level int32) int32 {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	l := &h.f.lock
	if level < sqlite3.SQLITE_LOCK_RESERVED {
		for _, p := range []**handle{&l.reserved, &l.pending, &l.only} {
			if *p == h {
				*p = nil
			}
		}
	}
	if level == sqlite3.SQLITE_LOCK_NONE && h.level >= sqlite3.SQLITE_LOCK_SHARED {
		l.shared--
	}
	h.level = min(h.level, level)
	return sqlite3.SQLITE_OK
}

func (h *handle) reserved() bool {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	return h.f.lock.reserved != nil
}

// shared is the memory over which connections share the index of a write-ahead log, and its locks. It ends with the
// last connection, as the file that it stands for is emptied by the first one after a start.
type shared struct {
	users   int
	regions []uintptr
	shares  [slots]int
	owner   [slots]*handle
}

const slots = sqlite3.SQLITE_SHM_NLOCK

func (h *handle) mapShared(tls *libc.TLS, region, size int32, extend bool) (uintptr, int32) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.f.shm == nil {
		h.f.shm = &shared{}
	}
	s := h.f.shm
	if !h.mapped {
		h.mapped = true
		s.users++
	}
	for int32(len(s.regions)) <= region {
		if !extend {
			return 0, sqlite3.SQLITE_OK
		}
		p := libc.Xcalloc(tls, 1, libc.Tsize_t(size))
		if p == 0 {
			return 0, sqlite3.SQLITE_NOMEM
		}
		s.regions = append(s.regions, p)
	}
	return s.regions[region], sqlite3.SQLITE_OK
}

func (h *handle) unmapShared(tls *libc.TLS) {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	s := h.f.shm
	if s == nil || !h.mapped {
		return
	}
	h.mapped = false
	h.release(s, 0, slots)
	if s.users--; s.users == 0 {
		for _, p := range s.regions {
			libc.Xfree(tls, p)
		}
		h.f.shm = nil
	}
}

func (h *handle) lockShared(first, n int32, flags int32) int32 {
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	s := h.f.shm
	if flags&sqlite3.SQLITE_SHM_UNLOCK != 0 {
		h.release(s, first, n)
		return sqlite3.SQLITE_OK
	}
	exclusive := flags&sqlite3.SQLITE_SHM_EXCLUSIVE != 0
	for i := first; i < first+n; i++ {
		mine := 0
		if h.shares&(1<<i) != 0 {
			mine = 1
		}
		if s.owner[i] != nil && s.owner[i] != h || exclusive && s.shares[i] > mine {
			return sqlite3.SQLITE_BUSY
		}
	}
	for i := first; i < first+n; i++ {
		switch {
		case exclusive:
			s.owner[i], h.owns = h, h.owns|1<<i
		case h.shares&(1<<i) == 0:
			s.shares[i]++
			h.shares |= 1 << i
		}
	}
	return sqlite3.SQLITE_OK
}

func (h *handle) release(s *shared, first, n int32) {
	for i := first; i < first+n; i++ {
		if h.owns&(1<<i) != 0 {
			s.owner[i], h.owns = nil, h.owns&^(1<<i)
		}
		if h.shares&(1<<i) != 0 {
			s.shares[i]--
			h.shares &^= 1 << i
		}
	}
}
