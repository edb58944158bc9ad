package audit

import (
	"context"
	"fmt"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
)

// Kept is an entry as a backup keeps it: the columns of its row.
type Kept struct {
	Chain        kernel.SiteID
	Seq          int64
	Prev, Hash   string
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

// Link is where a chain stands: its last entry. The zero Link is a chain without entries.
type Link struct {
	Chain kernel.SiteID
	Seq   int64
	Hash  string
}

// Follow answers where the chain stands after k, or a *Broken when k is not what was written after l. An entry of another chain
// begins that one.
func (l Link) Follow(k Kept) (Link, error) {
	if k.Chain != l.Chain {
		l = Link{Chain: k.Chain}
	}
	r := row{Chain: k.Chain, Seq: k.Seq, Prev: k.Prev, Hash: k.Hash, At: k.At, ActorAccount: k.ActorAccount, ActorOrg: k.ActorOrg,
		ActorName: k.ActorName, ActorVia: k.ActorVia, Request: k.Request, Action: k.Action, Object: k.Object, Before: k.Before,
		After: k.After, Note: k.Note}
	switch {
	case k.Seq != l.Seq+1:
		return l, &Broken{k.Chain, l.Seq + 1, "it is missing"}
	case k.Prev != l.Hash:
		return l, &Broken{k.Chain, k.Seq, "it does not follow the entry before it"}
	case k.Hash != r.digest():
		return l, &Broken{k.Chain, k.Seq, "its content is not what was hashed"}
	}
	return Link{k.Chain, k.Seq, k.Hash}, nil
}

// Begin makes an empty chain, for the entries of a backup to follow; Advance then moves its head to the last of them.
func (l *Log) Begin(ctx context.Context, chain kernel.SiteID) error {
	if _, err := l.lock(ctx, []kernel.SiteID{chain}); err != nil {
		return fmt.Errorf("begin audit chain %d: %w", chain, err)
	}
	return nil
}
