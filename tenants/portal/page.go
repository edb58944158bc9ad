package portal

import "github.com/zhanqun/zhanqun/platform/render"

// HomePage is what a home page shows: one headline, or none, and the blocks in the template's order.
type HomePage struct {
	Headline *render.Item
	Blocks   []Block
}

// Block is one widget's answer. A block without items, links, tabs and note is left out of the page.
type Block struct {
	Slot        string // lead | side | main | third | tiles | doors | directory: where the theme puts it
	Kind        string // list | readings | pictures | doors | tiles | tabs | directory | contact: how it looks
	Title, More string // More is the address of the whole list, or ""
	Items       []render.Item
	Links       []render.Link
	Tabs        []Block
	Note        string
}

// Empty reports whether the block has nothing to show.
func (b *Block) Empty() bool {
	return len(b.Items) == 0 && len(b.Links) == 0 && len(b.Tabs) == 0 && b.Note == ""
}
