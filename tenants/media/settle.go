package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/blob"
)

// settle makes a file of a whole arrival, or notes why it cannot be one. Each of its steps may be its last, and the next run goes on: the same
// bytes under the same name are the same item.
func (m *Media) settle(ctx context.Context, site kernel.SiteID, id ID) error {
	a, err := m.arrival(ctx, site, id)
	if fault.Is(err, fault.NotFound) || err == nil && a.State == Coming {
		return nil
	}
	if err != nil {
		return err
	}
	if a.State == Whole {
		i, err := m.assemble(kernel.WithActor(ctx, kernel.Actor{Account: a.By, Name: a.ByName, Via: "job"}), a)
		switch kind := fault.KindOf(err); {
		case err == nil:
			a.State, a.Item = Kept, i.ID
		case kind == fault.Invalid, kind == fault.TooLarge:
			a.State, a.Said = Refused, fault.Say(err)
		default:
			return err
		}
		if err := m.finish(ctx, a); err != nil {
			return err
		}
	}
	return m.sweep(ctx, site, id)
}

// assemble checks what the pieces make together, and keeps it.
func (m *Media) assemble(ctx context.Context, a *Arrival) (*Item, error) {
	pieces, err := m.pieces(ctx, a.Site, a.ID)
	if err != nil {
		return nil, err
	}
	head, err := m.headOf(ctx, pieces)
	if err != nil {
		return nil, err
	}
	kind := avKind(head)
	if kind == "" && a.Size > Most {
		return nil, tooLargeForThat(a)
	}
	if kind != "" {
		return m.keepFilm(ctx, a, pieces, kind)
	}
	r := m.joined(ctx, pieces)
	defer r.Close()
	raw := make([]byte, a.Size)
	if _, err := io.ReadFull(r, raw); err != nil {
		return nil, unread(a, err)
	}
	return m.accept(ctx, a.Site, a.Name, raw)
}

// keepFilm keeps a film as it came. Its pieces are read twice, since its key is its hash, and never stand in memory together.
func (m *Media) keepFilm(ctx context.Context, a *Arrival, pieces []piece, kind string) (*Item, error) {
	quota, err := m.Sites.QuotaOf(ctx, a.Site)
	if err != nil {
		return nil, err
	}
	ext := extension(a.Name)
	if kind = soundOf(kind, ext); !namedLike(kind, ext) {
		return nil, misnamed(a.Name, kind)
	}
	i := &Item{Site: a.Site, Name: cleanName(a.Name, kind), Kind: kind, Bytes: a.Size, Stored: a.Size, By: a.By, At: m.Now()}
	if i.SHA256, err = m.hashed(ctx, a, pieces); err != nil {
		return nil, err
	}
	if err := m.spare(ctx, i, quota); err != nil {
		return nil, err
	}
	if err := m.looked(ctx, a, pieces); err != nil {
		return nil, err
	}
	put := func() error {
		r := m.joined(ctx, pieces)
		defer r.Close()
		stored, err := m.Store.Put(ctx, i.key(0), r, types[kind])
		if err == nil && stored.SHA256 != i.SHA256 {
			err = fmt.Errorf("the pieces of upload %d of site %d were read twice, as %s and as %s", a.ID, a.Site, i.SHA256, stored.SHA256)
		}
		return err
	}
	if err := put(); err != nil {
		return nil, err
	}
	if err := m.keep(ctx, i, quota); err != nil {
		return nil, err
	}
	return i, m.whole(ctx, i, put)
}

// looked asks whether the pieces together are a virus.
func (m *Media) looked(ctx context.Context, a *Arrival, pieces []piece) error {
	r := m.joined(ctx, pieces)
	defer r.Close()
	return m.Virus.look(ctx, a.Name, r)
}

// hashed reads the pieces once, and answers the hash of them all.
func (m *Media) hashed(ctx context.Context, a *Arrival, pieces []piece) (string, error) {
	r := m.joined(ctx, pieces)
	defer r.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, r)
	if err == nil && n != a.Size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return "", unread(a, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func unread(a *Arrival, err error) error {
	return fmt.Errorf("read the pieces of upload %d of site %d: %w", a.ID, a.Site, err)
}

// headOf are the bytes that say what a file is.
func (m *Media) headOf(ctx context.Context, pieces []piece) ([]byte, error) {
	r := m.joined(ctx, pieces)
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, headMost))
}

// joined reads pieces one after the other, of which one is open at a time.
func (m *Media) joined(ctx context.Context, pieces []piece) io.ReadCloser {
	return &joint{rest: pieces, open: func(key string) (io.ReadCloser, error) { return m.Store.Open(ctx, key, blob.Range{}) }}
}

type joint struct {
	rest []piece
	open func(key string) (io.ReadCloser, error)
	now  io.ReadCloser
}

func (j *joint) Read(p []byte) (int, error) {
	for {
		if j.now == nil {
			if len(j.rest) == 0 {
				return 0, io.EOF
			}
			next, err := j.open(j.rest[0].key())
			if err != nil {
				return 0, err
			}
			j.now, j.rest = next, j.rest[1:]
		}
		n, err := j.now.Read(p)
		if errors.Is(err, io.EOF) {
			err = j.Close()
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// Close closes the piece that is open.
func (j *joint) Close() error {
	if j.now == nil {
		return nil
	}
	c := j.now
	j.now = nil
	return c.Close()
}
