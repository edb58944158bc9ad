package estate

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/site"
)

// Form is what opening a site asks for, as it was typed. What is left empty follows from the unit.
type Form struct {
	Org       string `json:"org"` // code of the unit
	Code      string `json:"code"`
	Sponsor   string `json:"sponsor"`
	Operator  string `json:"operator"`
	Phone     string `json:"phone"`
	Address   string `json:"address"`
	ICP       string `json:"icp"`
	Police    string `json:"police"`
	Kind      string `json:"kind"`
	Where     string `json:"where"` // host of a subsite, slug of a channel or column
	Approval  string `json:"approval"`
	Evidence  string `json:"evidence"`
	Template  string `json:"template"`
	Name      string `json:"name"`
	Why       string `json:"why"`
	Document  string `json:"document"`
	Lead      string `json:"lead"`
	LeadLogin string `json:"lead_login"`
	Leader    string `json:"leader"`

	LeaderLogin string `json:"leader_login"`
	Start       string `json:"start"` // trial or online; "" is trial
}

// fields are the form's inputs by the step that asks for them, each with where it is kept.
func (f *Form) fields(step int) map[string]*string {
	switch step {
	case 1:
		return map[string]*string{"org": &f.Org, "code": &f.Code, "sponsor": &f.Sponsor, "operator": &f.Operator, "phone": &f.Phone,
			"address": &f.Address, "icp": &f.ICP, "police": &f.Police}
	case 2:
		return map[string]*string{"kind": &f.Kind, "where": &f.Where, "approval": &f.Approval, "evidence": &f.Evidence}
	case 3:
		return map[string]*string{"template": &f.Template, "name": &f.Name}
	case 4:
		return map[string]*string{"document": &f.Document, "lead": &f.Lead, "lead_login": &f.LeadLogin, "leader": &f.Leader,
			"leader_login": &f.LeaderLogin, "why": &f.Why}
	}
	return map[string]*string{"start": &f.Start}
}

// read takes a step's fields from get, which answers what was typed.
func (f *Form) read(step int, get func(name string) string) {
	for name, at := range f.fields(step) {
		*at = strings.TrimSpace(get(name))
	}
	f.LeadLogin, f.LeaderLogin = strings.ToLower(f.LeadLogin), strings.ToLower(f.LeaderLogin)
}

const lastStep = 5

// spec is the form as platform/site takes it.
func (e *Estate) spec(ctx context.Context, f Form, state site.State) (site.Spec, error) {
	if f.Org == "" {
		return site.Spec{}, fault.In("org", "请选择单位。")
	}
	owner, err := e.Orgs.ByCode(ctx, f.Org)
	if fault.Is(err, fault.NotFound) {
		return site.Spec{}, fault.In("org", "%s", err)
	}
	if err != nil {
		return site.Spec{}, err
	}
	s := site.Spec{Org: owner.ID, Template: f.Template, Kind: site.Kind(f.Kind), Name: f.Name, Approval: f.Approval, Evidence: f.Evidence, State: state,
		Marks: site.Marks{Sponsor: f.Sponsor, Operator: f.Operator, Phone: f.Phone, Address: f.Address, Code: f.Code, ICP: f.ICP, Police: f.Police}}
	if s.Kind == "" {
		facts, err := e.Sites.Prospect(ctx, owner.ID)
		if err != nil {
			return site.Spec{}, err
		}
		s.Kind = site.Kind(facts.Kind)
		if strings.Contains(f.Where, ".") { // a host was asked for, allowed or not
			s.Kind = site.Subsite
		}
	}
	if s.Kind == site.Subsite {
		s.Host = f.Where
	} else {
		s.Slug = f.Where
	}
	return s, nil
}

// check plans the opening and answers what is wrong with the steps up to the given one: what later steps ask is not missed yet.
func (e *Estate) check(ctx context.Context, f Form, upto int) (site.Foreseen, error) {
	s, err := e.spec(ctx, f, site.Trial)
	if err != nil {
		return site.Foreseen{}, err
	}
	seen, err := e.Sites.Foresee(ctx, s)
	if err == nil && upto >= 4 {
		err = f.checkPosts()
	}
	if err != nil && fault.KindOf(err) != "" && fault.KindOf(err) != fault.Unavailable && StepOf(err) > upto {
		err = nil
	}
	return seen, err
}

// StepOf is the step at which a fault of the form is put right.
func StepOf(err error) int {
	field := fieldOf(err)
	var f Form
	for step := 1; step <= lastStep; step++ {
		if _, ok := f.fields(step)[field]; ok {
			return step
		}
	}
	if slices.Contains([]string{"short_name", "description", "theme"}, field) {
		return 3
	}
	return 1 // a rule about the unit: it has a site already, its superior has none
}

// fieldOf is the form's field that a fault is about.
func fieldOf(err error) string {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return ""
	}
	if slices.Contains([]string{"host", "slug", "carrier"}, f.Field) {
		return "where"
	}
	return f.Field
}
