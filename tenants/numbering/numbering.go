// Package numbering gives the official documents of a site their index numbers (索引号, D3).
//
// 政府信息公开条例 第二十五条 has 政府信息公开目录 name the index number of what is disclosed; 国办's rule for the catalogue writes it as the code of the
// organ, the year and a running number. A site's rule is a pattern with parts; a technical post sets it. A document gets its number in the
// transaction that freezes it for review, because reviewers sign what citizens will read; a number that nobody wrote by hand comes from a
// row of numbers without gaps, however many are sent at once. A number is one document's for ever: it is never given twice, and never
// changed once citizens have read it. What documents had before, from imports too, stays and counts as taken.
//
// The room keeps rules and numbers. It writes no text: tenants/article asks it.
package numbering

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Texts reads the articles that have numbers; tenants/article does.
type Texts interface {
	// Number is the index number in a frozen payload, or "".
	Number(payload []byte) string
	Titles(ctx context.Context, site kernel.SiteID, ids []int64) (map[int64]string, error)
}

// Sites knows what a site is called and marked with; platform/site is one.
type Sites interface {
	Get(ctx context.Context, id kernel.SiteID) (site.Site, error)
}

// Room is what it needs of the house.
type Room struct {
	DB        *db.DB
	Now       kernel.Clock
	Audit     *audit.Log
	Queue     *jobs.Queue
	Published *publication.Publications
	Kind      publication.Kind // of the articles
	Sites     Sites
	Console   *console.Console
}

// Numbering is the room. Its methods are safe for concurrent use.
type Numbering struct {
	Room
	Texts Texts // app plugs it before serving
	tries int   // how many numbers in a row may be taken already
}

// New makes the room, and has every number that becomes public stay with its document.
func New(r Room) *Numbering {
	n := &Numbering{Room: r, tries: triesMost}
	r.Published.Published.On("numbering", func(ctx context.Context, e publication.PublishedEvent) error {
		if e.Kind != r.Kind {
			return nil
		}
		return n.fix(ctx, []publication.Live{e.Live})
	})
	return n
}

// fix notes the numbers of public texts. One that another document has already stays that one's: what an old site has given twice is
// kept as it was.
func (n *Numbering) fix(ctx context.Context, live []publication.Live) error {
	for i := range live {
		number := n.Texts.Number(live[i].Payload)
		if number == "" {
			continue
		}
		if _, err := n.keep(ctx, live[i].Site, taken{Number: number, Article: live[i].ID, Public: true}); err != nil {
			return err
		}
	}
	return nil
}

// taken is a number and whose it is.
type taken struct {
	Number  string
	Article int64
	Public  bool
}

// triesMost is how many numbers in a row may be taken already, by imports, before somebody says from where to count.
const triesMost = 5000

// Give answers the number with which an article is frozen, in the transaction that freezes it: the one that was written by hand, the one it has
// already, or the next of its row. Without a rule a document without a number has none.
func (n *Numbering) Give(ctx context.Context, site kernel.SiteID, article int64, typed, subject string) (string, error) {
	had, err := n.of(ctx, site, article)
	if err != nil {
		return "", err
	}
	if typed != "" {
		return typed, n.claim(ctx, site, article, typed, had)
	}
	if len(had) > 0 {
		return had[0].Number, nil
	}
	rule, err := n.Rule(ctx, site)
	if err != nil || rule.Version == 0 {
		return "", err
	}
	if !rule.Gathered {
		return "", fault.New(fault.Conflict, "本站正在登记已有的索引号，请一分钟后再送审。")
	}
	return n.next(ctx, site, article, rule, subject)
}

// claim takes a number that was written by hand.
func (n *Numbering) claim(ctx context.Context, site kernel.SiteID, article int64, number string, had []taken) error {
	for _, h := range had {
		if h.Number == number {
			return nil
		}
		if h.Public {
			return fault.In("index_number", "这份文件已经以索引号“%s”公开过，公开后索引号不能改，请改回来再送审。", h.Number)
		}
	}
	if mine, err := n.take(ctx, site, article, number); err != nil || mine {
		return err
	}
	whose, err := n.whose(ctx, site, number)
	if err != nil {
		return err
	}
	return n.given(ctx, site, number, whose)
}

// given is the fault of a number that another document has.
func (n *Numbering) given(ctx context.Context, site kernel.SiteID, number string, article int64) error {
	titles, err := n.Texts.Titles(ctx, site, []int64{article})
	if err != nil {
		return err
	}
	name := titles[article]
	if name == "" {
		name = "一篇已删除的稿件"
	}
	return fault.In("index_number", "索引号“%s”已经是《%s》（稿件 %d）的，一个号只给一份文件。请核对，或者清空，由系统编号。", number, name, article)
}

// next gives the next number of a row that nobody has.
func (n *Numbering) next(ctx context.Context, site kernel.SiteID, article int64, rule Rule, subject string) (string, error) {
	parts, err := rule.parts()
	if err != nil {
		return "", fault.New(fault.Conflict, "本站的索引号规则要先改好才能编号，请联系平台技术人员，或者自己填写索引号。")
	}
	now := n.Now().In(kernel.Beijing).Year()
	scope := rule.write(parts, now, subject, row)
	for range n.tries {
		running, err := n.count(ctx, site, scope, rule.First)
		if err != nil {
			return "", err
		}
		number := rule.write(parts, now, subject, running)
		if mine, err := n.take(ctx, site, article, number); err != nil || mine {
			return number, err
		}
	}
	return "", fault.New(fault.Conflict, "从流水号 %d 起有 %d 个索引号已经用过，请平台技术人员在索引号规则里把起始流水号调大。", rule.First, n.tries)
}

// take writes down a number that is free, and who has it now; mine is false when another document has it.
func (n *Numbering) take(ctx context.Context, site kernel.SiteID, article int64, number string) (mine bool, err error) {
	if mine, err = n.keep(ctx, site, taken{Number: number, Article: article}); err != nil || !mine {
		return false, err
	}
	return true, n.Audit.Record(ctx, audit.Entry{Site: site, Action: "index.number", Object: fmt.Sprintf("article/%d", article), After: number})
}

// Ruled reports whether documents of the site get their numbers by a rule.
func (n *Numbering) Ruled(ctx context.Context, site kernel.SiteID) (bool, error) {
	r, err := n.Rule(ctx, site)
	return r.Version > 0, err
}

// Save writes down a site's rule in place of the one of the version it names. With the first one the numbers that are public already are
// gathered, and no number is given before.
func (n *Numbering) Save(ctx context.Context, site kernel.SiteID, r Rule) error {
	who := kernel.ActorFrom(ctx)
	if who.Account == 0 {
		return fault.New(fault.Forbidden, "请先登录。")
	}
	r.tidy()
	if _, err := r.parts(); err != nil {
		return err
	}
	was, err := n.Rule(ctx, site)
	if err != nil {
		return err
	}
	r.By, r.At, r.Gathered = who.Name, n.Now(), was.Gathered
	return n.DB.InTx(ctx, func(ctx context.Context) error {
		if err := n.put(ctx, site, r); err != nil {
			return err
		}
		if !r.Gathered {
			if err := n.Queue.Add(ctx, site, Gather{}, jobs.Options{Key: "all"}); err != nil {
				return err
			}
		}
		return n.Audit.Record(ctx, audit.Entry{Site: site, Action: "index.rule", Object: "index/rule", Before: was.says(), After: r.says()})
	})
}

// says is what the chain keeps of a rule.
func (r Rule) says() string {
	if r.Version == 0 && r.By == "" {
		return ""
	}
	return fmt.Sprintf("%s region=%s organ=%s first=%d subjects=%s", r.Pattern, r.Region, r.Organ, r.First, strings.ReplaceAll(r.Subjects, "\n", ";"))
}

// Sample is a number as the rule writes it this year, for the subject that stands first.
func (n *Numbering) Sample(r Rule) (string, error) {
	r.tidy()
	parts, err := r.parts()
	if err != nil {
		return "", err
	}
	subject := ""
	if codes, _ := r.codes(); len(codes) > 0 {
		subject = codes[0].name
	}
	return r.write(parts, n.Now().In(kernel.Beijing).Year(), subject, r.First), nil
}

// Rule is how a site's index numbers are written. Version counts changes; 0 is never written.
type Rule struct {
	Pattern  string // {机构码}/{年}-{流水号5}
	Region   string // 区划码
	Organ    string // 机构码
	Subjects string // 主题码, a line for each: 财政=F01; 其他 is every other one
	First    int64  // where each row of numbers begins
	Gathered bool
	Version  int64
	By       string
	At       time.Time
}
