// Package interpretation keeps which texts of a site explain which of its policies, and holds back a major policy that nothing explains.
//
// 安政办发〔2015〕71号 二(二): 重大政策同步提供解读 (d10), 由相关部门提供、在门户发布 (d11), 用图表图解、音频、视频等形式 (d12). A pair stands
// beside the words of two articles, each with a review of its own; citizens are led from one to the other, both ways, as long as both are
// public. A major policy becomes public when a text that explains it is public already or becomes so in the same transaction, and the last
// of these is not taken away from under it.
//
// It writes no text and knows no article but by its number: what it has to know of one it asks through a port.
package interpretation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/events"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db"
)

// The forms of an interpretation (d12).
const (
	Text        = "text"
	Infographic = "infographic"
	QA          = "qa"
	Audio       = "audio"
	Video       = "video"
	Data        = "data"
)

// Form is one of them with its word, and the character that stands for it in a list.
type Form struct{ Value, Word, Sign string }

// Forms are all of them, in the order in which they are offered.
var Forms = []Form{{Text, "文字解读", "文"}, {Infographic, "图解", "图"}, {QA, "问答", "问"}, {Audio, "音频", "音"}, {Video, "视频", "视"}, {Data, "数据解读", "数"}}

// Word is what people call a form, "" for what is none.
func Word(form string) string { return formed(form).Word }

// formed is the form of that value, or the zero Form.
func formed(form string) Form {
	for _, f := range Forms {
		if f.Value == form {
			return f
		}
	}
	return Form{}
}

// most bounds how many texts explain one policy, and how many policies one text explains.
const most = 20

// Kind is what publication calls the objects that are paired.
const Kind publication.Kind = "article"

// Pair says that an article explains a policy of the same site.
type Pair struct {
	Site            kernel.SiteID
	Policy, Article int64
	Form            string
	By              kernel.AccountID
	At              time.Time
}

// Answer tells that a policy has a text that explains it, public since At; or, on Bared, that it has none since then.
type Answer struct {
	Site   kernel.SiteID
	Policy int64
	At     time.Time
}

// Texts tells of articles; app plugs the room that keeps them.
type Texts interface {
	// Official reports whether an article is an official document as its editors see it; a NotFound fault when the site has none of that number.
	Official(ctx context.Context, site kernel.SiteID, id int64) (bool, error)
	// Major reports whether what citizens read under that number now is a major policy.
	Major(ctx context.Context, site kernel.SiteID, id int64) (bool, error)
}

// Room is what the interpretations need of the house.
type Room struct {
	DB        *db.DB
	Now       kernel.Clock
	Audit     *audit.Log
	Published *publication.Publications
	Revisions *pages.Revisions
	Texts     Texts
}

// Interpretations is the room. Its methods are safe for concurrent use.
type Interpretations struct {
	Room
	// Answered tells, in the transaction in which it happens, that a policy is explained. Rooms subscribe before serving.
	Answered events.Topic[Answer]
	// Bared tells, in the same way, that nothing explains a public major policy any more: its last interpretation was taken from the public by
	// somebody whom Spare does not hold back, a reviewer who refuses what went out in an emergency, or the law.
	Bared events.Topic[Answer]
}

// New makes the room and listens for publications.
func New(r Room) *Interpretations {
	i := &Interpretations{Room: r}
	i.Published.Published.On("interpretation", func(ctx context.Context, e publication.PublishedEvent) error {
		if e.Kind != Kind {
			return nil
		}
		of, err := i.of(ctx, e.Site, e.ID)
		if err != nil {
			return err
		}
		for _, p := range of {
			if err := i.Answered.Emit(ctx, Answer{e.Site, p.Policy, e.EditionPublishedAt}); err != nil {
				return err
			}
		}
		return nil
	})
	i.Published.Withdrawn.On("interpretation", func(ctx context.Context, e publication.WithdrawnEvent) error {
		if e.Kind != Kind {
			return nil
		}
		return i.withdrawn(ctx, e.Site, e.ID)
	})
	return i
}

// withdrawn tells which policies of a text that is public no more are explained by nothing now.
func (i *Interpretations) withdrawn(ctx context.Context, site kernel.SiteID, article int64) error {
	of, err := i.of(ctx, site, article)
	if err != nil {
		return err
	}
	for _, p := range of {
		major, live, err := i.standing(ctx, p)
		if err != nil {
			return err
		}
		if !major || len(live) > 0 {
			continue
		}
		if err := i.Bared.Emit(ctx, Answer{site, p.Policy, i.Now()}); err != nil {
			return err
		}
	}
	return nil
}

// Link says that an article explains a policy, in place of what was said of the two before.
func (i *Interpretations) Link(ctx context.Context, site kernel.SiteID, policy, article int64, form string) error {
	p := Pair{Site: site, Policy: policy, Article: article, Form: form, By: kernel.ActorFrom(ctx).Account, At: i.Now()}
	return i.DB.InTx(ctx, func(ctx context.Context) error {
		was, err := i.paired(ctx, p)
		if err != nil {
			return err
		}
		if err := i.put(ctx, p); err != nil {
			return err
		}
		if err := i.record(ctx, p, "interpretation.link", was, p.Form); err != nil {
			return err
		}
		live, err := i.live(ctx, site, policy, article)
		if err != nil {
			return err
		}
		if l, public := live[article]; public {
			if err := i.Answered.Emit(ctx, Answer{site, policy, l.EditionPublishedAt}); err != nil {
				return err
			}
		}
		return i.bump(ctx, site, live)
	})
}

// paired refuses what is no pair, and answers the form that the pair had before, or "".
func (i *Interpretations) paired(ctx context.Context, p Pair) (was string, err error) {
	switch {
	case p.By == 0:
		return "", fault.New(fault.Forbidden, "请先登录。")
	case Word(p.Form) == "":
		return "", fault.In("form", "请选择解读的形式：文字、图解、问答、音频、视频或数据。")
	case p.Policy == p.Article:
		return "", fault.In("policy", "稿件不能解读它自己，请另选一篇政策。")
	}
	official, err := i.Texts.Official(ctx, p.Site, p.Policy)
	if err == nil && !official {
		err = fault.In("policy", "选的那一篇不是公文。只有公文可以配解读，请另选一篇。")
	}
	if err != nil {
		return "", err
	}
	if _, err := i.Texts.Official(ctx, p.Site, p.Article); err != nil {
		return "", err
	}
	of, by, err := i.Pairs(ctx, p.Site, p.Article)
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(by, func(b Pair) bool { return b.Article == p.Policy }) {
		return "", fault.In("policy", "那一篇正是这一篇的解读，两篇不能互相解读。")
	}
	if at := slices.IndexFunc(of, func(o Pair) bool { return o.Policy == p.Policy }); at >= 0 {
		return of[at].Form, nil
	}
	beside, err := i.by(ctx, p.Site, p.Policy)
	if err == nil && max(len(of), len(beside)) >= most {
		err = fault.New(fault.Conflict, "一篇政策最多 %d 篇解读，一篇解读最多对应 %d 篇政策。", most, most)
	}
	return "", err
}

// Unlink takes a pair away. The last public text that explains a public major policy stays.
func (i *Interpretations) Unlink(ctx context.Context, site kernel.SiteID, policy, article int64) error {
	return i.DB.InTx(ctx, func(ctx context.Context) error {
		by, err := i.by(ctx, site, policy)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(by, func(p Pair) bool { return p.Article == article })
		if at < 0 {
			return fault.New(fault.NotFound, "这两篇稿件没有解读关系。")
		}
		if err := i.spare(ctx, by[at]); err != nil {
			return err
		}
		live, err := i.live(ctx, site, policy, article)
		if err != nil {
			return err
		}
		if err := i.drop(ctx, by[at]); err != nil {
			return err
		}
		if err := i.record(ctx, by[at], "interpretation.unlink", by[at].Form, ""); err != nil {
			return err
		}
		return i.bump(ctx, site, live)
	})
}

// bump moves the site's pages on when the pair shows on them, which it does while both are public.
func (i *Interpretations) bump(ctx context.Context, site kernel.SiteID, live map[int64]publication.Live) error {
	if len(live) < 2 {
		return nil
	}
	return i.Revisions.Bump(ctx, site)
}

func (i *Interpretations) record(ctx context.Context, p Pair, action, before, after string) error {
	return i.Audit.Record(ctx, audit.Entry{Site: p.Site, Action: action, Object: fmt.Sprintf("%s/%d", Kind, p.Article), Before: before, After: after,
		Note: map[string]string{"policy": fmt.Sprint(p.Policy)}})
}

// Pairs are the pairs in which an article explains something, and those in which something explains it, the oldest first.
func (i *Interpretations) Pairs(ctx context.Context, site kernel.SiteID, id int64) (of, by []Pair, err error) {
	if of, err = i.of(ctx, site, id); err != nil {
		return nil, nil, err
	}
	by, err = i.by(ctx, site, id)
	return of, by, err
}

// Explained refuses a major policy that no public text explains at this moment, within the caller's transaction: 同步提供解读 (d10).
func (i *Interpretations) Explained(ctx context.Context, site kernel.SiteID, policy int64, title string) error {
	by, err := i.by(ctx, site, policy)
	if err != nil {
		return err
	}
	live, err := i.live(ctx, site, articles(by)...)
	if err == nil && len(live) == 0 {
		err = fault.New(fault.Conflict, "“%s”是重大政策，要和解读同时公开。请写好解读并送审，审核通过后与政策一起发布。", title)
	}
	return err
}

// Spare refuses to have an article taken away while it is the only public text that explains a public major policy.
func (i *Interpretations) Spare(ctx context.Context, site kernel.SiteID, article int64) error {
	of, err := i.of(ctx, site, article)
	if err != nil {
		return err
	}
	for _, p := range of {
		if err := i.spare(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// spare is Spare for one pair.
func (i *Interpretations) spare(ctx context.Context, p Pair) error {
	major, live, err := i.standing(ctx, p)
	if err != nil {
		return err
	}
	if _, public := live[p.Article]; major && public && len(live) == 1 {
		return fault.New(fault.Conflict, "这是一篇重大政策唯一公开的解读，不能单独拿掉。请先发布另一篇解读，或者先撤回政策。")
	}
	return nil
}

// standing tells of a pair's policy whether citizens read it as a major one, and if so which public texts explain it.
func (i *Interpretations) standing(ctx context.Context, p Pair) (major bool, live map[int64]publication.Live, err error) {
	if major, err = i.Texts.Major(ctx, p.Site, p.Policy); err != nil || !major {
		return false, nil, err
	}
	by, err := i.by(ctx, p.Site, p.Policy)
	if err != nil {
		return false, nil, err
	}
	live, err = i.live(ctx, p.Site, articles(by)...)
	return true, live, err
}

func articles(all []Pair) []int64 {
	ids := make([]int64, len(all))
	for n, p := range all {
		ids[n] = p.Article
	}
	return ids
}

// live are those of the articles that citizens can read now, by number.
func (i *Interpretations) live(ctx context.Context, site kernel.SiteID, ids ...int64) (map[int64]publication.Live, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	all, odd, err := i.Published.LiveMany(ctx, site, Kind, ids)
	if err != nil {
		return nil, err
	}
	for id, err := range odd {
		return nil, fmt.Errorf("read article %d of site %d, of a pair: %w", id, site, err)
	}
	live := make(map[int64]publication.Live, len(all))
	for _, l := range all {
		live[l.ID] = l
	}
	return live, nil
}
