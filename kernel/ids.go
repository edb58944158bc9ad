package kernel

import (
	"math/rand/v2"
	"sync"
)

// IDs gives new ids: positive, never twice from one source, growing. Two processes may collide with
// negligible chance; stores insert again on a conflict.
type IDs interface{ Next() int64 }

// idEpoch is 2015-06-02T00:00:00+08:00 in milliseconds, the day of 安政办发〔2015〕71号; 41 bits last until 2085.
const idEpoch = 1433174400000

const idTail = 22 // bits below the milliseconds

type ids struct {
	mu   sync.Mutex
	now  Clock
	tail func() int64
	last int64
}

// NewIDs returns a source of 41 bits of milliseconds by now and 22 random bits, monotonic within the process.
func NewIDs(now Clock) IDs {
	return &ids{now: now, tail: func() int64 { return rand.Int64N(1 << idTail) }}
}

// NewSeededIDs returns a source whose ids repeat for equal seeds and clocks: for tests, the demo and proofs.
func NewSeededIDs(now Clock, seed uint64) IDs {
	r := rand.New(rand.NewPCG(seed, seed))
	return &ids{now: now, tail: func() int64 { return r.Int64N(1 << idTail) }}
}

func (s *ids) Next() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	ms := max(s.now().UnixMilli()-idEpoch, 1)
	id := ms<<idTail | s.tail()
	if id <= s.last {
		id = s.last + 1
	}
	s.last = id
	return id
}
