package app

import (
	"fmt"
	"io"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/site"
)

// siteArg is a site as one types it.
type siteArg struct {
	Site string `arg:"" help:"${a_site}"`
}

// find takes an id, or the address as `site list` shows it, with or without the scheme.
func (a siteArg) find(s *session, h *House) (site.Listed, error) {
	all, err := h.Sites.Listing(s.ctx, site.Filter{}, kernel.Page{})
	if err != nil {
		return site.Listed{}, err
	}
	typed := strings.ToLower(a.Site)
	if _, rest, ok := strings.Cut(typed, "://"); ok {
		typed = rest
	}
	host, path, _ := strings.Cut(strings.TrimSuffix(typed, "/"), "/")
	host, _, _ = strings.Cut(host, ":")
	if path != "" {
		path = "/" + path
	}
	for _, l := range all {
		if l.ID.String() == typed || l.Host == host && l.Prefix == path {
			return l, nil
		}
	}
	return site.Listed{}, fault.New(fault.NotFound, "没有站点“%s”。请用 zhanqun site list 查看编号和地址。", a.Site)
}

// siteOption is the site that a command means; without it, the platform.
type siteOption struct {
	Site string `name:"site" placeholder:"SITE" help:"${f_site_option}"`
}

func (c siteOption) find(s *session, h *House) (kernel.SiteID, error) {
	if c.Site == "" {
		return kernel.Platform, nil
	}
	l, err := siteArg(c).find(s, h)
	return l.ID, err
}

// on opens the house and finds the site.
func (c siteOption) on(s *session, f func(h *House, id kernel.SiteID) error) error {
	h, err := s.house(false)
	if err != nil {
		return err
	}
	defer h.Close()
	id, err := c.find(s, h)
	if err != nil {
		return err
	}
	return f(h, id)
}

// onSite runs f on the site and prints what became of it.
func (a siteArg) onSite(s *session, f func(h *House, l site.Listed) error) error {
	h, err := s.house(false)
	if err != nil {
		return err
	}
	defer h.Close()
	l, err := a.find(s, h)
	if err != nil {
		return err
	}
	if err := f(h, l); err != nil {
		return err
	}
	return s.showSite(h, l.ID)
}

type siteList struct {
	Level string `name:"level" placeholder:"LEVEL" help:"${f_level}"`
}

// Run prints the sites in the order they were opened.
func (c siteList) Run(s *session) error {
	h, err := s.house(false)
	if err != nil {
		return err
	}
	defer h.Close()
	all, err := h.Sites.Listing(s.ctx, site.Filter{Level: c.Level}, kernel.Page{})
	if err != nil {
		return err
	}
	if all == nil {
		all = []site.Listed{}
	}
	return s.print(all, func(w io.Writer) {
		for _, l := range all {
			fmt.Fprintf(w, "%s  %-9s %-8s %-12s %s  %s\n", l.ID, l.State, l.Kind, l.Level, l.URL, l.Name)
		}
	})
}

type siteShow struct{ siteArg }

// shown is a site with its host names.
type shown struct {
	site.Listed
	Template string        `json:"template"`
	Theme    string        `json:"theme,omitempty"`
	Notice   string        `json:"notice,omitempty"`
	Demo     bool          `json:"demo"`
	Marks    site.Marks    `json:"marks"`
	Domains  []shownDomain `json:"domains"`
}

type shownDomain struct {
	Host     string `json:"host"`
	Primary  bool   `json:"primary"`
	Verified bool   `json:"verified"`
	Token    string `json:"token,omitempty"` // to be shown by the host while it is not verified
}

// Run prints one site.
func (c siteShow) Run(s *session) error {
	return c.onSite(s, func(*House, site.Listed) error { return nil })
}

func (s *session) showSite(h *House, id kernel.SiteID) error {
	g, err := h.Sites.Get(s.ctx, id)
	if err != nil {
		return err
	}
	l, err := siteArg{id.String()}.find(s, h)
	if err != nil {
		return err
	}
	v := shown{Listed: l, Template: g.Template, Theme: g.Theme, Notice: g.Notice, Demo: g.Demo, Marks: g.Marks, Domains: []shownDomain{}}
	domains, err := h.Sites.Domains(s.ctx, id)
	if err != nil {
		return err
	}
	for _, d := range domains {
		one := shownDomain{Host: d.Host, Primary: d.Primary, Verified: d.Verified}
		if !d.Verified {
			one.Token = d.Token
		}
		v.Domains = append(v.Domains, one)
	}
	return s.print(v, func(w io.Writer) {
		fmt.Fprintf(w, "%s  %s\n  %s  %s  %s  %s\n  %s\n", l.ID, l.Name, l.Kind, l.Level, g.Template, g.State.Title(), l.URL)
		if g.Notice != "" {
			fmt.Fprintf(w, "  %s\n", g.Notice)
		}
		for _, d := range v.Domains {
			fmt.Fprintf(w, "  %s primary=%v verified=%v", d.Host, d.Primary, d.Verified)
			if d.Token != "" {
				fmt.Fprintf(w, " token=%s", d.Token)
			}
			fmt.Fprintln(w)
		}
	})
}

type siteCreate struct {
	Org       string `name:"org" required:"" placeholder:"CODE" help:"${f_org}"`
	Template  string `name:"template" placeholder:"NAME" help:"${f_template}"`
	Kind      string `name:"kind" placeholder:"KIND" help:"${f_kind}"`
	Host      string `name:"host" placeholder:"HOST" help:"${f_host}"`
	Slug      string `name:"slug" placeholder:"SLUG" help:"${f_slug}"`
	Name      string `name:"name" placeholder:"TEXT" help:"${f_name}"`
	Theme     string `name:"theme" placeholder:"NAME" help:"${f_theme}"`
	Approval  string `name:"approval" placeholder:"NUMBER" help:"${f_approval}"`
	Evidence  string `name:"evidence" placeholder:"TEXT" help:"${f_evidence}"`
	Code      string `name:"code" placeholder:"CODE" help:"${f_code}"`
	ICP       string `name:"icp" placeholder:"NUMBER" help:"${f_icp}"`
	Police    string `name:"police" placeholder:"NUMBER" help:"${f_police}"`
	Phone     string `name:"phone" placeholder:"NUMBER" help:"${f_phone}"`
	AddressAt string `name:"address" placeholder:"TEXT" help:"${f_address}"`
}

// Run opens the site and prints it.
func (c siteCreate) Run(s *session) error {
	h, err := s.house(true)
	if err != nil {
		return err
	}
	defer h.Close()
	owner, err := h.Orgs.ByCode(s.ctx, c.Org)
	if err != nil {
		return err
	}
	g, err := h.Sites.Create(s.ctx, site.Spec{Org: owner.ID, Template: c.Template, Kind: site.Kind(c.Kind), Host: c.Host, Slug: c.Slug,
		Name: c.Name, Theme: c.Theme, Approval: c.Approval, Evidence: c.Evidence,
		Marks: site.Marks{Code: c.Code, ICP: c.ICP, Police: c.Police, Phone: c.Phone, Address: c.AddressAt}})
	if err != nil {
		return err
	}
	return s.showSite(h, g.ID)
}

type siteImport struct {
	File   string `arg:"" help:"${a_csv}"`
	DryRun bool   `name:"dry-run" help:"${dry_run}"`
}

// Run opens the sites of a CSV: all, or none and a report.
func (c siteImport) Run(s *session) error {
	return importTable(s, c.File, func(h *House, f io.Reader) (site.Report, error) { return h.Sites.Import(s.ctx, f, c.DryRun) },
		func(r site.Report, err error) (string, []org.Problem, int) {
			return s.outcome(r.DryRun, err) + fmt.Sprintf(s.words.say("sites_in"), r.Rows, r.Hosts, r.Mounts, r.Unchanged, r.Wrong), r.Problems, r.Wrong
		})
}

type orgImport struct {
	File   string `arg:"" help:"${a_csv}"`
	DryRun bool   `name:"dry-run" help:"${dry_run}"`
}

// Run imports the orgs of a CSV: all, or none and a report.
func (c orgImport) Run(s *session) error {
	return importTable(s, c.File, func(h *House, f io.Reader) (org.Report, error) { return h.Orgs.Import(s.ctx, f, c.DryRun) },
		func(r org.Report, err error) (string, []org.Problem, int) {
			return s.outcome(r.DryRun, err) + fmt.Sprintf(s.words.say("orgs_in"), r.Rows, r.Created, r.Renamed, r.Unchanged, r.Wrong), r.Problems, r.Wrong
		})
}

// importTable hands a CSV to a room and prints what became of it; tell puts the report into a sentence.
func importTable[R any](s *session, file string, do func(*House, io.Reader) (R, error), tell func(R, error) (string, []org.Problem, int)) error {
	f, err := s.file(file)
	if err != nil {
		return err
	}
	defer f.Close()
	h, err := s.house(true)
	if err != nil {
		return err
	}
	defer h.Close()
	report, err := do(h, f)
	sentence, all, wrong := tell(report, err)
	if err != nil && wrong == 0 {
		return err
	}
	printed := s.print(report, func(w io.Writer) {
		fmt.Fprintln(w, sentence)
		problems(w, all, wrong)
	})
	return firstOf(err, printed)
}

// outcome begins the sentence that ends an import.
func (s *session) outcome(dry bool, err error) string {
	switch {
	case err != nil:
		return s.words.say("refused")
	case dry:
		return s.words.say("checked")
	}
	return s.words.say("done")
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func problems(w io.Writer, all []org.Problem, wrong int) {
	for _, p := range all {
		fmt.Fprintln(w, "  "+p.String())
	}
	if more := wrong - len(all); more > 0 {
		fmt.Fprintf(w, "  … %d\n", more)
	}
}
