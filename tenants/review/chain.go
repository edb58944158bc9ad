package review

import (
	"context"
	"fmt"
	"slices"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/publication"
)

// Chain is how what stands in a column is reviewed. Last is whose office has the last word (上级终审), 0 for the own one.
type Chain struct {
	Column int64
	Policy string
	Last   kernel.OrgID
	// Signers are who alone take a step, by its name: the others may not, as long as they can.
	Signers map[string]kernel.AccountID
}

// ChainNames are the policies in the words of the desk, in the order of publication.Policies.
var ChainNames = map[string]string{
	publication.Small: "一人审核并保密审查（小单位）", publication.Brief: "审核并保密审查、终审", publication.Ordinary: "审核、保密审查、终审",
	publication.Double: "两级审核、保密审查、终审", publication.Triple: "三级审核、保密审查、终审",
}

// ChainOf is the chain of a column: its own, or that of the nearest column above it that has one; nil when none has.
// path is the column followed by those above it.
func (d *Desk) ChainOf(ctx context.Context, site kernel.SiteID, path []int64) (*Chain, error) {
	all, err := d.Chains(ctx, site)
	if err != nil {
		return nil, err
	}
	for _, id := range path {
		if c, ok := all[id]; ok {
			return &c, nil
		}
	}
	return nil, nil
}

// SetChain decides how what stands in a column, and in those below it, is reviewed from the next submission on; policy "" gives the
// decision back to the column above. What is under review already keeps the way it was sent.
func (d *Desk) SetChain(ctx context.Context, site kernel.SiteID, c Chain) error {
	who, err := actor(ctx)
	if err != nil {
		return err
	}
	if c.Policy != "" && !slices.Contains(publication.Policies, c.Policy) {
		return fault.In("policy", "没有这种审核流程，请重新选择。")
	}
	if c.Last != 0 && c.Policy == publication.Small {
		return fault.In("last", "一人审核的流程没有终审一步，不能由上级终审。请改选有终审的流程。")
	}
	if err := c.checkSigners(); err != nil {
		return err
	}
	return d.DB.InTx(ctx, func(ctx context.Context) error {
		if err := d.putChain(ctx, site, c, who); err != nil {
			return err
		}
		return d.Audit.Record(ctx, audit.Entry{Site: site, Action: "review.chain", Object: fmt.Sprintf("column/%d", c.Column), After: c.String()})
	})
}
