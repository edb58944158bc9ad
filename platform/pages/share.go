package pages

import (
	"container/list"
	"sync"

	"github.com/zhanqun/zhanqun/kernel"
)

// shares keeps one site from filling the memory of all: what a site has above its share goes, oldest first.
type shares struct {
	limit int64
	mu    sync.Mutex
	sites map[kernel.SiteID]*share
	where map[*Entry]*list.Element
}

type share struct {
	bytes int64
	order list.List // of *Entry, oldest first
}

func newShares(limit int64) *shares {
	return &shares{limit: limit, sites: map[kernel.SiteID]*share{}, where: map[*Entry]*list.Element{}}
}

// add counts e and returns the entries of its site that are too many now; they count no longer.
func (s *shares) add(e *Entry) (over []*Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	site := s.sites[e.Key.Site]
	if site == nil {
		site = new(share)
		s.sites[e.Key.Site] = site
	}
	site.bytes += e.weight()
	s.where[e] = site.order.PushBack(e)
	for site.bytes > s.limit {
		old := site.order.Front().Value.(*Entry)
		if old == e {
			break // the caller refuses entries larger than a share
		}
		s.forget(old)
		over = append(over, old)
	}
	return over
}

// remove stops counting e.
func (s *shares) remove(e *Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(e)
}

func (s *shares) forget(e *Entry) {
	at, ok := s.where[e]
	if !ok {
		return
	}
	site := s.sites[e.Key.Site]
	site.bytes -= e.weight()
	site.order.Remove(at)
	delete(s.where, e)
	if site.order.Len() == 0 {
		delete(s.sites, e.Key.Site)
	}
}

// of is how many bytes a site has.
func (s *shares) of(site kernel.SiteID) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.sites[site]; h != nil {
		return h.bytes
	}
	return 0
}
