package app

import (
	"github.com/zhanqun/zhanqun/platform/estate"
	"github.com/zhanqun/zhanqun/platform/site"
)

type siteApply struct {
	Org         string `name:"org" required:"" placeholder:"CODE" help:"${f_org}"`
	Why         string `name:"why" required:"" placeholder:"TEXT" help:"${f_why}"`
	Document    string `name:"document" required:"" placeholder:"NUMBER" help:"${f_opening}"`
	Lead        string `name:"lead" required:"" placeholder:"NAME" help:"${f_lead}"`
	LeadLogin   string `name:"lead-login" required:"" placeholder:"LOGIN" help:"${f_lead_login}"`
	Leader      string `name:"leader" required:"" placeholder:"NAME" help:"${f_leader}"`
	LeaderLogin string `name:"leader-login" required:"" placeholder:"LOGIN" help:"${f_leader_login}"`
	Kind        string `name:"kind" placeholder:"KIND" help:"${f_kind}"`
	Where       string `name:"where" placeholder:"HOST" help:"${f_where}"`
	Template    string `name:"template" placeholder:"NAME" help:"${f_template}"`
	Name        string `name:"name" placeholder:"TEXT" help:"${f_name}"`
	Code        string `name:"code" placeholder:"CODE" help:"${f_code}"`
	Approval    string `name:"approval" placeholder:"NUMBER" help:"${f_approval}"`
}

// Run asks for a site and prints it.
func (c siteApply) Run(s *session) error {
	h, err := s.house(true)
	if err != nil {
		return err
	}
	defer h.Close()
	g, err := h.Estate.Apply(s.ctx, estate.Form{Org: c.Org, Why: c.Why, Document: c.Document, Lead: c.Lead, LeadLogin: c.LeadLogin, Leader: c.Leader,
		LeaderLogin: c.LeaderLogin, Kind: c.Kind, Where: c.Where, Template: c.Template, Name: c.Name, Code: c.Code, Approval: c.Approval})
	if err != nil {
		return err
	}
	return s.showSite(h, g.ID)
}

// reasoned is a site with what is to be said about it.
type reasoned struct {
	siteArg
	Reason string `name:"reason" required:"" placeholder:"TEXT" help:"${f_reason}"`
}

type siteApprove struct{ reasoned }

// Run approves an application.
func (c siteApprove) Run(s *session) error {
	return c.onSite(s, func(h *House, l site.Listed) error { return h.Estate.Decide(s.ctx, l.ID, true, c.Reason) })
}

type siteRefuse struct{ reasoned }

// Run refuses an application.
func (c siteRefuse) Run(s *session) error {
	return c.onSite(s, func(h *House, l site.Listed) error { return h.Estate.Decide(s.ctx, l.ID, false, c.Reason) })
}

type siteOpen struct{ reasoned }

// Run opens what was approved, on trial.
func (c siteOpen) Run(s *session) error {
	return c.onSite(s, func(h *House, l site.Listed) error { return h.Estate.Provision(s.ctx, l.ID, c.Reason) })
}

type siteLaunch struct{ reasoned }

// Run takes a site from trial to online.
func (c siteLaunch) Run(s *session) error {
	return c.onSite(s, func(h *House, l site.Listed) error { return h.Estate.Launch(s.ctx, l.ID, c.Reason) })
}
