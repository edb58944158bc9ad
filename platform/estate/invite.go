package estate

import (
	"context"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/policies"
)

// Invitation is somebody whom the record of an opening names, and whether the account is there.
type Invitation struct {
	Post
	Role  policies.Role
	There bool
}

// Invitations are the two people of an opening: the first content lead and the leader in charge.
func (e *Estate) Invitations(ctx context.Context, o Opening) ([]Invitation, error) {
	all := []Invitation{{Post: o.Lead, Role: policies.CL}, {Post: o.Leader, Role: policies.LD}}
	for i := range all {
		_, err := e.Accounts.Find(ctx, all[i].Login)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		all[i].There = err == nil
	}
	return all, nil
}

// InviteTo does what the record of an opening says of one of its two people: an account in the unit that owns the site, with the post for the
// whole unit, and a link. The record is the authority, so the server appoints; the chain says who pressed. It is the security administrator's
// to press, not the operator's: who runs the technique does not hand out the first post of words.
func (e *Estate) InviteTo(ctx context.Context, id kernel.SiteID, role policies.Role) (link string, who Invitation, err error) {
	o, ok, err := e.opening(ctx, id)
	if err != nil {
		return "", who, err
	}
	g, err := e.Sites.Get(ctx, id)
	if err != nil {
		return "", who, err
	}
	if !ok || !g.State.Public() {
		return "", who, fault.New(fault.Conflict, "这个网站还没有开通，或者没有开办记录，不能发邀请。")
	}
	two, err := e.Invitations(ctx, o)
	if err != nil {
		return "", who, err
	}
	for _, i := range two {
		if i.Role == role {
			who = i
		}
	}
	switch {
	case who.Role == "":
		return "", who, fault.New(fault.Invalid, "请选择邀请内容主管还是分管领导。")
	case who.There:
		return "", who, fault.New(fault.Conflict, "登录名 %s 已经有账号了。", who.Login)
	}
	err = e.DB.InTx(ctx, func(ctx context.Context) error {
		if err := e.record(ctx, id, "site.invite", who.Login, map[string]string{"role": string(role), "reason": o.Document}); err != nil {
			return err
		}
		as := kernel.WithActor(ctx, identity.System("job"))
		_, made, err := e.Accounts.Invite(as, identity.Account{Login: who.Login, Name: who.Name, Org: g.Org}, []identity.Appointment{{Role: role, Org: g.Org, Document: o.Document}})
		link = e.LinkURL(made.Token)
		return err
	})
	return link, who, err
}
