package app

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/interpretation"
)

// couple is a major policy and what explains it.
type couple struct {
	rules, text article.ID
	n           int
}

// probe reads the pages of nodes while couples are published.
type probe struct {
	t     *testing.T
	c     *cluster
	site  *render.Site
	now   atomic.Pointer[couple] // the one that is being published
	stop  chan struct{}
	reads atomic.Int64
	shown atomic.Int64 // of these, answers that show a policy
	alone atomic.Int64
}

// Must show 4, E2, d10, I9 (ahead.md 7): two nodes over one PostgreSQL are asked for the policy, the column and the home page without a pause while
// policies are published with what explains them: no answer shows a policy without it, and what it leads to is there.
func TestAPolicyIsNeverSeenAlone(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: processes without the race detector; the room's own test walks the same rule")
	}
	p := &probe{t: t, stop: make(chan struct{})}
	p.c = newCluster(t, 2, program(t), dbtest.PostgresURL(t), fewSites)
	p.site = p.c.Sites.AllPublic()[0]
	var asking sync.WaitGroup
	for i := range 2 * len(p.c.nodes) {
		asking.Go(func() { p.ask(i % len(p.c.nodes)) })
	}
	want, most := int64(proof.Times(1_000, 100_000)), proof.Times(10, 200)
	for n := 0; n < most || p.reads.Load() < want; n++ {
		p.publish(n)
	}
	close(p.stop)
	asking.Wait()
	t.Logf("%d reads during %d publishes, %d of them show a policy, %d without its interpretation", p.reads.Load(), p.now.Load().n+1, p.shown.Load(), p.alone.Load())
	if p.shown.Load() == 0 || p.alone.Load() != 0 {
		t.Errorf("%d answers show a policy, %d of them alone", p.shown.Load(), p.alone.Load())
	}
}

// publish makes a couple public in one transaction.
func (p *probe) publish(n int) {
	p.t.Helper()
	as := kernel.WithActor(p.c.ctx, kernel.Actor{Account: p.c.staff[0], Name: "工作人员", Via: "console"})
	title := fmt.Sprintf("第%06d号办法", n)
	k := &couple{n: n}
	k.rules = p.approved(as, article.Payload{Kind: article.Policy, Title: title, Body: "<p>正文</p>", Document: &article.Document{Number: title, Major: article.MajorPolicy}})
	k.text = p.approved(as, article.Payload{Title: title + "的解读", Body: "<p>正文</p>"})
	if err := p.c.Pairs.Link(as, p.site.ID, k.rules, k.text, interpretation.Text); err != nil {
		p.t.Fatal(err)
	}
	p.now.Store(k)
	err := p.c.DB.InTx(p.c.ctx, func(ctx context.Context) error {
		if err := p.c.Articles.Publish(ctx, p.site.ID, k.text); err != nil {
			return err
		}
		return p.c.Articles.Publish(ctx, p.site.ID, k.rules)
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *probe) approved(as context.Context, text article.Payload) article.ID {
	p.t.Helper()
	id, err := p.c.Articles.Create(as, p.site.ID, 2, publication.Small, text)
	if err != nil {
		p.t.Fatal(err)
	}
	e, err := p.c.Articles.Submit(as, p.site.ID, id, 1)
	if err == nil {
		err = p.c.Published.Approve(as, p.site.ID, e, publication.Opinion{Reviewer: p.c.staff[1], Verdict: publication.Approved, Review: "同意", Secrecy: "不涉密"})
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return id
}

// ask reads one node until it is told to stop.
func (p *probe) ask(node int) {
	for {
		select {
		case <-p.stop:
			return
		default:
		}
		k := p.now.Load()
		if k == nil {
			continue
		}
		title := fmt.Appendf(nil, "第%06d号办法", k.n)
		rules, text := fmt.Sprintf("/a/%d", k.rules), fmt.Sprintf("/a/%d", k.text)
		if g, ok := p.read(node, p.site.URL(rules)); ok && g.status == 200 {
			p.judge(node, rules, bytes.Contains(g.body, []byte(text+`"`)))
			if g, ok := p.read(node, p.site.URL(text)); ok {
				p.judge(node, text, g.status == 200 && bytes.Contains(g.body, []byte(rules+`"`)))
			}
		}
		for _, page := range []string{"/c/gonggao", "/"} {
			if g, ok := p.read(node, p.site.URL(page)); ok && bytes.Contains(g.body, append(title, '<')) {
				p.judge(node, page, bytes.Contains(g.body, append(title, "的解读"...)))
			}
		}
	}
}

func (p *probe) read(node int, url string) (got, bool) {
	g, err := p.c.get(node, url)
	if err != nil {
		p.t.Error(err)
		return g, false
	}
	p.reads.Add(1)
	return g, true
}

// judge counts an answer that shows a policy.
func (p *probe) judge(node int, page string, whole bool) {
	p.shown.Add(1)
	if !whole && p.alone.Add(1) < enough {
		p.t.Errorf("node %d: %s shows a policy without what explains it", node, page)
	}
}
