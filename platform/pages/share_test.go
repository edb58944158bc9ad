package pages

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// Promises 2.7: memory is bounded, and one site cannot take it all.
func TestBounds(t *testing.T) {
	d := dbtest.SQLite(t, Migrations())
	r := polled(t, d)
	const all, share = 1 << 20, 1 << 18
	c := newCache(t, r, Config{Bytes: all, SiteBytes: share})
	body := make([]byte, 4000)
	random := rand.NewChaCha8([32]byte{1})
	fill := func(site kernel.SiteID, n int) {
		for i := range n {
			random.Read(body)
			key := Key{site, fmt.Sprintf("s%d.gov.cn/a/%d", site, i)}
			get(t, c, key, page(string(body)))
		}
	}
	fill(1, 20)
	fill(2, 1000)
	if got := c.shares.of(2); got > share || got < share/2 {
		t.Errorf("a site that wants everything has %d bytes of its share of %d", got, share)
	}
	if _, ok := c.Peek("s1.gov.cn/a/0"); !ok {
		t.Error("a page of the quiet site was pushed out by the loud one")
	}
	for s := range kernel.SiteID(20) {
		fill(10+s, 60)
	}
	c.memory.CleanUp()
	if got := c.Stats().Bytes; got > all {
		t.Errorf("%d bytes in memory, the bound is %d", got, all)
	}
	var counted int64
	for s := range kernel.SiteID(100) {
		counted += c.shares.of(s)
	}
	if got := c.Stats().Bytes; counted != got {
		t.Errorf("the shares count %d bytes, the memory %d", counted, got)
	}
	huge := Key{3, "s3.gov.cn/huge"}
	get(t, c, huge, page(string(make([]byte, share+1))))
	if _, ok := c.Peek(huge.URL); ok {
		t.Error("a page larger than a share was kept")
	}
}
