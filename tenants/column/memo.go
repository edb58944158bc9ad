package column

import (
	"context"
	"sync"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/storage/db"
)

// memoSites bounds how many trees are kept: one takes about 20 kB.
const memoSites = 1024

// stamp is what a tree was read under: the site's revision, and the platform's, which moves with templates and names.
type stamp struct{ site, platform int64 }

// version returns the revisions that the page being rendered is stamped with. Outside a render nothing is kept.
func version(ctx context.Context, id kernel.SiteID) (stamp, bool) {
	s, ok := pages.Revision(ctx, id)
	p, too := pages.Revision(ctx, kernel.Platform)
	return stamp{s, p}, ok && too && !db.InTransaction(ctx)
}

// memo keeps the newest tree of each site. What was read after asking for a revision is at least as new as it,
// so a page may be newer than its stamp says, never older.
type memo struct {
	mu    sync.Mutex
	trees map[kernel.SiteID]kept
}

type kept struct {
	at   stamp
	tree *Tree
}

func (m *memo) get(id kernel.SiteID, at stamp) *Tree {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k, ok := m.trees[id]; ok && k.at == at {
		return k.tree
	}
	return nil
}

func (m *memo) put(id kernel.SiteID, at stamp, t *Tree) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.trees == nil {
		m.trees = map[kernel.SiteID]kept{}
	}
	if have, ok := m.trees[id]; ok && (have.at.site > at.site || have.at.platform > at.platform) {
		return // a slower render must not push a newer tree out
	}
	if len(m.trees) >= memoSites {
		for old := range m.trees { // any one
			delete(m.trees, old)
			break
		}
	}
	m.trees[id] = kept{at, t}
}
