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

// headsAtOnce and entriesAtOnce bound the rows of one statement.
const (
	headsAtOnce   = 500
	entriesAtOnce = 200
)

// append writes the transaction's entries, the chains in ascending order. An import records on hundreds of sites in one
// transaction, so the statements are few whatever the number of chains.
func (l *Log) append(ctx context.Context, chains map[kernel.SiteID][]row) error {
	now := l.now()
	for some := range slices.Chunk(slices.Sorted(maps.Keys(chains)), headsAtOnce) {
		heads, err := l.lock(ctx, some)
		if err != nil {
			return fmt.Errorf("lock audit chains: %w", err)
		}
		var rows []row
		for i := range heads {
			rows = append(rows, heads[i].extend(now, chains[heads[i].Chain])...)
		}
		if err := l.write(ctx, heads, rows); err != nil {
			return fmt.Errorf("extend audit chains: %w", err)
		}
	}
	return nil
}

type head struct {
	Chain kernel.SiteID
	Seq   int64
	Hash  string
}

// extend links rows to the head and moves it behind them.
func (h *head) extend(now time.Time, rows []row) []row {
	for i := range rows {
		r := &rows[i]
		r.Seq, r.Prev, r.At = h.Seq+1, h.Hash, now
		r.Hash = r.digest()
		h.Seq, h.Hash = r.Seq, r.Hash
	}
	return rows
}

func (l *Log) write(ctx context.Context, heads []head, rows []row) error {
	c := l.db.Conn(ctx)
	for part := range slices.Chunk(rows, entriesAtOnce) {
		if _, err := c.NewInsert().Model(&part).Exec(ctx); err != nil {
			return err
		}
	}
	_, err := c.NewUpdate().With("moved", c.NewValues(&heads)).Table("audit_heads").TableExpr("moved").
		Set("seq = moved.seq").Set("hash = moved.hash").Where("audit_heads.chain = moved.chain").Exec(ctx)
	return err
}

// lock holds the chains' heads until the commit and returns them in the order of chains, which ascends. Several are
// locked once all of them exist, so that no two transactions wait for one another.
func (l *Log) lock(ctx context.Context, chains []kernel.SiteID) ([]head, error) {
	lock := ""
	if l.db.Postgres() {
		lock = " FOR UPDATE"
	}
	look := lock
	if len(chains) > 1 {
		look = ""
	}
	heads, err := l.heads(ctx, chains, look)
	missing := len(heads) < len(chains)
	if err == nil && missing {
		err = l.begin(ctx, chains, heads)
	}
	if err == nil && (missing || look != lock) {
		heads, err = l.heads(ctx, chains, lock)
	}
	if err == nil && len(heads) < len(chains) {
		err = fmt.Errorf("%d of %d heads", len(heads), len(chains)) // nothing ever deletes one
	}
	return heads, err
}

func (l *Log) heads(ctx context.Context, chains []kernel.SiteID, lock string) (heads []head, err error) {
	err = l.db.Conn(ctx).NewRaw(`SELECT chain, seq, hash FROM audit_heads WHERE chain IN (?) ORDER BY chain`+lock, bun.List(chains)).Scan(ctx, &heads)
	return heads, err
}

// begin makes the heads that are missing. Another node may make the same ones now.
func (l *Log) begin(ctx context.Context, chains []kernel.SiteID, have []head) error {
	var missing []head
	for _, chain := range chains {
		if !slices.ContainsFunc(have, func(h head) bool { return h.Chain == chain }) {
			missing = append(missing, head{Chain: chain})
		}
	}
	_, err := l.db.Conn(ctx).NewInsert().Model(&missing).ModelTableExpr("audit_heads").On("CONFLICT DO NOTHING").Exec(ctx)
	return err
}

// head is where a chain ends, the zero head before its first entry.
func (l *Log) head(ctx context.Context, chain kernel.SiteID) (head, error) {
	h, err := l.heads(ctx, []kernel.SiteID{chain}, "")
	if err != nil {
		return head{}, fmt.Errorf("load the head of audit chain %d: %w", chain, db.Fault(err))
	}
	if len(h) == 0 {
		return head{Chain: chain}, nil
	}
	return h[0], nil
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
