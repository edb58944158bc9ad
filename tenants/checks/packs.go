package checks

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
)

// packBytes bounds the file of a pack.
const packBytes = 8 << 20

// Import takes a word pack over for a site, or for the cluster (kernel.Platform), in place of one of the same name; what is public is
// read again behind it.
func (k *Checks) Import(ctx context.Context, id kernel.SiteID, name string, r io.Reader) (*Pack, error) {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n < 1 || n > wordMost || strings.ContainsAny(name, "/\n\x00") || name == basicName {
		return nil, fault.In("name", "词库要有一个名称，不超过 %d 个字。", wordMost)
	}
	raw, err := io.ReadAll(io.LimitReader(r, packBytes+1))
	if err != nil {
		return nil, fault.Because(err, fault.Invalid, "没有读到完整的词库，请重新提交。")
	}
	if len(raw) > packBytes {
		return nil, fault.New(fault.TooLarge, "词库文件太大，最多 %d MB。", packBytes>>20)
	}
	p, err := ReadPack(strings.NewReader(string(raw)))
	if err != nil {
		return nil, err
	}
	row := packRow{SiteID: id, Name: name, Digest: p.Digest, Entries: int64(len(p.Entries) + len(p.Leaders)), Body: string(raw),
		ByName: kernel.ActorFrom(ctx).Name, ImportedAt: k.Now()}
	return p, k.DB.InTx(ctx, func(ctx context.Context) error {
		if err := k.putPack(ctx, &row); err != nil {
			return err
		}
		return k.changed(ctx, id, "wordpack.import", name, fmt.Sprintf("%d %s", row.Entries, p.Digest))
	})
}

// basicName stands for the program's own pack, whose words are not in the store.
const basicName = "程序自带"

// Begin has all that is public read once with the program's own pack: behind an upgrade that brought this room or another pack.
func (k *Checks) Begin(ctx context.Context) error {
	p := Basic()
	return k.DB.InTx(ctx, func(ctx context.Context) error {
		was, err := k.basicRead(ctx)
		if err != nil || was == p.Digest {
			return err
		}
		row := packRow{Name: basicName, Digest: p.Digest, Entries: int64(len(p.Entries)), ByName: kernel.ActorFrom(ctx).Name, ImportedAt: k.Now()}
		if err := k.putPack(ctx, &row); err != nil {
			return err
		}
		return k.changed(ctx, kernel.Platform, "wordpack.import", basicName, fmt.Sprintf("%d %s", row.Entries, p.Digest))
	})
}

// Remove takes a pack away.
func (k *Checks) Remove(ctx context.Context, id kernel.SiteID, name string) error {
	return k.DB.InTx(ctx, func(ctx context.Context) error {
		if _, err := k.pack(ctx, id, name); err != nil {
			if fault.Is(err, fault.NotFound) {
				return fault.Because(err, fault.NotFound, "没有“%s”这个词库。", name)
			}
			return err
		}
		if err := k.dropPack(ctx, id, name); err != nil {
			return err
		}
		return k.changed(ctx, id, "wordpack.remove", name, "")
	})
}

// Installed is a pack as a list shows it.
type Installed struct {
	Name    string    `json:"name"`
	Entries int64     `json:"entries"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}

// Installed lists what a site, or the cluster, has imported.
func (k *Checks) Installed(ctx context.Context, id kernel.SiteID) ([]Installed, error) {
	rows, err := k.packs(ctx, id)
	all := make([]Installed, len(rows))
	for i, r := range rows {
		all[i] = Installed{r.Name, r.Entries, r.ByName, r.ImportedAt.UTC()}
	}
	return all, err
}

// Attachment is what is to be said about a file, with the words of a site or of the cluster.
func (k *Checks) Attachment(ctx context.Context, id kernel.SiteID, name string, r io.Reader) ([]Finding, error) {
	text, err := Text(name, r)
	if err != nil {
		return nil, err
	}
	c, err := k.context(ctx, id)
	if err != nil {
		return nil, err
	}
	return Plain(name, text, c), nil
}

// changed records a change of the packs and has all that it may concern read again.
func (k *Checks) changed(ctx context.Context, id kernel.SiteID, action, name, after string) error {
	if err := k.Audit.Record(ctx, audit.Entry{Site: id, Action: action, Object: "wordpack/" + name, After: after}); err != nil {
		return err
	}
	if id == kernel.Platform {
		return k.Queue.Add(ctx, id, RescanAll{}, jobs.Options{Key: "all"})
	}
	return k.Queue.Add(ctx, id, Rescan{}, jobs.Options{Key: "all"})
}
