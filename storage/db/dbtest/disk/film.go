package disk

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// sector is the least that a disk writes whole. SQLite asks for less care than this gives: it takes 4,096 for granted.
const sector = 512

// Film is all that a disk was told since Record, in order: enough to make what any power cut would have left.
type Film struct {
	first  Image
	serial map[string]int // of the files in first
	ops    []op
}

type opKind int

const (
	opCreate opKind = iota
	opDelete
	opWrite
	opTruncate
	opSync
)

type op struct {
	kind   opKind
	file   int
	name   string
	off    int64 // of a write, or the size of a truncation
	data   []byte
	synced bool // a deletion that waits for the folder
}

// apply makes of b what a write or truncation makes of it.
func (o op) apply(b []byte) []byte {
	if o.kind == opTruncate {
		if int64(len(b)) > o.off {
			return b[:o.off]
		}
		return append(b, make([]byte, o.off-int64(len(b)))...)
	}
	if more := o.off + int64(len(o.data)) - int64(len(b)); more > 0 {
		b = append(b, make([]byte, more)...)
	}
	copy(b[o.off:], o.data)
	return b
}

// note adds an operation; a disk that is not filmed has none.
func (f *Film) note(o op) {
	if f != nil {
		f.ops = append(f.ops, o)
	}
}

// Record begins a film. What the disk holds now counts as synced.
func (d *Disk) Record() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.film = &Film{first: d.image(), serial: map[string]int{}}
	for name, f := range d.files {
		d.film.serial[name] = f.id
	}
}

// Frames is how many operations have been filmed so far.
func (d *Disk) Frames() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.film.ops)
}

// Film ends the film.
func (d *Disk) Film() *Film {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.film
	d.film = nil
	return f
}

// Frames is how many operations the film has.
func (f *Film) Frames() int { return len(f.ops) }

// Cuts calls each with what is left after a power cut at each of the ascending frames: operations after it never
// happened, and of those before it, what was not synced was lost, torn or kept as r has it.
func (f *Film) Cuts(r *rand.Rand, frames []int, each func(frame int, left Image)) {
	s := newStage(f)
	at := 0
	for _, frame := range frames {
		for ; at < frame; at++ {
			s.play(f.ops[at])
		}
		each(frame, s.cut(r))
	}
}

// Syncs are the frames behind which something has become safe.
func (f *Film) Syncs() (frames []int) {
	for i, o := range f.ops {
		if o.kind == opSync {
			frames = append(frames, i+1)
		}
	}
	return frames
}

// Perfect is what a disk that forgets nothing holds at the frame.
func (f *Film) Perfect(frame int) Image {
	s := newStage(f)
	for _, o := range f.ops[:frame] {
		s.play(o)
		if o.kind == opWrite || o.kind == opTruncate {
			s.play(op{kind: opSync, file: o.file})
		}
	}
	s.keep(len(s.changes))
	left := Image{}
	for name, id := range s.names {
		left[name] = s.files[id].safe
	}
	return left
}

// stage is the disk behind the program's back: what is safe, and what is not yet.
type stage struct {
	files   map[int]*twofold
	names   map[string]int // safe
	changes []op           // creations and deletions that are not safe, in order
}

type twofold struct {
	safe    []byte
	pending []op
}

func newStage(f *Film) *stage {
	s := &stage{files: map[int]*twofold{}, names: maps.Clone(f.serial)}
	for name, id := range f.serial {
		s.files[id] = &twofold{safe: slices.Clone(f.first[name])}
	}
	return s
}

func (s *stage) play(o op) {
	switch o.kind {
	case opCreate:
		s.files[o.file] = &twofold{}
		s.changes = append(s.changes, o)
	case opDelete:
		if s.changes = append(s.changes, o); o.synced {
			s.keep(len(s.changes))
		}
	case opSync:
		f := s.files[o.file]
		for _, p := range f.pending {
			f.safe = p.apply(f.safe)
		}
		f.pending = nil
		// A file that is synced keeps its name, and a folder's changes go to the disk in their order.
		s.keep(1 + slices.IndexFunc(s.changes, func(c op) bool { return c.kind == opCreate && c.file == o.file }))
	default:
		f := s.files[o.file]
		f.pending = append(f.pending, o)
	}
}

// keep makes the first n changes of the folder safe.
func (s *stage) keep(n int) {
	rename(s.names, s.changes[:n])
	s.changes = slices.Clone(s.changes[n:])
}

func rename(names map[string]int, changes []op) {
	for _, c := range changes {
		if c.kind == opCreate {
			names[c.name] = c.file
		} else {
			delete(names, c.name)
		}
	}
}

// The ways in which a disk forgets.
const (
	forgetAll     = iota // nothing that was not synced is left
	forgetSectors        // each sector by itself
	forgetTail           // what came last, and the last write torn
	forgets
)

func (s *stage) cut(r *rand.Rand) Image {
	way := r.IntN(forgets)
	names := maps.Clone(s.names)
	if way != forgetAll {
		rename(names, s.changes[:r.IntN(len(s.changes)+1)])
	}
	left := Image{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		f := s.files[names[name]]
		left[name] = f.cut(r, way)
	}
	return left
}

func (f *twofold) cut(r *rand.Rand, way int) []byte {
	b := slices.Clone(f.safe)
	last := len(f.pending)
	if way == forgetTail {
		last = r.IntN(len(f.pending) + 1)
	}
	for i, o := range f.pending {
		switch {
		case way == forgetAll, i > last:
			return b
		case way == forgetTail && i < last:
			b = o.apply(b)
		case o.kind == opTruncate:
			if r.IntN(2) == 0 {
				b = o.apply(b)
			}
		default:
			for n := 0; n < len(o.data); n += sector {
				if r.IntN(2) == 0 {
					b = op{kind: opWrite, off: o.off + int64(n), data: o.data[n:min(n+sector, len(o.data))]}.apply(b)
				}
			}
		}
	}
	return b
}
