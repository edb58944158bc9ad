package media

import (
	"context"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
)

// Waiting says on the first screen that the room for files is nearly used up, to whoever may tidy it (X4, A11); before that it says nothing.
func (m *Media) Waiting(ctx context.Context, site kernel.SiteID) (console.Section, error) {
	if !m.Console.Offers(ctx, site, keeps) {
		return console.Section{}, nil
	}
	quota, err := m.Sites.QuotaOf(ctx, site)
	if err != nil {
		return console.Section{}, err
	}
	used, err := m.total(ctx, site)
	most := quota.StorageMB << 20
	if err != nil || used < most/10*9 {
		return console.Section{}, err
	}
	item := console.Item{Text: large(used) + " / " + large(most), Href: "/sites/" + site.String() + "/media", Mark: "快用完", Kind: "warn"}
	if used >= most {
		item.Mark, item.Kind = "已用完", "bad"
	}
	return console.Section{Title: "存放文件的空间", Items: []console.Item{item}}, nil
}
