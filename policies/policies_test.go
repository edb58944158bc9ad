package policies

import (
	"slices"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// C4: a cell that is if_assigned or if_in_scope opens only with its proof; the guard on the route alone never passes it.
func TestProofs(t *testing.T) {
	for name, c := range map[string]struct {
		held Held
		act  Action
		p    Proof
		want bool
	}{
		"a letter handler answers the letter assigned to him":   {Held{LH, Own, true}, "letter.handle", Proof{true}, true},
		"and no other, though it lies in his column":            {Held{LH, Own, true}, "letter.handle", Proof{}, false},
		"a clerk of one mailbox screens its letters":            {Held{LC, HostOwn, true}, "letter.screen", Proof{}, true},
		"and not another mailbox's, though assigned":            {Held{LC, HostOwn, false}, "letter.screen", Proof{true}, false},
		"a superior's reviewer passes what the chain sends him": {Held{RV, Above, true}, "review.final.pass", Proof{true}, true},
		"and nothing else": {Held{RV, Above, true}, "review.final.pass", Proof{}, false},
		"the carrier's reviewer returns what the chain sends him": {Held{RV, Carrier, true}, "review.final.return", Proof{true}, true},
		"the last reviewer changes no byte":                       {Held{RV, Carrier, true}, "article.edit.draft", Proof{true}, false},
		"a subordinate submits":                                   {Held{IO, Below, true}, "submission.send", Proof{}, true},
		"a subordinate does not write":                            {Held{IO, Below, true}, "article.create", Proof{true}, false},
		"a supervisor takes down":                                 {Held{SV, Above, false}, "article.takedown", Proof{}, true},
		"a supervisor does not edit":                              {Held{SV, Above, true}, "article.edit.draft", Proof{true}, false},
		"an integration editor of one column moves another":       {Held{IE, Own, false}, "column.tree.move", Proof{true}, false},
		"a citizen reads":                                         {Held{CZ, Public, false}, "public.read", Proof{}, true},
		"nobody reads a lower site's drafts":                      {Held{SV, Above, true}, "draft.read", Proof{true}, false},
		"an action that is not in the table":                      {Held{PO, Host, true}, "site.destroy", Proof{true}, false},
		"a role that is not in the table":                         {Held{"XX", Host, true}, "site.provision", Proof{true}, false},
		"a relation that is not in the table":                     {Held{PO, "", true}, "site.provision", Proof{true}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if err := May([]Held{c.held}, c.act, c.p); (err == nil) != c.want {
				t.Errorf("got %v, want allowed %v", err, c.want)
			}
		})
	}
}

// C4: every refusal is Forbidden and says in one Chinese sentence what one may do instead.
func TestRefusalsSayWhatOneMayDoInstead(t *testing.T) {
	for name, c := range map[string]struct {
		held []Held
		act  Action
		want string
	}{
		"no appointment":               {nil, "article.create", "没有任职"},
		"not assigned":                 {[]Held{{LH, Own, true}}, "reply.draft", "申请转办"},
		"out of scope":                 {[]Held{{LC, HostOwn, false}}, "letter.accept", "调整分工"},
		"a colleague's step":           {[]Held{{IO, Own, true}}, "secrecy.pass", "请由保密审查员办理"},
		"several colleagues":           {[]Held{{IO, Own, true}}, "article.publish", "请由内容主管、发布员办理"},
		"technique at home":            {[]Held{{CL, Own, true}}, "domain.bind", "向其提出申请"},
		"a township's layout":          {[]Held{{CL, OwnChannel, true}}, "home.slot.place", "申请调整栏目"},
		"a platform's wish to edit":    {[]Held{{SV, Host, true}}, "article.create", "退回、下达任务"},
		"technique and words":          {[]Held{{IO, HostOwn, true}, {PO, HostOwn, true}}, "article.create", "您在本网站担任平台运维员"},
		"a subordinate's wish to edit": {[]Held{{CL, Below, true}}, "article.create", "报送信息"},
		"drafts":                       {[]Held{{SV, Above, true}}, "draft.read", "约稿"},
		"a citizen":                    {[]Held{{CZ, Public, true}}, "article.create", "浏览、检索、写信"},
		"a stranger":                   {[]Held{{CL, Other, true}}, "article.create", "没有业务关系"},
		"a host's wish to assemble":    {[]Held{{SV, Host, true}}, "home.slot.place", "主办单位负责编排"},
		"staff at a citizen's action":  {[]Held{{CL, Own, true}}, "letter.write", "公众身份"},
		"a superior's supervision":     {[]Held{{CL, Below, true}}, "site.approve", "监督员办理"},
		"no such action":               {[]Held{{CL, Own, true}}, "article.burn", "article.burn"},
	} {
		t.Run(name, func(t *testing.T) {
			err := May(c.held, c.act, Proof{})
			if !fault.Is(err, fault.Forbidden) || !strings.Contains(fault.Say(err), c.want) || !strings.HasSuffix(fault.Say(err), "。") {
				t.Errorf("got %v, want …%s…", err, c.want)
			}
		})
	}
}

// C4: every cell of the whole table that refuses has a sentence, none is empty or cut.
func TestEveryRefusalHasASentence(t *testing.T) {
	for _, h := range seats() {
		h.InScope = false
		for _, a := range Actions() {
			if err := May([]Held{h}, a, Proof{}); err != nil {
				if s := fault.Say(err); !strings.HasSuffix(s, "。") || strings.Count(s, "。") != 1 || strings.Contains(s, "%!") {
					t.Fatalf("%v %s: %q", h, a, s)
				}
			}
		}
	}
}

func TestCanHold(t *testing.T) {
	for name, c := range map[string]struct {
		role  Role
		level string
		host  bool
		want  bool
	}{
		"an operator at the host's office":         {PO, "dept", true, true},
		"an operator at a county":                  {PO, "county", false, false},
		"an operator at a delegated county":        {PO, "county", true, true},
		"a security administrator at a township":   {SA, "township", false, false},
		"an audit administrator at a city":         {AA, "city", false, false},
		"a supervisor at the city":                 {SV, "city", false, true},
		"a supervisor at a county":                 {SV, "county", false, true},
		"a supervisor at a township":               {SV, "township", false, false},
		"a supervisor at the host's office":        {SV, "dept", true, false},
		"a content lead at a township":             {CL, "township", false, true},
		"an integration editor at a county":        {IE, "county", false, true},
		"nobody is appointed citizen":              {CZ, "city", true, false},
		"nobody is appointed to what is not there": {"root", "city", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			if err := CanHold(c.role, c.level, c.host); (err == nil) != c.want || err != nil && !fault.Is(err, fault.Invalid) {
				t.Errorf("got %v, want held %v", err, c.want)
			}
		})
	}
	if err := CanAppoint(nil, Held{Role: "root", Relation: Host}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an unknown role: got %v", err)
	}
}

func TestEveryRoleHasAName(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range roles {
		if n := r.Name(); n == string(r) || seen[n] {
			t.Errorf("%s is called %q", r, n)
		} else {
			seen[n] = true
		}
	}
	if got := Role("ZZ").Name(); got != "ZZ" {
		t.Errorf("an unknown role is called %q", got)
	}
}

func TestActionsAndClasses(t *testing.T) {
	of := map[Class]int{}
	for _, a := range Actions() {
		c, ok := a.Class()
		if !ok || strings.ToLower(string(a)) != string(a) || !strings.Contains(string(a), ".") || strings.ContainsAny(string(a), " *,/") {
			t.Errorf("%q, class %q, is no action", a, c)
		}
		of[c]++
	}
	t.Logf("actions by class: %v", of)
	if len(of) != 5 {
		t.Errorf("classes: %v", of)
	}
	if _, ok := Action("article.burn").Class(); ok {
		t.Error("an action that is not in the table has a class")
	}
	Actions()[0] = "spoilt"
	if slices.Contains(Actions(), "spoilt") {
		t.Error("the caller's slice is the table's")
	}
}

// A damaged decisions.csv is refused before it decides anything.
func TestParseRefusesADamagedTable(t *testing.T) {
	const head = "role,relation,class,action,effect\n"
	for name, text := range map[string]string{
		"empty":                      "",
		"no header":                  "PO,host,T,domain.bind,allow\n",
		"a role that is not":         head + "PQ,host,T,domain.bind,allow\n",
		"a relation that is not":     head + "PO,guest,T,domain.bind,allow\n",
		"a class that is not":        head + "PO,host,Q,domain.bind,allow\n",
		"an effect that is not":      head + "PO,host,T,domain.bind,perhaps\n",
		"a deny that is written out": head + "PO,host,T,domain.bind,deny\n",
		"a cell twice":               head + "PO,host,T,domain.bind,allow\nPO,host,T,domain.bind,if_assigned\n",
		"an action in two classes":   head + "PO,host,T,domain.bind,allow\nPO,host,S,domain.bind,allow\n",
		"a row too short":            head + "PO,host,T,domain.bind\n",
		"a nobody's row that allows": head + "-,-,S,draft.read,allow\n",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parse(strings.NewReader(text)); err == nil {
				t.Error("accepted")
			}
		})
	}
	got, err := parse(strings.NewReader("# a comment\n" + head + "-,-,S,draft.read,deny\nPO,host,T,domain.bind,allow\n"))
	if err != nil || len(got.actions) != 2 || got.seat(PO, Host).cells[got.index["domain.bind"]] != allow {
		t.Errorf("a whole table: %v", err)
	}
}

// Must show 4: a decision that allows allocates nothing.
func TestADecisionAllocatesNothing(t *testing.T) {
	held := []Held{{IO, Own, true}, {LO, Own, true}, {RV, Carrier, true}}
	if n := testing.AllocsPerRun(1000, func() {
		if May(held, "article.create", Proof{}) != nil {
			t.Fatal("refused")
		}
	}); n != 0 {
		t.Errorf("%v allocations a decision", n)
	}
}

var sink error

// Must show 4: nanoseconds a decision (bar: 100); casbin beside it, in the same run.
func BenchmarkDecision(b *testing.B) {
	one := []Held{{IO, Own, true}}
	three := []Held{{LO, Other, true}, {RV, Carrier, true}, {IO, Own, true}}
	b.Run("table/one appointment", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sink = May(one, "article.edit.draft", Proof{})
		}
	})
	b.Run("table/three appointments", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sink = May(three, "article.edit.draft", Proof{})
		}
	})
	b.Run("casbin/one appointment", func(b *testing.B) {
		e := enforcer(b, grantsCSV)
		b.ReportAllocs()
		for b.Loop() {
			_, sink = e.Enforce("IO", "own", "C", "article.edit.draft", "no", "yes")
		}
	})
}
