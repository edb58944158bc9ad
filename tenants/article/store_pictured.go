package article

import (
	"context"
	"fmt"
	"strconv"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Pictured is a text that names files of its site, as it is being written.
type Pictured struct {
	ID      ID // 0: a form that was never saved
	Title   string
	State   string
	Version int64
	Binned  bool
	Unsaved bool   // somebody is typing it
	Words   string // all of it, as it is stored
}

// Pictured are the drafts of a site whose words name a file of it, or, with 0, any: the latest first, those in the bin as well; and after
// them what is being typed. A draft whose text stands in its public edition only is not among them.
func (a *Articles) Pictured(ctx context.Context, site kernel.SiteID, file int64) ([]Pictured, error) {
	words, holds := mediaAt, "instr" // several times as quick as LIKE
	if file > 0 {
		words += strconv.FormatInt(file, 10) + "/"
	}
	if a.DB.Postgres() {
		holds = "strpos"
	}
	var all, typed []Pictured
	err := a.DB.Conn(ctx).NewRaw(`SELECT id, title, state, version, binned_at IS NOT NULL AS binned, payload AS words FROM articles
		WHERE site_id = ? AND `+holds+`(payload, ?) > 0 ORDER BY updated_at DESC, id DESC`, site, words).Scan(ctx, &all)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("find drafts of site %d with files: %w", site, err))
	}
	err = a.DB.Conn(ctx).NewRaw(`SELECT coalesce(s.article_id, 0) AS id, coalesce(a.title, '') AS title, s.payload AS words FROM article_autosaves s
		LEFT JOIN articles a ON a.site_id = s.site_id AND a.id = s.article_id
		WHERE s.site_id = ? AND `+holds+`(s.payload, ?) > 0 ORDER BY s.at DESC, s.id DESC`, site, words).Scan(ctx, &typed)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("find unsaved texts of site %d with files: %w", site, err))
	}
	for _, t := range typed {
		t.Unsaved = true
		all = append(all, t)
	}
	return all, nil
}
