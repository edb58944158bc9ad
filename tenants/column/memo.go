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

// version returns the revisions that the page being rendered is stamped with; for a screen of the desk, those of now. In a transaction
// nothing is kept.
func (c *Columns) version(ctx context.Context, id kernel.SiteID) (at stamp, known bool, err error) {
	if db.InTransaction(ctx) || c.revisions == nil {
		return at, false, nil
	}
	var ok, too bool
	at.site, ok = pages.Revision(ctx, id)
	at.platform, too = pages.Revision(ctx, kernel.Platform)
	if !ok && !too {
		at.site, at.platform, err = c.revisions.Now(ctx, id)
		return at, err == nil, err
	}
	return at, ok && too, nil
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
