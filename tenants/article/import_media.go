package article

import (
	"context"
	"fmt"
)

// A document may name pictures and files that its new site keeps already (E5, d12): they are public with it, like those of any other text.
// What its site has not is refused, so that no citizen meets a picture which is not there.

// mediaAt is in the address of every picture and file that a site keeps for its texts.
const mediaAt = "/-/media/"

// pictured does something with each of the rows whose text may name any.
func (im *importer) pictured(ctx context.Context, rows []row, do func(context.Context, *row) error) error {
	for i := range rows {
		if rows[i].body == "" || im.Pictures == nil {
			continue
		}
		if err := do(ctx, &rows[i]); err != nil {
			return err
		}
	}
	return nil
}

func (im *importer) has(ctx context.Context, r *row) error {
	return im.Pictures.Has(ctx, r.seat.site, r.body)
}

// uses notes what the row's edition shows, which has just become public.
func (im *importer) uses(ctx context.Context, r *row) error {
	live, err := im.Published.Live(ctx, r.item.Object)
	if err != nil {
		return fmt.Errorf("note what article %d uses: %w", r.article, err)
	}
	return im.Pictures.Use(ctx, r.seat.site, int64(live.Edition), r.body)
}
