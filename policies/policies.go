// Package policies answers one question: may this person do this here?
//
// It serves 安政办发〔2015〕71号 四(三): 下级政府网站负责提供信息内容，上级政府网站承担编辑集成、技术安全、运维保障.
// The higher level runs the technique and never writes the lower level's words; nobody holds technique together
// with integration or content on one site.
//
// model.conf and grants.csv say it in casbin's terms; go generate asks casbin for the whole finite space and writes
// decisions.csv, which the binary embeds and looks up. The tests prove casbin = decisions.csv = a plain oracle.
// Four eyes on one article are a rule of publication, not a grant; who a person is, is platform/identity's.
package policies

//go:generate go test -run ^TestDecisionsAreWhatCasbinSays$ -count=1 . -update

import (
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// Class is the kind of work an action is.
type Class string

// The classes. Technical never meets Integration or Content in one person on one site.
const (
	Technical   Class = "T" // 技术安全、运维保障
	Integration Class = "I" // 编辑集成: where and how things appear, never a title, body or attachment
	Content     Class = "C" // 信息内容
	Supervision Class = "S" // 监督管理
	Citizen     Class = "X" // 公众
)

// Role is what an appointment makes of a person.
type Role string

// The roles of the host's side, of those who assemble, of the owner's side, and the citizen.
const (
	PO Role = "PO"
	IE Role = "IE"
	SA Role = "SA"
	AA Role = "AA"
	SV Role = "SV"
	CL Role = "CL"
	IO Role = "IO"
	LO Role = "LO"
	RV Role = "RV"
	SR Role = "SR"
	PB Role = "PB"
	LD Role = "LD"
	SE Role = "SE"
	LC Role = "LC"
	LH Role = "LH"
	CZ Role = "CZ"
)

var roles = []Role{PO, IE, SA, AA, SV, CL, IO, LO, RV, SR, PB, LD, SE, LC, LH, CZ}

var roleNames = map[Role]string{
	PO: "平台运维员", IE: "编辑集成员", SA: "安全管理员", AA: "审计管理员", SV: "监督员",
	CL: "内容主管", IO: "信息员", LO: "联络员", RV: "审核员", SR: "保密审查员", PB: "发布员", LD: "分管领导",
	SE: "事项编辑", LC: "来信受理员", LH: "来信承办人", CZ: "公众",
}

// Name is the role as people read it, or the bare code of an unknown role.
func (r Role) Name() string {
	if n := roleNames[r]; n != "" {
		return n
	}
	return string(r)
}

// Relation is how an appointment's org stands to a site; Relate and Hold compute it.
type Relation string

// The relations.
const (
	Own        Relation = "own"         // owns this subsite: a city department, a county
	OwnChannel Relation = "own_channel" // owns this channel or column, carried by another site: a township, a county department
	Carrier    Relation = "carrier"     // owns the site that carries the channel
	Host       Relation = "host"        // runs the platform, by office or by a dated delegation
	HostOwn    Relation = "host_own"    // the host's own portal
	Above      Relation = "above"       // superior, neither host nor carrier
	Below      Relation = "below"       // subordinate
	Public     Relation = "public"      // a citizen
	Other      Relation = "other"       // no business here
)

var relations = []Relation{Own, OwnChannel, Carrier, Host, HostOwn, Above, Below, Public, Other}

// Action is a verb of the table, such as "article.create".
type Action string

// Held is one live appointment, seen from one site.
type Held struct {
	Role     Role
	Relation Relation
	InScope  bool // the appointment names no column, or the object lies in the one it names
}

// Proof is what a room knows of the object and the route's guard cannot know.
type Proof struct {
	Assigned bool // the object is assigned to this person; for 上级终审: its column's chain ends at this person's office
}

// May answers nil when the appointments, all the live ones of one person, allow act on the site they were seen
// from; otherwise a Forbidden fault whose sentence says what one may do instead. It allocates nothing on nil.
func May(held []Held, act Action, p Proof) error {
	i, ok := decided.index[act]
	if !ok {
		return fault.New(fault.Forbidden, "系统里没有“%s”这项操作，请联系平台运维人员。", string(act))
	}
	apart := decided.classes[i]&(integration|content) != 0
	allowed := false
	for k := range held {
		s := decided.seat(held[k].Role, held[k].Relation)
		if s == nil {
			continue
		}
		if apart && s.classes&technical != 0 {
			return fault.New(fault.Forbidden, "您在本网站担任%s，不能再编排或办理内容，请由内容岗位的同事办理。", held[k].Role.Name())
		}
		switch s.cells[i] {
		case allow:
			allowed = true
		case ifAssigned:
			allowed = allowed || p.Assigned
		case ifInScope:
			allowed = allowed || held[k].InScope
		}
	}
	if allowed {
		return nil
	}
	return refuse(held, act, i)
}

// CanAppoint answers nil when a person with the appointments held may also get next, all seen from one site;
// otherwise a Conflict fault: nobody holds technique with integration or content on one site (I5).
// A column limits what an appointment reaches, not whom it belongs to, so InScope does not matter here.
func CanAppoint(held []Held, next Held) error {
	n := decided.seat(next.Role, next.Relation)
	if n == nil {
		return fault.New(fault.Invalid, "没有“%s”这个岗位，请从岗位表中选择。", string(next.Role))
	}
	for _, h := range held {
		if s := decided.seat(h.Role, h.Relation); s != nil && (s.classes | n.classes).mixed() {
			return fault.New(fault.Conflict, "同一人在同一网站不能既任%s又任%s：技术与内容、编排必须分开。请另选人员，或先免去原任岗位。",
				h.Role.Name(), next.Role.Name())
		}
	}
	return nil
}

// Apart reports whether there is any pair of relations in which one person may not hold both roles on one site.
// When it is false, no site needs to be looked at before appointing.
func Apart(a, b Role) bool {
	return (decided.ofRole(a) | decided.ofRole(b)).mixed()
}

// Appointing is the action that gives and ends a role; false for a role nobody is appointed to.
func Appointing(r Role) (Action, bool) {
	switch r {
	case PO, SA, AA, SV:
		return "appointment.technical", true
	case IE, CL, IO, LO, RV, SR, PB, LD, SE, LC, LH:
		return "appointment.content", true
	}
	return "", false
}

// CanHold answers nil when a role exists at an org of this level; host says whether the org runs the platform, by
// office or by a delegation that is live now. Three administrators exist only at a host, supervisors at city and county.
func CanHold(r Role, level string, host bool) error {
	_, appointed := Appointing(r)
	switch {
	case !appointed:
		return fault.New(fault.Invalid, "没有“%s”这个岗位，请从岗位表中选择。", string(r))
	case (r == PO || r == SA || r == AA) && !host:
		return fault.New(fault.Invalid, "%s只设在承担平台运维的单位，请改选岗位，或先登记对县区的委托。", r.Name())
	case r == SV && !supervises(level):
		return fault.New(fault.Invalid, "%s只设在市、县两级政府，请改选岗位。", r.Name())
	}
	return nil
}

func supervises(level string) bool { return level == "city" || level == "county" }

// OrgFacts is what the org tree says of one org.
type OrgFacts struct {
	ID    kernel.OrgID
	Level string         // province, city, county, township or dept
	Path  []kernel.OrgID // from the root to the org itself
}

// SiteFacts is what decides how orgs stand to one site.
type SiteFacts struct {
	Owner, Host OrgFacts
	Carrier     OrgFacts     // owner of the site that carries this channel; zero for a subsite
	Kind        string       // subsite, channel or column
	State       string       // applied, approved, provisioning, trial, online, suspended, closing, closed, refused
	Delegate    kernel.OrgID // the county to which the city has delegated technique by a record live now, or 0
}

// refuse finds the most useful sentence: what keeps this person from act, and the way that is open.
func refuse(held []Held, act Action, i int) error {
	if len(held) == 0 {
		return fault.New(fault.Forbidden, "您在本网站没有任职，请联系本单位的内容主管或安全管理员。")
	}
	near := Other
	for _, h := range held {
		switch s := decided.seat(h.Role, h.Relation); {
		case s == nil:
		case s.cells[i] == ifAssigned:
			return fault.New(fault.Forbidden, "这一件没有分给您办理，请向分办人员申请转办。")
		case s.cells[i] == ifInScope:
			return fault.New(fault.Forbidden, "您的任职只限指定的栏目，这一件不在其中，请联系内容主管调整分工。")
		case near == Other:
			near = h.Relation
		}
	}
	if who := decided.who(near, i); len(who) > 0 && near != Public {
		return fault.New(fault.Forbidden, "您的岗位不办理这一步，请由%s办理。", strings.Join(who, "、"))
	}
	return fault.New(fault.Forbidden, "%s", instead(decided.classes[i], near, act))
}
