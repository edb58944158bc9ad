package audit

import (
	"context"
	"fmt"
	"strings"

	"github.com/zhanqun/zhanqun/storage/db"
)

// found reads what a query asks for, in the order of one of the indexes.
func (l *Log) found(ctx context.Context, q Query) ([]row, error) {
	where, args := []string{"chain = ?"}, []any{q.Chain}
	order := "seq DESC"
	if q.Every {
		where, args = []string{"seq > 0"}, nil
		order = "at DESC, chain DESC, seq DESC"
	}
	add := func(text string, some ...any) { where, args = append(where, text), append(args, some...) }
	switch {
	case q.Before.Seq == 0:
	case q.Every:
		add("(at, chain, seq) < (?, ?, ?)", q.Before.At, q.Before.Chain, q.Before.Seq)
	default:
		add("seq < ?", q.Before.Seq)
	}
	if q.Who != "" {
		add("actor_name = ?", q.Who)
	}
	if q.Object != "" {
		add("object = ?", q.Object)
	}
	if !q.From.IsZero() {
		add("at >= ?", q.From)
	}
	if !q.To.IsZero() {
		add("at < ?", q.To)
	}
	if len(q.Only) > 0 {
		text, some := begins(q.Only)
		add("("+text+")", some...)
	}
	if len(q.Without) > 0 {
		text, some := begins(q.Without)
		add("NOT ("+text+")", some...)
	}
	var rows []row
	err := l.db.Conn(ctx).NewRaw(`SELECT `+columns+` FROM audit_entries WHERE `+strings.Join(where, " AND ")+` ORDER BY `+order+` LIMIT ?`, append(args, q.Most)...).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("find entries of audit chain %d: %w", q.Chain, db.Fault(err))
	}
	return rows, nil
}

// begins matches an action by any of its beginnings, whose signs stand for themselves.
func begins(with []string) (text string, args []any) {
	parts := make([]string, len(with))
	for i, w := range with {
		parts[i] = `action LIKE ? ESCAPE '!'`
		args = append(args, strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(w)+"%")
	}
	return strings.Join(parts, " OR "), args
}
