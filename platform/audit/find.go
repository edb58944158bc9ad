package audit

import (
	"context"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
)

// Query asks for entries, the newest first; zero fields do not narrow.
type Query struct {
	Every    bool          // of all chains; else of Chain alone
	Chain    kernel.SiteID // 0 is the platform's
	Who      string        // the actor's name, whole
	Object   string        // what it is about, whole: "clock/12"
	Only     []string      // what an action begins with: "article."
	Without  []string      // likewise, and is left out
	From, To time.Time     // from From on, before To
	Before   Mark          // go on behind this entry
	Most     int
}

// Mark is where a list goes on: an entry's place among all of them.
type Mark struct {
	At    time.Time
	Chain kernel.SiteID
	Seq   int64
}

// Mark is the entry's own.
func (l *Line) Mark() Mark { return Mark{l.At, l.Entry.Site, l.Seq} }

// findMost bounds an answer.
const findMost = 500

// Find returns entries, the newest first. It goes on by the last entry that was read, so a list that grows meanwhile neither repeats
// nor leaves out.
func (l *Log) Find(ctx context.Context, q Query) ([]Line, error) {
	q.Most = min(max(q.Most, 1), findMost)
	rows, err := l.found(ctx, q)
	if err != nil {
		return nil, err
	}
	return linesOf(rows)
}
