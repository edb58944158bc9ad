// Package publication is the one way to the public: 先审查、后公开 (安政办发〔2015〕71号 四(五)、五(二)).
//
// A room hands over a frozen text, an edition. People who did not write it approve it step by step, as its
// review policy says; only then it can be published, or in an emergency against a debt that somebody else
// settles within 24 hours. The schema is the proof: no row of publications can exist without its chain of
// approvals or its debt, whatever code or hand-written SQL tries it. Search, feeds, lists and pages read
// publications only.
//
// It knows no role and no permission: who may press which button is decided by the caller's guard. It also
// knows no draft: those are the rooms' own.
package publication

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/events"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Kind is what sort of object is published, in its room's word: "article".
type Kind string

// Object names a thing that can be public.
type Object struct {
	Site kernel.SiteID
	Kind Kind
	ID   int64
}

// EditionID names a frozen text of an object.
type EditionID int64

// The review policies. They are rows of the schema too, and cannot be changed there.
const (
	Ordinary = "ordinary" // review, secrecy, final: three people beside the author
	Double   = "double"   // two reviews, secrecy, final: four
	Triple   = "triple"   // three reviews, secrecy, final: five
	Brief    = "brief"    // review with secrecy, final
	Small    = "small"    // a small office: one other person, with both opinions
	Imported = "import"   // a batch from an old site, signed by an author and a reviewer; only Import uses it
)

// Policies are those a text may be frozen for.
var Policies = []string{Small, Brief, Ordinary, Double, Triple}

// The verdicts of a step.
const (
	Approved = "approved"
	Rejected = "rejected"
)

// SettleWithin is how long an emergency publication may go unreviewed. 四(五)：紧急信息可先发后审，24 小时内补审。
const SettleWithin = 24 * time.Hour

// Draft is what is to be frozen.
type Draft struct {
	Object
	Author  kernel.AccountID
	Policy  string
	Title   string // as lists show it
	Payload []byte // canonical JSON in UTF-8; kept byte for byte
}

// Opinion is one reviewer's word on the step that is next. Review and Secrecy are the opinions in words; a
// step that is to hold one refuses an approval without it. Reason is needed to reject.
type Opinion struct {
	Reviewer        kernel.AccountID
	Verdict         string // Approved or Rejected
	Review, Secrecy string
	Reason          string
}

// Placing says where on the site the object stands.
type Placing struct{ Place int64 } // the column's id

// Withdrawal is why an object is taken away. Notice is what citizens read, "" for the usual sentence.
type Withdrawal struct{ Reason, Notice string }

// Erasure is a lawful order to erase an object's text for good. By and Approver are two people.
type Erasure struct {
	Reason   string
	Basis    string // the order's document number
	By       kernel.AccountID
	Approver kernel.AccountID
	Notice   string
}

// Batch is a set of documents taken over from an old site, signed by an author and a different reviewer.
type Batch struct {
	ID       string // chosen by the importer, unique
	Source   string // the old site's name or address
	Author   kernel.AccountID
	Reviewer kernel.AccountID
	Review   string // the reviewer's opinion
	Secrecy  string // the reviewer's opinion on secrecy
}

// ImportItem is one document of a batch. The batch's author and policy stand in for the draft's.
type ImportItem struct {
	Draft
	Place          int64
	FirstPublished time.Time // the day on the old site; zero: unknown, taken as now
}

// Row is a public object in a list.
type Row struct {
	Object
	Edition            EditionID
	Title              string
	Place              int64
	ShownAt            time.Time // what pages and lists show: the day on the old site for imports
	FirstPublishedAt   time.Time // never changes, also not with another edition
	EditionPublishedAt time.Time
	Imported           bool
	MigratedAt         time.Time // when an import entered this store, else zero
}

// Live is a public object with its text.
type Live struct {
	Row
	Payload []byte
	Digest  string // SHA-256 of Payload in hex
}

// Filter chooses rows of a list. The zero Filter is everything public on the site.
type Filter struct {
	Kind         Kind
	Places       []int64   // nil: every place
	Since, Until time.Time // shown from Since on, before Until; zero: whenever
	After        Mark      // only what stands behind it in the order of List
}

// Mark is where a row stands in the order of List: a reader who goes on from one misses and repeats nothing, whatever is published meanwhile.
type Mark struct {
	ShownAt time.Time
	ID      int64 // 0: before everything
}

// Stamp is a public object and when what citizens see of it changed last.
type Stamp struct {
	ID        int64
	ChangedAt time.Time
}

// Month is what was first shown in a month of Beijing.
type Month struct {
	Month     string // "2026-11"
	Count     int64
	ChangedAt time.Time // when anything of it changed last
}

// PlaceStat is what is public at a place.
type PlaceStat struct {
	Count int64
	Last  time.Time // the newest ShownAt; taking over a document without a day is no update, so it does not count here
}

// PublishedEvent tells that an edition has become what citizens see.
type PublishedEvent struct {
	Live
	Replaces EditionID // the edition that was public until now, or 0
}

// WithdrawnEvent tells that citizens no longer see the object.
type WithdrawnEvent struct {
	Object
	Edition EditionID
	Place   int64
	Erased  bool // the text itself is gone; indexes and copies must forget it
}

// Bumper is told which sites' public data a transaction changes; platform/pages is one.
type Bumper interface {
	Bump(ctx context.Context, sites ...kernel.SiteID) error
}

// Publications is the way to the public. On its topics rooms subscribe before serving. Owed tells of an emergency publication whose review
// is owed now, and Reviewed that the review of one was given; where it took the publication away, Withdrawn follows.
type Publications struct {
	db   *db.DB
	now  kernel.Clock
	ids  kernel.IDs
	log  *audit.Log
	bump Bumper

	Published events.Topic[PublishedEvent]
	Withdrawn events.Topic[WithdrawnEvent]
	Moved     events.Topic[Row]
	Owed      events.Topic[Debt]
	Reviewed  events.Topic[Debt]
}

//go:embed migrations
var migrations embed.FS

// Migrations is the room's schema.
func Migrations() fs.FS { return kernel.Folder(migrations, "migrations") }

// New returns the publications in d.
func New(d *db.DB, now kernel.Clock, ids kernel.IDs, log *audit.Log, bump Bumper) *Publications {
	return &Publications{db: d, now: now, ids: ids, log: log, bump: bump}
}
