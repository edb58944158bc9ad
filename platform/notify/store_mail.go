package notify

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
)

type addressRow struct {
	bun.BaseModel `bun:"table:mail_addresses"`
	AccountID     kernel.AccountID `bun:"account_id,pk"`
	Address       string           `bun:"address"`
	Asked         string           `bun:"asked"`
	AskedAt       *time.Time       `bun:"asked_at"`
	Kinds         string           `bun:"kinds"`
	MailedAt      *time.Time       `bun:"mailed_at"`
	Trouble       string           `bun:"trouble"`
}

// address is where a person's letters go; without a row nothing goes anywhere.
func (n *Notices) address(ctx context.Context, who kernel.AccountID) (Address, error) {
	var rows []addressRow
	if err := n.DB.Conn(ctx).NewSelect().Model(&rows).Where("account_id = ?", who).Scan(ctx); err != nil {
		return Address{}, wrap(err, "load the mail address of %d", who)
	}
	a, list := Address{Account: who}, mailedFirst
	if len(rows) == 1 {
		r := rows[0]
		a.Address, a.Asked, a.Refused, list = r.Address, r.Asked, r.Trouble != "", r.Kinds
		if r.AskedAt != nil {
			a.AskedAt = r.AskedAt.UTC()
		}
		if r.MailedAt != nil {
			a.Mailed = r.MailedAt.UTC()
		}
	}
	for k := range strings.SplitSeq(list, ",") {
		if k != "" {
			a.Kinds = append(a.Kinds, Kind(k))
		}
	}
	return a, nil
}

func (n *Notices) saveAddress(ctx context.Context, a Address) error {
	r := addressRow{AccountID: a.Account, Address: a.Address, Asked: a.Asked}
	if a.Asked != "" {
		r.AskedAt = &a.AskedAt
	}
	if !a.Mailed.IsZero() {
		r.MailedAt = &a.Mailed
	}
	if a.Refused {
		r.Trouble = "refused"
	}
	names := make([]string, len(a.Kinds))
	for i, k := range a.Kinds {
		names[i] = string(k)
	}
	r.Kinds = strings.Join(names, ",")
	_, err := n.DB.Conn(ctx).NewInsert().Model(&r).On("CONFLICT (account_id) DO UPDATE").Set("address = EXCLUDED.address").Set("asked = EXCLUDED.asked").
		Set("asked_at = EXCLUDED.asked_at").Set("kinds = EXCLUDED.kinds").Set("mailed_at = EXCLUDED.mailed_at").Set("trouble = EXCLUDED.trouble").Exec(ctx)
	return wrap(err, "keep the mail address of %d", a.Account)
}

func (n *Notices) dropAddress(ctx context.Context, who kernel.AccountID) error {
	_, err := n.DB.Conn(ctx).NewDelete().Model((*addressRow)(nil)).Where("account_id = ?", who).Exec(ctx)
	return wrap(err, "drop the mail address of %d", who)
}

// refuseAsked forgets an address that the server refuses, unless another one was asked for meanwhile.
func (n *Notices) refuseAsked(ctx context.Context, a Address) error {
	_, err := n.DB.Conn(ctx).NewUpdate().Model((*addressRow)(nil)).Set("asked = ''").Set("asked_at = NULL").Set("trouble = 'refused'").
		Where("account_id = ?", a.Account).Where("asked = ?", a.Asked).Exec(ctx)
	return wrap(err, "refuse the mail address of %d", a.Account)
}

// dueOf is what a person is to be written about, the oldest first.
func (n *Notices) dueOf(ctx context.Context, who kernel.AccountID) ([]Notice, error) {
	var rows []noticeRow
	err := n.DB.Conn(ctx).NewSelect().Model(&rows).Where("account_id = ?", who).Where("mail = 'due'").Order("id").Limit(sweptMost).Scan(ctx)
	return notices(rows), wrap(err, "load what %d is to be written about", who)
}

// marked says how the letter about these notices came out.
func (n *Notices) marked(ctx context.Context, rows []Notice, state string, a Address) error {
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	return n.DB.InTx(ctx, func(ctx context.Context) error {
		_, err := n.DB.Conn(ctx).NewUpdate().Table("notices").Set("mail = ?", state).Where("account_id = ?", a.Account).Where("id IN (?)", bun.List(ids)).Exec(ctx)
		if err != nil || state == "" {
			return wrap(err, "mark the letters of %d", a.Account)
		}
		trouble := ""
		if a.Refused {
			trouble = "refused"
		}
		_, err = n.DB.Conn(ctx).NewUpdate().Model((*addressRow)(nil)).Set("mailed_at = ?", a.Mailed).Set("trouble = ?", trouble).
			Where("account_id = ?", a.Account).Where("address = ?", a.Address).Exec(ctx)
		return wrap(err, "mark the letters of %d", a.Account)
	})
}
