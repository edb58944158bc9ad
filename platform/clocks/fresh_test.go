package clocks

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
)

// counted answers what the test has laid down, and keeps which sites were asked for.
type counted struct {
	*house
	revs  map[kernel.SiteID]int64
	asked []kernel.SiteID
}

// All answers Revisions.
func (c *counted) All(context.Context) (map[kernel.SiteID]int64, error) {
	return maps.Clone(c.revs), nil
}

// Fresh answers Freshness.
func (c *counted) Fresh(ctx context.Context, sites []kernel.SiteID, f func(kernel.SiteID, Age)) error {
	c.asked = append(c.asked, sites...)
	return c.house.Fresh(ctx, sites, f)
}

// M1: a board reads only the sites that have changed since it last did, in what they show or in their own row, nothing because the platform has
// changed elsewhere, and everything anew in a transaction, where what it sees may never be; another node, which has read nothing, sees the same.
func TestTheBoardReadsWhatHasChanged(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		c := &counted{house: h, revs: map[kernel.SiteID]int64{}}
		h.Clocks.Revisions, h.Clocks.Fresh = c, c
		both := slices.Sorted(slices.Values([]kernel.SiteID{h.city, h.county}))
		late := func(id kernel.SiteID, days int) {
			h.ages[id] = []Age{{Column: 1, Name: "要闻", Last: h.now.AddDate(0, 0, -days), Cycle: 14}}
		}
		over := func(ctx context.Context) map[kernel.SiteID]int {
			t.Helper()
			c.asked = nil
			b, err := h.Board(ctx, Scope{}, Filter{})
			h.must(err)
			all := map[kernel.SiteID]int{}
			for _, l := range b.Lines {
				all[l.ID] = l.Over
			}
			fresh := New(h.Room)
			fresh.Room.Revisions, fresh.Room.Fresh = nil, h
			if n, err := fresh.Board(ctx, Scope{}, Filter{}); err != nil || !slices.Equal(n.Lines, b.Lines) {
				t.Errorf("read anew the board is %+v, not %+v; %v", n, b, err)
			}
			return all
		}
		wants := func(got map[kernel.SiteID]int, city, county int, asked ...kernel.SiteID) {
			t.Helper()
			if got[h.city] != city || got[h.county] != county || !slices.Equal(c.asked, asked) {
				t.Errorf("the board has %v, want %d and %d; it read %v, want %v", got, city, county, c.asked, asked)
			}
		}
		late(h.city, 1)
		late(h.county, 20)
		wants(over(h.ctx), 0, 1, both...)
		wants(over(h.ctx), 0, 1)
		late(h.city, 30)
		c.revs[h.city]++
		wants(over(h.ctx), 1, 1, h.city)
		c.revs[kernel.Platform]++
		wants(over(h.ctx), 1, 1)
		h.must(h.Sites.SetTokens(h.ctx, h.county, map[string]string{"brand": "松绿"}))
		wants(over(h.ctx), 1, 1, h.county)
		h.now = h.now.AddDate(0, 0, -10) // what was read holds for any moment
		wants(over(h.ctx), 1, 0)
		h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error {
			wants(over(ctx), 1, 0, both...)
			return nil
		}))
		c.seen.put(h.city, &fresh{at: stamp{0, 0}}) // by a slow reader
		wants(over(h.ctx), 1, 0)
	})
}
