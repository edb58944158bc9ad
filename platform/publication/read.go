package publication

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// pageMost bounds a page of a list.
const pageMost = 1000

// Live returns what citizens see of the object. An object that was taken away answers Gone with the sentence for
// citizens; one that never was public, or another site's, NotFound. A text that is not the one that was
// approved is refused: the error is no fault, so the edge logs it and answers 500.
func (p *Publications) Live(ctx context.Context, obj Object) (*Live, error) {
	l, err := p.publicObject(ctx, obj)
	if err != nil {
		return nil, err
	}
	if l == nil {
		return nil, p.absent(ctx, obj)
	}
	return l, l.whole()
}

// whole refuses a text that is not the one that was approved.
func (l *Live) whole() error {
	if got := digestOf(l.Payload); got != l.Digest {
		return fmt.Errorf("publication: %s of site %d, edition %d: the text has digest %s, approved was %s", l.Object, l.Site, l.Edition, got, l.Digest)
	}
	return nil
}

// LiveMany returns what citizens see of the site's objects of a kind, in ascending order of id. Those that are not
// public are left out; those whose text is not the one that was approved stand in odd, by id.
func (p *Publications) LiveMany(ctx context.Context, site kernel.SiteID, kind Kind, ids []int64) (all []Live, odd map[int64]error, err error) {
	found, err := p.publicObjects(ctx, site, kind, ids)
	if err != nil {
		return nil, nil, err
	}
	odd = map[int64]error{}
	for i := range found {
		if err := found[i].whole(); err != nil {
			odd[found[i].ID] = err
			continue
		}
		all = append(all, found[i])
	}
	return all, odd, nil
}

// absent says why an object is not public.
func (p *Publications) absent(ctx context.Context, obj Object) error {
	end, err := p.lastEnd(ctx, obj)
	if err != nil {
		return err
	}
	if end != nil {
		return fault.New(fault.Gone, "%s", end.Notice)
	}
	return fault.New(fault.NotFound, "没有找到这条信息。")
}

// List returns a page of what is public on the site, newest ShownAt first, then the higher id. A page of size 0
// has 20 rows; 1000 are the most.
func (p *Publications) List(ctx context.Context, site kernel.SiteID, f Filter, pg kernel.Page) ([]Row, error) {
	if pg.Size <= 0 {
		pg.Size = 20
	}
	pg.Size = min(pg.Size, pageMost)
	return p.list(ctx, site, f, pg)
}

// Count returns how many rows all pages of List have.
func (p *Publications) Count(ctx context.Context, site kernel.SiteID, f Filter) (int64, error) {
	return p.count(ctx, site, f)
}

// Places returns what is public at each place of the site that has anything, in one query.
func (p *Publications) Places(ctx context.Context, site kernel.SiteID) (map[int64]PlaceStat, error) {
	return p.places(ctx, site)
}

// PlacesOf is Places of many sites at once, in one query; sites without anything public are absent.
func (p *Publications) PlacesOf(ctx context.Context, sites []kernel.SiteID) (map[kernel.SiteID]map[int64]PlaceStat, error) {
	return p.placesOf(ctx, sites)
}

// Around returns the rows before and after a public row in its place, in the order of List: newer is the one above it. Either may be nil.
func (p *Publications) Around(ctx context.Context, r Row) (newer, older *Row, err error) {
	if newer, err = p.beside(ctx, r, true); err != nil {
		return nil, nil, err
	}
	older, err = p.beside(ctx, r, false)
	return newer, older, err
}
