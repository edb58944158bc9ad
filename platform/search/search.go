// Package search lets citizens find what is public, on one site, on it and those below it, or on all of them.
//
// 安政办发〔2015〕71号 二(一) has information be public in time and easy to find; the inspections of government websites ask each site for a search
// that works (T1 to T4). A hit is shown from what is public at this moment, whatever the full text holds: a text that was
// withdrawn is in no list, no snippet, no count of hot words. The number of an official document finds it before anything else.
//
// The room owns the page /search and two screens of the console, where words that stand for one another, hot words and recommended pages are
// written down. Of what people looked for in vain it counts the words by day and site: no address, no cookie, nothing that looks like a number of a person.
// The full text itself is storage/index; what a hit is called is told by the rooms whose texts they are, through a port.
package search

import (
	"context"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/index"
)

// Index finds documents; storage/index is one.
type Index interface {
	Search(ctx context.Context, q index.Query) (index.Result, error)
	Any(ctx context.Context, q index.Query) (bool, error)
}

// Sites knows the sites citizens read; platform/site is one.
type Sites interface {
	Open(id kernel.SiteID) *render.Site
	Below(ctx context.Context, id kernel.SiteID) ([]*render.Site, error)
	Everyone() []*render.Site
}

// Text is what is public of a hit at this moment.
type Text struct {
	Title, Column, Number, Mark string
	Body                        string // plain, with what stands in files beside it
	Day                         time.Time
	Rest                        string // its address within the site
}

// Texts tells what hits are; those that are not public are left out. tenants/article does.
type Texts interface {
	Texts(ctx context.Context, s *render.Site, ids []int64) (map[int64]Text, error)
}

// Nav is the navigation of a site; tenants/column has it.
type Nav interface {
	Nav(ctx context.Context, s *render.Site) ([]render.Link, error)
}

// Room is what it needs of the house.
type Room struct {
	DB      *db.DB
	Now     kernel.Clock
	Audit   *audit.Log
	Index   Index
	Sites   Sites
	Texts   Texts
	Nav     Nav
	Render  *render.Renderer
	Console *console.Console
	// Simplified writes a query in simplified characters, in which the texts are; nil leaves it as it was typed.
	Simplified func(string) string
}

// Search is the room. Its methods are safe for concurrent use.
type Search struct {
	Room
	turns   chan struct{} // one for each search under way
	missed  kernel.Batch[miss, int64]
	waiting time.Duration // how long a search waits for its turn
}

// turnsAtOnce bounds how many searches one node does at a time: more would only make each slower, and a flood of them must leave the store to
// the pages that people read.
const (
	turnsAtOnce = 16
	waitsMost   = 2 * time.Second
)

// New makes the room.
func New(r Room) *Search {
	return &Search{Room: r, turns: make(chan struct{}, turnsAtOnce), waiting: waitsMost,
		missed: kernel.Batch[miss, int64]{Most: missWaiting, Join: func(have, more int64) int64 { return have + more }}}
}

// Turn is for who searches beside this room, so that one bound holds for all.
func (s *Search) Turn(ctx context.Context) (done func(), err error) { return s.turn(ctx) }

// turn waits until the node may do one more search; done gives it back.
func (s *Search) turn(ctx context.Context) (done func(), err error) {
	wait := time.NewTimer(s.waiting)
	defer wait.Stop()
	select {
	case s.turns <- struct{}{}:
		return func() { <-s.turns }, nil
	case <-wait.C:
	case <-ctx.Done():
	}
	return nil, fault.New(fault.Unavailable, "现在检索的人太多，请稍后再试。")
}

// simplified is a query as the texts are written.
func (s *Search) simplified(text string) string {
	if s.Simplified == nil {
		return text
	}
	return s.Simplified(text)
}
