package column

import (
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
)

// d07, M1: what is told of many sites at once is what each site's own tree says, for a site that changed its columns and for one that did not.
func TestFreshIsWhatTheTreeSays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(h.city, 1)
		h.fill(h.county, 1)
		h.fill(h.county, 2)
		h.must(h.Merge(h.ctx, h.county.ID, 2, 1))
		told := map[kernel.SiteID]map[int64]Column{h.city.ID: {}, h.county.ID: {}}
		h.must(h.Fresh(h.ctx, []kernel.SiteID{h.city.ID, h.county.ID}, func(id kernel.SiteID, k *Column) { told[id][k.ID] = *k }))
		for id, got := range told {
			tree, err := h.Tree(h.ctx, id)
			h.must(err)
			n := 0
			for _, k := range tree.All() {
				if k.CycleDays <= 0 || k.State != Active {
					continue
				}
				n++
				g, ok := got[k.ID]
				if !ok || g.Name != k.Name || g.CycleDays != k.CycleDays || g.Home != k.Home || g.Count != k.Count || !g.LastAt.Equal(k.LastAt) {
					t.Errorf("column %d of site %d: told %+v, the tree says %+v", k.ID, id, g, k)
				}
			}
			if n == 0 || len(got) != n {
				t.Errorf("site %d: %d columns told, %d are there", id, len(got), n)
			}
		}
		if told[h.county.ID][1].Count != 2 {
			t.Errorf("a merged column's articles count in the one that shows them: %d", told[h.county.ID][1].Count)
		}
		for of, want := range map[kernel.SiteID]int{h.city.ID: 0, h.county.ID: 1} { // of no other site is anything read
			if read, err := h.changesOf(h.ctx, []kernel.SiteID{of}); err != nil || len(read) != want || len(read[of]) != want {
				t.Errorf("for site %d are read %v, %v", of, read, err)
			}
		}
		h.must(h.Fresh(h.ctx, nil, func(kernel.SiteID, *Column) { t.Error("no site has a column") }))
	})
}
