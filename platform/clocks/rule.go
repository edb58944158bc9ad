package clocks

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"go.yaml.in/yaml/v3"
)

// The units of a rule.
const (
	Hour     = "hour"     // by the clock, nights and holidays count
	Calendar = "calendar" // natural days, to the end of the last one
	Workday  = "workday"  // working days of the calendar, to the end of the last one
)

// The rules that this house starts or computes itself; a pack must have them.
const (
	ImportantActivity = "important_activity" // d05
	NormativeDocument = "normative_document" // d06
	ReviewDebt        = "review_debt"        // C6
	Weekly            = "weekly"             // d43, M2
	Home              = "home"
	Column            = "column"     // d07, d08
	PageError         = "page_error" // G17; a pack may have none
)

var needed = []string{ImportantActivity, NormativeDocument, ReviewDebt, Weekly, Home, Column}

// The steps of a ladder lead to these people.
const (
	ToWriter   = "writer"   // who works at the object
	ToLead     = "lead"     // who leads the site's content
	ToSuperior = "superior" // who supervises the site
)

var rungs = []string{ToWriter, ToLead, ToSuperior}

// Rule is a deadline as data.
type Rule struct {
	Name   string `yaml:"name"`  // what code and rows call it
	Title  string `yaml:"title"` // what people call it
	Unit   string `yaml:"unit"`
	Length int    `yaml:"length"` // in units
	Warn   int    `yaml:"warn"`   // percent of the way from the start to the end at which it turns amber
	Owes   string `yaml:"owes"`
	Owed   string `yaml:"owed"`
	Clause string `yaml:"clause"`
	// Extension is how many units one extension adds; 0: there is none.
	Extension int `yaml:"extension"`
	// Ladder says who is told when it turns amber, when it ends, and when it has been over for as long as the warning was before.
	Ladder []string `yaml:"ladder"`
}

// Pack is a set of rules.
type Pack struct {
	Version string `yaml:"version"`
	Rules   []Rule `yaml:"rules"`
}

//go:embed packs/2015-71.yaml
var packs embed.FS

// Builtin is the pack that is shipped.
var Builtin = sync.OnceValue(func() *Pack {
	f, err := packs.Open("packs/2015-71.yaml")
	if err != nil {
		panic("clocks: " + err.Error())
	}
	p, err := ParsePack(f)
	if err != nil {
		panic("clocks: the embedded pack: " + err.Error())
	}
	return p
})

// packMost bounds a file of rules.
const packMost = 1 << 20

// ParsePack reads a pack. What it does not know, or what a rule lacks, is an Invalid fault that names the rule; nothing of the pack is used.
func ParsePack(r io.Reader) (*Pack, error) {
	raw, err := io.ReadAll(io.LimitReader(r, packMost+1))
	if err != nil {
		return nil, fmt.Errorf("read a pack of rules: %w", err)
	}
	if len(raw) > packMost {
		return nil, fault.New(fault.TooLarge, "时限规则文件超过 1 MB，请拆分。")
	}
	p := &Pack{}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(p); err != nil {
		return nil, fault.Because(err, fault.Invalid, "时限规则文件读不懂，请按样例检查缩进和字段名：%s。", strings.Join(strings.Fields(err.Error()), " "))
	}
	if err := d.Decode(new(Pack)); !errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, "一个时限规则文件只写一份规则，请去掉“---”以后的内容。")
	}
	return p, p.check()
}

func (p *Pack) check() error {
	if strings.TrimSpace(p.Version) == "" {
		return fault.New(fault.Invalid, "时限规则文件缺少 version。")
	}
	seen := map[string]bool{}
	for i, r := range p.Rules {
		if err := r.check(); err != nil {
			return fault.Because(err, fault.Invalid, "第 %d 条时限规则“%s”不对：%s", i+1, r.Name, err)
		}
		if seen[r.Name] {
			return fault.New(fault.Invalid, "时限规则“%s”写了两次，请只留一条。", r.Name)
		}
		seen[r.Name] = true
	}
	for _, name := range needed {
		if !seen[name] {
			return fault.New(fault.Invalid, "时限规则文件缺少“%s”这一条。", name)
		}
	}
	return nil
}

// longest bounds a rule: ten years in days, far beyond any.
const longest = 3660

func (r Rule) check() error {
	switch {
	case strings.TrimSpace(r.Name) == "" || strings.TrimSpace(r.Title) == "":
		return fault.New(fault.Invalid, "name 和 title 都要填写。")
	case r.Unit != Hour && r.Unit != Calendar && r.Unit != Workday:
		return fault.New(fault.Invalid, "unit 应为 hour、calendar 或 workday。")
	case r.Length < 1 || r.Length > longest:
		return fault.New(fault.Invalid, "length 应在 1 和 %d 之间。", longest)
	case r.Warn < 1 || r.Warn > 99:
		return fault.New(fault.Invalid, "warn 是百分数，应在 1 和 99 之间。")
	case r.Extension < 0 || r.Extension > longest:
		return fault.New(fault.Invalid, "extension 应在 0 和 %d 之间。", longest)
	case strings.TrimSpace(r.Owes) == "" || strings.TrimSpace(r.Owed) == "" || strings.TrimSpace(r.Clause) == "":
		return fault.New(fault.Invalid, "owes、owed 和 clause 都要填写。")
	case len(r.Ladder) != 3:
		return fault.New(fault.Invalid, "ladder 要写三级：临近、到期、超期以后各提醒谁。")
	}
	for _, to := range r.Ladder {
		if !slices.Contains(rungs, to) {
			return fault.New(fault.Invalid, "ladder 里的“%s”应为 writer、lead 或 superior。", to)
		}
	}
	return nil
}

// Rule is the rule of a name; ok is false when the pack has none.
func (p *Pack) Rule(name string) (r Rule, ok bool) {
	i := slices.IndexFunc(p.Rules, func(r Rule) bool { return r.Name == name })
	if i < 0 {
		return Rule{Title: name}, false
	}
	return p.Rules[i], true
}
