package column

import "github.com/zhanqun/zhanqun/platform/render"

// SitemapPage is what the site map shows: every visible column, its sub-columns nested in Children.
type SitemapPage struct {
	Columns  []render.Link
	Programs string        // where it says what programs can read
	Doors    []render.Link // pages beside the columns
}
