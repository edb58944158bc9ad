// Package audit remembers who did what, so that nobody can change it unseen (安政办发〔2015〕71号 五(二)：谁主管谁负责、
// 谁发布谁负责).
//
// One chain for each site and one for the platform; each entry's hash covers the hash before it. The schema
// refuses to change or delete entries; whoever alters the file below the schema is found by Verify. Cutting
// off the tail together with the head is found only by comparing with a head exported earlier.
//
// It is data, not a log: an entry is committed with the change that it tells of, or neither is.
package audit

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/events"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Entry is one change. Before and After are short canonical texts, such as a state or a digest, never secrets.
type Entry struct {
	Site   kernel.SiteID // 0 is the platform's chain
	Action string        // "publication.published"
	Object string        // "article/123"
	Before string
	After  string
	Note   map[string]string
}

// Line is an entry in its chain.
type Line struct {
	Entry
	Seq     int64 // counts from 1 without gaps
	At      time.Time
	Actor   kernel.Actor
	Request string
	Hash    string // SHA-256 in hex, over the hash before and all of the above
}

// Broken tells where a chain does not hold.
type Broken struct {
	Chain kernel.SiteID
	Seq   int64 // the first entry that is not as it was written
	Why   string
}

func (b *Broken) Error() string {
	return fmt.Sprintf("audit chain %d is broken at entry %d: %s", b.Chain, b.Seq, b.Why)
}

// ErrOutside says that Record was called outside a transaction.
var ErrOutside = errors.New("audit: a record outside the transaction of its change")

// Log is the chains in a store.
type Log struct {
	db  *db.DB
	now kernel.Clock
	pending

	// Recorded tells of every entry, in the transaction of its change. Subscribers come before serving.
	Recorded events.Topic[Entry]
}

//go:embed migrations
var migrations embed.FS

// Migrations is the room's schema.
func Migrations() fs.FS { return kernel.Folder(migrations, "migrations") }

// New returns the chains in d. ids is not needed yet: entries are numbered by their chain.
func New(d *db.DB, now kernel.Clock, _ kernel.IDs) *Log { return &Log{db: d, now: now} }

// Record notes a change with the actor and the request id in ctx. It must be inside the transaction of the
// change; the entry goes to its chain just before the commit, so that the chain's head is locked shortly
// and, when there are several, in ascending order of the chains.
func (l *Log) Record(ctx context.Context, e Entry) error {
	if !db.InTransaction(ctx) {
		return ErrOutside
	}
	if e.Action == "" {
		return fmt.Errorf("audit: an entry about %q without an action", e.Object)
	}
	r, err := newRow(e, kernel.ActorFrom(ctx), kernel.RequestID(ctx))
	if err != nil {
		return err
	}
	l.put(ctx, l.db, r, l.append)
	return l.Recorded.Emit(ctx, e)
}

func newRow(e Entry, a kernel.Actor, request string) (row, error) {
	note := ""
	if len(e.Note) > 0 {
		b, err := json.Marshal(e.Note) // sorted by key
		if err != nil {
			return row{}, fmt.Errorf("write the note of %s: %w", e.Action, err)
		}
		note = string(b)
	}
	return row{Chain: e.Site, ActorAccount: a.Account, ActorOrg: a.Org, ActorName: clean(a.Name), ActorVia: clean(a.Via),
		Request: clean(request), Action: clean(e.Action), Object: clean(e.Object), Before: clean(e.Before), After: clean(e.After), Note: note}, nil
}

// clean makes a text that both engines keep as it is.
func clean(s string) string { return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD") }

// digest is SHA-256 over the previous hash and the canonical bytes: each field with its length before it,
// so that no two entries have the same bytes.
func (r *row) digest() string {
	b := make([]byte, 0, 512)
	text := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	number := func(n int64) { b = binary.BigEndian.AppendUint64(b, uint64(n)) }
	text("zhanqun audit 1")
	text(r.Prev)
	number(int64(r.Chain))
	number(r.Seq)
	number(r.At.UnixMicro())
	number(int64(r.ActorAccount))
	number(int64(r.ActorOrg))
	for _, s := range []string{r.ActorName, r.ActorVia, r.Request, r.Action, r.Object, r.Before, r.After, r.Note} {
		text(s)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Verify recomputes a chain from its first entry and returns how many entries hold. A chain that does not
// hold answers a *Broken; entries are read in batches, so a long chain needs no memory.
func (l *Log) Verify(ctx context.Context, chain kernel.SiteID) (entries int64, err error) {
	head, err := l.head(ctx, chain)
	if err != nil {
		return 0, err
	}
	prev := ""
	for entries < head.Seq {
		rows, err := l.entriesAfter(ctx, chain, entries, min(head.Seq-entries, 1000))
		if err != nil {
			return entries, err
		}
		if len(rows) == 0 {
			return entries, &Broken{chain, entries + 1, "it is missing"}
		}
		for i := range rows {
			r := &rows[i]
			switch {
			case r.Seq != entries+1:
				return entries, &Broken{chain, entries + 1, "it is missing"}
			case r.Prev != prev:
				return entries, &Broken{chain, r.Seq, "it does not follow the entry before it"}
			case r.Hash != r.digest():
				return entries, &Broken{chain, r.Seq, "its content is not what was hashed"}
			}
			prev, entries = r.Hash, r.Seq
		}
	}
	if prev != head.Hash {
		return entries, &Broken{chain, entries, "the head does not know it"}
	}
	return entries, l.nothingBeyondHead(ctx, chain)
}

// nothingBeyondHead finds entries appended without moving the head. The tail is read before the head, so
// that what others append meanwhile is not taken for a forgery.
func (l *Log) nothingBeyondHead(ctx context.Context, chain kernel.SiteID) error {
	tail, err := l.tail(ctx, chain)
	if err != nil {
		return err
	}
	head, err := l.head(ctx, chain)
	if err != nil {
		return err
	}
	if tail > head.Seq {
		return &Broken{chain, head.Seq + 1, "it stands beyond the head"}
	}
	return nil
}

// List returns a page of a chain, newest first.
func (l *Log) List(ctx context.Context, chain kernel.SiteID, p kernel.Page) ([]Line, error) {
	rows, err := l.newest(ctx, chain, p)
	if err != nil {
		return nil, err
	}
	return linesOf(rows)
}

func linesOf(rows []row) ([]Line, error) {
	lines := make([]Line, len(rows))
	for i, r := range rows {
		lines[i] = Line{Seq: r.Seq, At: r.At.UTC(), Request: r.Request, Hash: r.Hash,
			Entry: Entry{Site: r.Chain, Action: r.Action, Object: r.Object, Before: r.Before, After: r.After},
			Actor: kernel.Actor{Account: r.ActorAccount, Org: r.ActorOrg, Name: r.ActorName, Via: r.ActorVia}}
		if r.Note != "" {
			if err := json.Unmarshal([]byte(r.Note), &lines[i].Note); err != nil {
				return nil, fmt.Errorf("read the note of entry %d of chain %d: %w", r.Seq, r.Chain, err)
			}
		}
	}
	return lines, nil
}
