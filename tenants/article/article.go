// Package article writes a site's articles and shows them: drafts, official documents, the article page, the column lists.
//
// 安政办发〔2015〕71号 二(一): information is published in time and accurately; 三(二): 先审查后公开. A draft is mutable and
// nobody's but its site's; what citizens read comes from platform/publication alone, the payload exactly as it was
// reviewed. The day an article shows is set by the server when it is first published; nobody can give one, except a
// signed import batch, which keeps the day on which the old site published the document (B12, veto V1).
//
// The room owns the article page /a/<id> and the lists /c/<path>. It decides no review and keeps no column tree.
package article

import (
	"context"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/events"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/index"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// Kind is what publication calls this room's objects.
const Kind publication.Kind = "article"

// ID names an article within its site, and alone as well.
type ID = int64

// The kinds of an article: what its form asks for.
const (
	News   = "news"   // a text of the site's own
	Policy = "policy" // an official document with its metadata (B6)
)

// Payload is what is frozen, reviewed and shown. Its JSON is canonical: this field order, no HTML escaping.
type Payload struct {
	Kind      string    `json:"kind"`
	Title     string    `json:"title"`
	Subtitle  string    `json:"subtitle,omitempty"`
	Body      string    `json:"body"` // sanitised HTML
	Summary   string    `json:"summary,omitempty"`
	Author    string    `json:"author,omitempty"`
	Source    string    `json:"source,omitempty"`
	SourceURL string    `json:"source_url,omitempty"`
	Keywords  string    `json:"keywords,omitempty"`
	Document  *Document `json:"document,omitempty"`
	Origin    *Origin   `json:"origin,omitempty"`
	// Disclosure is the disclosure attribute (公开属性); "" where nobody has stated one, which is read as Proactive.
	Disclosure string `json:"disclosure,omitempty"`
	Ground     string `json:"ground,omitempty"` // why it is not disclosed proactively
	// ActivityEndedAt marks an important activity (重要政务活动), whose news is public within 24 hours: "2026-11-26 18:00" in Beijing, or "".
	ActivityEndedAt string `json:"activity_ended_at,omitempty"`
	// Fields are the values of what its column asks for; absent where there are none.
	Fields []Field `json:"fields,omitempty"`
}

// ActivityForm is how ActivityEndedAt is written.
const ActivityForm = "2006-01-02 15:04"

// The disclosure attributes. Only what is disclosed proactively may become public (D2).
const (
	Proactive = "proactive"  // 主动公开
	OnRequest = "on_request" // 依申请公开
	Withheld  = "withheld"   // 不予公开
)

// Document is the metadata of an official document (公文): numbers are as printed, dates "YYYY-MM-DD" or "".
type Document struct {
	Number      string `json:"number,omitempty"`       // 发文字号
	IndexNumber string `json:"index_number,omitempty"` // 索引号
	Issuer      string `json:"issuer,omitempty"`       // 发文机关
	WrittenOn   string `json:"written_on,omitempty"`   // 成文日期
	IssuedOn    string `json:"issued_on,omitempty"`    // 印发、公布日期
	EffectiveOn string `json:"effective_on,omitempty"` // 施行日期
	Validity    string `json:"validity,omitempty"`     // in_force | amended | abolished | expired | ""
	Genre       string `json:"genre,omitempty"`        // 体裁
	Subject     string `json:"subject,omitempty"`      // 主题
	Level       string `json:"level,omitempty"`        // 效力级别
	Region      string `json:"region,omitempty"`       // 适用地区
	Year        string `json:"year,omitempty"`         // 年度, of a report
	Major       string `json:"major,omitempty"`        // MajorPolicy: 重大政策, public together with what explains it (d10); else ""
}

// MajorPolicy is the value of Document.Major.
const MajorPolicy = "yes"

// Origin says where an imported article came from. It is part of what the batch's reviewer signed.
type Origin struct {
	Batch   string `json:"batch"`
	ID      string `json:"id"`             // in the source
	Day     string `json:"day,omitempty"`  // on which the old site published it; "" when the source does not say
	From    string `json:"from,omitempty"` // address or name of the source
	Licence string `json:"licence,omitempty"`
}

// The states of a draft. What the public sees is publication's to say.
const (
	Drafted   = "draft"
	Submitted = "submitted" // an edition is frozen and under review
	Released  = "published" // nothing differs from the published edition
	Withdrawn = "withdrawn"
)

// Draft is an article as its editors see it. Version counts edits; an edit names the version it saw.
type Draft struct {
	Site    kernel.SiteID
	ID      ID
	Column  int64
	State   string
	Author  kernel.AccountID
	Version int64
	Policy  string                // review policy: ordinary, brief, small
	Edition publication.EditionID // the last one submitted, or 0
	Payload Payload
	// UpdatedAt is when the draft was last changed.
	UpdatedAt time.Time
	BinnedAt  time.Time // when it was put into the bin, or zero
}

// Indexer is the full text; storage/index is one. It writes inside the transaction of ctx.
type Indexer interface {
	Put(ctx context.Context, docs ...index.Doc) error
	Delete(ctx context.Context, site kernel.SiteID, id int64) error
	Search(ctx context.Context, q index.Query) (index.Result, error)
}

// Room is what article needs of the house. Render may be nil where no page is asked for, as in the CLI.
type Room struct {
	DB        *db.DB
	Now       kernel.Clock
	IDs       kernel.IDs
	Columns   *column.Columns
	Published *publication.Publications
	Revisions *pages.Revisions
	Audit     *audit.Log
	Index     Indexer
	Queue     *jobs.Queue
	Render    *render.Renderer
	Pictures  Pictures // nil: texts hold none
	Sights    Sights   // nil: lists show none
	Sites     Sites    // nil: no article leads to another site
	Posts     Posts    // nil: who has set a time is not asked about again
	Chain     Chain    // nil: every draft keeps the policy it was begun with
	Pairs     Pairs    // nil: no text explains another
	Films     Films    // nil: no film says anything
	Files     Files    // nil: what stands in files is not found
	Numbers   Numbers  // nil: a document has the index number that was typed
}

// Numbers gives official documents their index numbers (D3); tenants/numbering does.
type Numbers interface {
	// Give answers the index number with which a document is frozen, in the transaction that freezes it. What was typed is kept, or refused.
	Give(ctx context.Context, site kernel.SiteID, id ID, typed, subject string) (string, error)
}

// Chain tells the review policy of what stands in a column, or "" where the column names none; tenants/review keeps them.
type Chain interface {
	Policy(ctx context.Context, site kernel.SiteID, column int64) (string, error)
}

// Pictures keeps the pictures and files of texts; tenants/media does.
type Pictures interface {
	// Has refuses a text that names what its site has not.
	Has(ctx context.Context, site kernel.SiteID, body string) error
	// Use notes, in the transaction that freezes it, what an edition shows beside its words.
	Use(ctx context.Context, site kernel.SiteID, edition int64, body string) error
	// Dress gives the pictures of a sanitised text their sizes, its films the words with which the edition was frozen, or those of this moment
	// without an edition, and every address the base below which the reader finds it.
	Dress(ctx context.Context, site kernel.SiteID, edition int64, base, body string) (string, error)
}

// Films tells what is said in the films of a text, so that it is found; tenants/media does.
type Films interface {
	// Transcripts are the words with which an edition was frozen.
	Transcripts(ctx context.Context, site kernel.SiteID, edition int64, body string) (string, error)
}

// Sites tells which sites citizens can read; platform/site is one.
type Sites interface {
	Open(id kernel.SiteID) *render.Site
	// ByAddress is the site that answers an address, and the rest of it within the site.
	ByAddress(address string) (site *render.Site, rest string, ok bool)
}

// Posts tells whether the actor in ctx may still publish an article: a Forbidden fault says why not.
type Posts interface {
	Publishes(ctx context.Context, site kernel.SiteID, id ID) error
}

// Articles is the room. Its methods are safe for concurrent use.
type Articles struct {
	Room
	// Drafted tells of a draft that was made or changed, in the transaction of the change. Rooms subscribe before serving.
	Drafted events.Topic[Draft]
}

// New makes the room and listens for publications, so that the full text follows them in the same transaction.
func New(r Room) *Articles {
	a := &Articles{Room: r}
	a.listen()
	return a
}
