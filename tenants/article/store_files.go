package article

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db"
)

// fileWords are the words in the files of a site's articles, of the edition that is public.
func (a *Articles) fileWords(ctx context.Context, site kernel.SiteID, all []publication.Live) (map[ID]string, error) {
	words := map[ID]string{}
	if len(all) == 0 {
		return words, nil
	}
	ids, editions := make([]ID, len(all)), map[ID]publication.EditionID{}
	for i := range all {
		ids[i], editions[all[i].ID] = all[i].ID, all[i].Edition
	}
	var rows []struct {
		ArticleID ID
		EditionID publication.EditionID
		Words     string
	}
	err := a.DB.Conn(ctx).NewRaw(`SELECT article_id, edition_id, words FROM article_files WHERE site_id = ? AND article_id IN (?)`, site, bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load the words in files of site %d: %w", site, err))
	}
	for _, r := range rows {
		if editions[r.ArticleID] == r.EditionID {
			words[r.ArticleID] = r.Words
		}
	}
	return words, nil
}

// putFileWords keeps the words in the files of an article's public edition, in place of those of the one before.
func (a *Articles) putFileWords(ctx context.Context, site kernel.SiteID, id ID, e publication.EditionID, words string) error {
	_, err := a.DB.Conn(ctx).NewRaw(`INSERT INTO article_files (site_id, article_id, edition_id, words) VALUES (?, ?, ?, ?)
		ON CONFLICT (site_id, article_id) DO UPDATE SET edition_id = EXCLUDED.edition_id, words = EXCLUDED.words`, site, id, e, words).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("keep the words in the files of article %d of site %d: %w", id, site, err))
	}
	return nil
}
