package app

import "github.com/zhanqun/zhanqun/platform/site"

type domainArg struct {
	siteArg
	Host string `arg:"" help:"${a_host}"`
}

type domainAdd struct{ domainArg }

// Run adds a host name and prints the token its owner has to show.
func (c domainAdd) Run(s *session) error {
	return c.onSite(s, func(h *House, l site.Listed) error {
		_, err := h.Sites.AddDomain(s.ctx, l.ID, c.Host)
		return err
	})
}

type domainVerify struct {
	domainArg
	Note string `name:"note" placeholder:"TEXT" help:"${f_note}"`
}

// Run verifies a host name.
func (c domainVerify) Run(s *session) error {
	return c.onSite(s, func(h *House, l site.Listed) error { return h.Sites.VerifyDomain(s.ctx, l.ID, c.Host, c.Note) })
}

type domainPrimary struct{ domainArg }

// Run makes a host name the one citizens see.
func (c domainPrimary) Run(s *session) error {
	return c.onSite(s, func(h *House, l site.Listed) error { return h.Sites.PrimaryDomain(s.ctx, l.ID, c.Host) })
}

type domainRemove struct{ domainArg }

// Run removes a host name.
func (c domainRemove) Run(s *session) error {
	return c.onSite(s, func(h *House, l site.Listed) error { return h.Sites.RemoveDomain(s.ctx, l.ID, c.Host) })
}

type siteSuspend struct {
	siteArg
	Reason string `name:"reason" required:"" placeholder:"TEXT" help:"${f_reason}"`
	Notice string `name:"notice" required:"" placeholder:"TEXT" help:"${f_notice}"`
	Days   int    `name:"days" placeholder:"N" help:"${f_days}"`
}

// Run suspends a site.
func (c siteSuspend) Run(s *session) error {
	return c.onSite(s, func(h *House, l site.Listed) error {
		if c.Days == 0 {
			return h.Sites.Suspend(s.ctx, l.ID, c.Reason, c.Notice)
		}
		return h.Estate.Suspend(s.ctx, l.ID, c.Reason, c.Notice, c.Days)
	})
}

type siteResume struct {
	siteArg
	Reason string `name:"reason" required:"" placeholder:"TEXT" help:"${f_reason}"`
}

// Run resumes a site.
func (c siteResume) Run(s *session) error {
	return c.onSite(s, func(h *House, l site.Listed) error { return h.Estate.Resume(s.ctx, l.ID, c.Reason) })
}

type siteClose struct {
	siteArg
	Reason string `name:"reason" required:"" placeholder:"TEXT" help:"${f_reason}"`
	Notice string `name:"notice" required:"" placeholder:"TEXT" help:"${f_notice}"`
}

// Run announces a site's end, and the second time ends it.
func (c siteClose) Run(s *session) error {
	return c.onSite(s, func(h *House, l site.Listed) error { return h.Estate.Close(s.ctx, l.ID, l.Name, c.Reason, c.Notice) })
}
