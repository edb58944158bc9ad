package audit

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"
	"weak"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

type row struct {
	bun.BaseModel `bun:"table:audit_entries"`

	Chain        kernel.SiteID
	Seq          int64
	Prev         string
	Hash         string
	At           time.Time
	ActorAccount kernel.AccountID
	ActorOrg     kernel.OrgID
	ActorName    string
	ActorVia     string
	Request      string
	Action       string
	Object       string
	Before       string
	After        string
	Note         string
}

const columns = `chain, seq, prev, hash, at, actor_account, actor_org, actor_name, actor_via, request, action, object, before, after, note`

// pending holds what open transactions have recorded. A transaction that is rolled back calls nobody, so its
// entries are let go with the transaction itself.
type pending struct {
	mu   sync.Mutex
	open map[weak.Pointer[sql.Tx]]map[kernel.SiteID][]row
}

// put notes r for the transaction in ctx and, the first time, has write called before its commit with all of it.
func (p *pending) put(ctx context.Context, d *db.DB, r row, write func(context.Context, map[kernel.SiteID][]row) error) {
	tx := d.Conn(ctx).(bun.Tx).Tx
	key := weak.Make(tx)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open == nil {
		p.open = map[weak.Pointer[sql.Tx]]map[kernel.SiteID][]row{}
	}
	if p.open[key] == nil {
		p.open[key] = map[kernel.SiteID][]row{}
		runtime.AddCleanup(tx, func(k weak.Pointer[sql.Tx]) { p.take(k) }, key)
		p.later(ctx, key, write)
	}
	p.open[key][r.Chain] = append(p.open[key][r.Chain], r)
}

func (p *pending) later(ctx context.Context, key weak.Pointer[sql.Tx], write func(context.Context, map[kernel.SiteID][]row) error) {
	db.BeforeCommit(ctx, 1, key, func(ctx context.Context) error { return write(ctx, p.take(key)) })
}

func (p *pending) take(key weak.Pointer[sql.Tx]) map[kernel.SiteID][]row {
	p.mu.Lock()
	defer p.mu.Unlock()
	rows := p.open[key]
	delete(p.open, key)
	return rows
}

// append writes the transaction's entries, chain by chain in ascending order.
func (l *Log) append(ctx context.Context, chains map[kernel.SiteID][]row) error {
	now := l.now()
	for _, chain := range slices.Sorted(maps.Keys(chains)) {
		if err := l.extend(ctx, chain, now, chains[chain]); err != nil {
			return fmt.Errorf("extend audit chain %d: %w", chain, err)
		}
	}
	return nil
}

func (l *Log) extend(ctx context.Context, chain kernel.SiteID, now time.Time, rows []row) error {
	head, err := l.lock(ctx, chain)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		r.Seq, r.Prev, r.At = head.Seq+1, head.Hash, now
		r.Hash = r.digest()
		head.Seq, head.Hash = r.Seq, r.Hash
	}
	c := l.db.Conn(ctx)
	for part := range slices.Chunk(rows, 500) {
		if _, err := c.NewInsert().Model(&part).Exec(ctx); err != nil {
			return err
		}
	}
	_, err = c.NewRaw(`UPDATE audit_heads SET seq = ?, hash = ? WHERE chain = ?`, head.Seq, head.Hash, chain).Exec(ctx)
	return err
}

type head struct {
	Seq  int64
	Hash string
}

// lock holds the chain's head until the commit, making it first when the chain is new.
func (l *Log) lock(ctx context.Context, chain kernel.SiteID) (head, error) {
	forUpdate := ""
	if l.db.Postgres() {
		forUpdate = " FOR UPDATE"
	}
	for {
		var h []head
		err := l.db.Conn(ctx).NewRaw(`SELECT seq, hash FROM audit_heads WHERE chain = ?`+forUpdate, chain).Scan(ctx, &h)
		if err != nil || len(h) == 1 {
			return first(h), err
		}
		if _, err := l.db.Conn(ctx).NewRaw(`INSERT INTO audit_heads (chain, seq, hash) VALUES (?, 0, '') ON CONFLICT DO NOTHING`, chain).Exec(ctx); err != nil {
			return head{}, err
		}
	}
}

func first(h []head) head {
	if len(h) == 0 {
		return head{}
	}
	return h[0]
}

func (l *Log) head(ctx context.Context, chain kernel.SiteID) (head, error) {
	var h []head
	if err := l.db.Conn(ctx).NewRaw(`SELECT seq, hash FROM audit_heads WHERE chain = ?`, chain).Scan(ctx, &h); err != nil {
		return head{}, fmt.Errorf("load the head of audit chain %d: %w", chain, db.Fault(err))
	}
	return first(h), nil
}

func (l *Log) tail(ctx context.Context, chain kernel.SiteID) (int64, error) {
	var seq []int64
	if err := l.db.Conn(ctx).NewRaw(`SELECT coalesce(max(seq), 0) FROM audit_entries WHERE chain = ?`, chain).Scan(ctx, &seq); err != nil {
		return 0, fmt.Errorf("load the tail of audit chain %d: %w", chain, db.Fault(err))
	}
	return seq[0], nil
}

func (l *Log) entriesAfter(ctx context.Context, chain kernel.SiteID, seq, limit int64) ([]row, error) {
	var rows []row
	err := l.db.Conn(ctx).NewRaw(`SELECT `+columns+` FROM audit_entries WHERE chain = ? AND seq > ? ORDER BY seq LIMIT ?`, chain, seq, limit).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("load audit chain %d after %d: %w", chain, seq, db.Fault(err))
	}
	return rows, nil
}

func (l *Log) newest(ctx context.Context, chain kernel.SiteID, p kernel.Page) ([]row, error) {
	var rows []row
	err := l.db.Conn(ctx).NewRaw(`SELECT `+columns+` FROM audit_entries WHERE chain = ? ORDER BY seq DESC LIMIT ? OFFSET ?`, chain, p.Size, p.Offset()).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("load page %d of audit chain %d: %w", p.Number, chain, db.Fault(err))
	}
	return rows, nil
}

// Advance moves the head of a chain to an entry that is there; the schema refuses any other.
func (l *Log) Advance(ctx context.Context, to Link) error {
	if to.Seq == 0 {
		return nil
	}
	if _, err := l.db.Conn(ctx).NewRaw(`UPDATE audit_heads SET seq = ?, hash = ? WHERE chain = ?`, to.Seq, to.Hash, to.Chain).Exec(ctx); err != nil {
		return fmt.Errorf("advance audit chain %d: %w", to.Chain, err)
	}
	return nil
}

// Chains lists the chains that have a head or an entry, ascending.
func (l *Log) Chains(ctx context.Context) ([]kernel.SiteID, error) {
	var chains []kernel.SiteID
	err := l.db.Conn(ctx).NewRaw(`SELECT chain FROM audit_heads UNION SELECT chain FROM audit_entries ORDER BY chain`).Scan(ctx, &chains)
	if err != nil {
		return nil, fmt.Errorf("list the audit chains: %w", db.Fault(err))
	}
	return chains, nil
}
