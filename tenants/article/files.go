package article

import (
	"context"
	"fmt"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Files reads the files of texts; app plugs what knows them.
type Files interface {
	// Holds reports whether a text names a file that may have words.
	Holds(text string) bool
	// Words are those in the files that a text names, "" when none can be read.
	Words(ctx context.Context, site kernel.SiteID, body string) (string, error)
}

// fileWordsMost is how many bytes of words of a text's files are found (T4).
const fileWordsMost = 512 << 10

// ReadFiles has the files of a public article read for the full text: a large one takes seconds, for which no press of a button waits.
type ReadFiles struct{ Article ID }

// Kind names the job.
func (ReadFiles) Kind() string { return "index.files" }

// readLater leaves the files of what is public to the workers, if it has any; it works within the caller's transaction.
func (a *Articles) readLater(ctx context.Context, l *publication.Live) error {
	if a.Files == nil || !a.Files.Holds(string(l.Payload)) { // addresses are in the payload as they are in the text
		return nil
	}
	return a.Queue.Add(ctx, l.Site, ReadFiles{Article: l.ID}, jobs.Options{Key: fmt.Sprint(l.ID)})
}

// readFiles keeps the words of the files of an article's public edition, and puts it into the full text again. What is public no more needs none.
func (a *Articles) readFiles(ctx context.Context, site kernel.SiteID, id ID) error {
	live, err := a.Published.Live(ctx, object(site, id))
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Gone) || a.Files == nil {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := decode(live.Payload)
	if err != nil {
		return fmt.Errorf("read article %d of site %d: %w", id, site, err)
	}
	words, err := a.Files.Words(ctx, site, p.Body)
	if err != nil {
		return err
	}
	words = strings.ToValidUTF8(strings.ReplaceAll(words[:min(len(words), fileWordsMost)], "\x00", ""), "")
	return a.DB.InTx(ctx, func(ctx context.Context) error {
		now, err := a.Published.Live(ctx, object(site, id))
		if db.Down(err) {
			return err
		}
		if err != nil || now.Edition != live.Edition {
			return nil // withdrawn, or another edition since, which has a job of its own
		}
		if err := a.putFileWords(ctx, site, id, live.Edition, words); err != nil {
			return err
		}
		return a.index(ctx, now)
	})
}
