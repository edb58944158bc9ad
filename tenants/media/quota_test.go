package media

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/site"
)

// atOnce does the same thing many times side by side, and answers how often it went well; whoever is refused hears why.
func (d *dock) atOnce(times int, do func(n int) error) (went int) {
	d.t.Helper()
	errs := make([]error, times)
	var all sync.WaitGroup
	for n := range times {
		all.Go(func() { errs[n] = do(n) })
	}
	all.Wait()
	for _, err := range errs {
		if err == nil {
			went++
		} else if !strings.Contains(fault.Say(err), "本站最多存放") {
			d.t.Errorf("refused with %v", err)
		}
	}
	return went
}

// A11: a site keeps no more files than it may, however many come at the same moment, in pieces or whole; whoever is one too many hears it before a
// byte is taken, and another site's files take no place.
func TestNoSiteKeepsMoreFilesThanItMay(t *testing.T) {
	eachDock(t, func(t *testing.T, d *dock) {
		d.t = t
		d.must(d.sites.SetQuota(d.ctx, d.one, site.Quota{Files: 7}))
		for n := range 9 {
			_, err := d.Take(d.ctx, d.next, fmt.Sprint(n, ".pdf"), paper(100+n))
			d.must(err)
		}
		_, err := d.Take(d.ctx, d.one, "第一.pdf", paper(90))
		d.must(err)
		d.must(d.DB.InTx(d.ctx, func(ctx context.Context) error {
			return d.insertScan(ctx, &Scan{Site: d.one, Note: 1, Name: "x", Kind: "pdf", SHA256: strings.Repeat("0", 64), Bytes: 1, By: 11})
		}))
		if went := d.atOnce(30, func(n int) error {
			_, err := d.Take(d.ctx, d.one, fmt.Sprint(n, ".pdf"), paper(1000+n))
			return err
		}); went != 5 {
			t.Errorf("%d of 30 were kept beside two of seven", went)
		}
		d.must(d.sites.SetQuota(d.ctx, d.one, site.Quota{Files: 10}))
		begun := make([]*Arrival, 30)
		if went := d.atOnce(30, func(n int) (err error) {
			begun[n], err = d.Begin(kernel.WithActor(d.ctx, kernel.Actor{Account: kernel.AccountID(100 + n), Via: "console"}), d.one, fmt.Sprint(n, ".mp4"), "", int64(len(film(500, 1))))
			return err
		}); went != 3 {
			t.Errorf("%d of 30 were promised beside seven of ten", went)
		}
		came := 0
		for n, a := range begun {
			if a != nil && a.ID != 0 {
				if _, err := d.arrival(d.ctx, d.one, a.ID); err == nil {
					came++
					_, err := d.Receive(kernel.WithActor(d.ctx, kernel.Actor{Account: kernel.AccountID(100 + n), Via: "console"}), d.one, a.ID, 0, film(500, uint64(n)))
					d.must(err)
				}
			}
		}
		d.must(d.Queue.Drain(d.ctx))
		if n, err := d.count(d.ctx, d.one); err != nil || n != 10 || came != 3 {
			t.Errorf("the site keeps %d files, %d of them came in pieces, %v", n, came, err)
		}
		shared := d.offers()
		keys := len(d.keys())
		_, begin := d.Begin(d.ctx, d.one, "多.mp4", "", 1)
		_, take := d.Take(d.ctx, d.one, "多.pdf", paper(77))
		_, scan := d.Scan(d.ctx, d.one, "签批.pdf", paper(78))
		_, same := d.Adopt(d.ctx, d.one, d.next, shared)
		for what, err := range map[string]error{"in pieces": begin, "whole": take, "a scan": scan, "a copy": same} {
			if !strings.Contains(fault.Say(err), "本站最多存放 10 个图片和文件") {
				t.Errorf("one more %s: %v", what, err)
			}
		}
		if n := len(d.keys()); n != keys {
			t.Errorf("refused, and there are %d keys, before %d", n, keys)
		}
		if n, err := d.count(d.ctx, d.next); err != nil || n != 10 {
			t.Errorf("the other site keeps %d, %v", n, err)
		}
	})
}

// offers is an item of the other site that is shared with the first one.
func (d *dock) offers() ID {
	d.t.Helper()
	i, err := d.Take(d.ctx, d.next, "共享.pdf", paper(60))
	d.must(err)
	d.must(d.Share(d.ctx, Grant{Site: d.next, Item: i.ID, To: d.one}))
	return i.ID
}

// A11, promises 2.1: a job that died behind the last place finds its file, and takes no second one.
func TestTheLastPlaceIsTakenOnce(t *testing.T) {
	eachDock(t, func(t *testing.T, d *dock) {
		d.t = t
		raw := film(500, 3)
		a, doc := d.begin("演练.mp4", raw), d.begin("通知.pdf", paper(400))
		d.send(a, raw, 1000)
		d.send(doc, paper(400), 1000)
		d.must(d.sites.SetQuota(d.ctx, d.one, site.Quota{Files: 2}))
		for range 2 {
			for _, one := range []*Arrival{a, doc} {
				if _, err := d.assemble(d.ctx, one); err != nil {
					t.Errorf("%s: %v", one.Name, err)
				}
			}
		}
		if n, err := d.count(d.ctx, d.one); err != nil || n != 2 {
			t.Errorf("%d files, %v", n, err)
		}
	})
}
