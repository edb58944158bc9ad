package media

import (
	"context"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
)

// fits refuses what would be more than the site may keep, so many more files with so many bytes (A11). Within a transaction whoever asks has the
// site's turn until its end: two at once do not both find the last place.
func (m *Media) fits(ctx context.Context, id kernel.SiteID, name string, files, bytes int64, most site.Quota) error {
	if db.InTransaction(ctx) {
		if err := m.turn(ctx, id); err != nil {
			return err
		}
	}
	have, err := m.total(ctx, id)
	if err != nil {
		return err
	}
	if have+bytes > most.StorageMB<<20 {
		return fault.In("file", "本站的图片和附件已满 %d MB，放不下“%s”。请联系平台运维人员增加空间。", most.StorageMB, short(name))
	}
	n, err := m.count(ctx, id)
	if err == nil && files > 0 && n+files > most.Files {
		return fault.In("file", "本站最多存放 %d 个图片和文件，现在已满，放不下“%s”。请清理媒体库，或联系平台运维人员增加。", most.Files, short(name))
	}
	return err
}

// spare is fits for an item that was made: of one that the site has already nothing is added.
func (m *Media) spare(ctx context.Context, i *Item, most site.Quota) error {
	if same, err := m.same(ctx, i); err != nil || same != nil {
		return err
	}
	return m.fits(ctx, i.Site, i.Name, 1, i.Stored, most)
}
