package org

import (
	"context"
	"strings"

	"github.com/uptrace/bun"
)

var likeWords = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// Search finds at most so many orgs by a part of their name or the beginning of their code, the highest first; none for no text.
func (o *Orgs) Search(ctx context.Context, text string, most int) ([]Org, error) {
	text = strings.TrimSpace(text)
	if text == "" || strings.ContainsRune(text, 0) {
		return nil, nil
	}
	like := likeWords.Replace(text)
	return o.list(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where(`name LIKE ? ESCAPE '\' OR short_name LIKE ? ESCAPE '\' OR code LIKE ? ESCAPE '\'`, "%"+like+"%", "%"+like+"%", like+"%").Limit(int64(most))
	})
}
