package pages

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// channel is the PostgreSQL channel of the hints. Its messages are empty: whoever hears one polls.
const channel = "zhanqun_revisions"

const listenAgain = 5 * time.Second

// notify sends one hint in a statement of its own: inside the business transaction it would take a lock that
// every commit of the server waits for.
func (s store) notify(ctx context.Context) error {
	_, err := s.db.Conn(ctx).ExecContext(ctx, "NOTIFY "+channel)
	return err
}

// listen turns hints of other nodes into polls, over a connection of its own, until ctx ends.
func (r *Revisions) listen(ctx context.Context) {
	for ctx.Err() == nil {
		_ = r.hear(ctx) // polling goes on without hints
		select {
		case <-time.After(listenAgain):
		case <-ctx.Done():
		}
	}
}

func (r *Revisions) hear(ctx context.Context) error {
	cfg, err := pgx.ParseConfig(r.store.db.URL())
	if err != nil {
		return err
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeExec
	cfg.RuntimeParams["application_name"] = "zhanqun hints"
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // it is being given up
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	for {
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return err
		}
		signal(r.hint)
	}
}
