package checks

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// C9, X3: what an autosave of 10,000 characters costs without the checks, and with everything that the desk checks each time: the cleaning of
// the words, the words themselves, links, and the likeness to what is public. The ratio is of one run.
func BenchmarkAutosave(b *testing.B) {
	rooms := append(schemas(), Migrations())
	for name, open := range map[string]func() *db.DB{"sqlite": func() *db.DB { return dbtest.SQLite(b, rooms...) }, "postgres": func() *db.DB { return dbtest.Postgres(b, rooms...) }} {
		b.Run(name, func(b *testing.B) {
			h := build(b, open())
			p := tenThousand(b)
			h.publish(h.county, 0, "<p>另一篇公开的稿件，供比较用。</p>"+p.Body)
			id, err := h.articles.Create(h.ctx, h.town.ID, 2, publication.Small, p)
			h.must(err)
			raw, err := json.Marshal(p)
			h.must(err)
			seq := int64(0)
			keep := func() {
				seq++
				_, err := h.articles.Autosave(h.ctx, article.Autosave{Site: h.town.ID, Article: id, Session: strings.Repeat("b", 32), Seq: seq, Base: 1, Column: 2, Words: string(raw)})
				h.must(err)
			}
			b.Run("kept", func(b *testing.B) {
				for b.Loop() {
					keep()
				}
			})
			b.Run("kept and checked", func(b *testing.B) {
				for b.Loop() {
					keep()
					q := p
					q.Body = render.Sanitise(q.Body)
					all, err := h.Panel(h.ctx, h.town.ID, id, 0, q)
					h.must(err)
					if len(all) == 0 {
						b.Fatal("nothing was found")
					}
				}
			})
		})
	}
}
