// Package checks reads an article before it is sent: wrong and sensitive words, leaders' names and their order, personal
// information, links, headings, tables, pictures, what is missing, and what stands almost the same elsewhere in the cluster.
//
// It serves 安政办发〔2015〕71号 二(一) (信息公开前应当审查, d42) and 三(二) (先审查、后公开): what a machine can see is said before
// people review, in one list, and each line leads to its place. Everything works without a network: word packs and lists of
// leaders are files that an operator imports, and nobody outside is asked. When a pack changes, all that is public is read again.
//
// It decides nothing but one thing, a picture without words (Described): a finding of Must wants a written reason before the article is sent, and the reason goes to the reviewers
// and into the chain. It changes no text by itself.
package checks

import (
	"cmp"
	"slices"
	"strings"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// Severity says how much a finding weighs.
type Severity string

// A finding of Must wants a written reason before the article is sent; Should is advice.
const (
	Must   Severity = "must"
	Should Severity = "should"
)

// Rule names what was found.
type Rule string

// The rules.
const (
	Identity Rule = "identity" // 身份证号
	Mobile   Rule = "mobile"   // 手机号
	BankCard Rule = "bankcard" // 银行卡号
	Plate    Rule = "plate"    // 车牌号
	Home     Rule = "home"     // 家庭住址

	Typo      Rule = "typo"      // 错别字
	Wording   Rule = "wording"   // 规范用语
	Sensitive Rule = "sensitive" // 敏感
	Secret    Rule = "secret"    // 涉密

	LeaderName  Rule = "leader_name"
	LeaderPost  Rule = "leader_post"
	LeaderOrder Rule = "leader_order"

	PictureText  Rule = "picture_text"
	HeadingOrder Rule = "heading_order"
	TableHeader  Rule = "table_header"
	LinkText     Rule = "link_text"
	LinkAddress  Rule = "link_address"
	DeadLink     Rule = "dead_link"
	Missing      Rule = "missing"
	TitleLength  Rule = "title_length"
	Punctuation  Rule = "punctuation"
	Spaces       Rule = "spaces"
	NearlySame   Rule = "nearly_same"
)

// personal are the rules about people's data, which one press masks.
var personal = []Rule{Identity, Mobile, BankCard, Plate, Home}

// Place is where a finding is: bytes of a field of the payload. Start == End means the field as a whole, or that it is empty.
type Place struct {
	Field      string // "title", "body", "source"…
	Start, End int
}

// Fix is what one press puts in place of a finding, as plain text.
type Fix struct{ Text string }

// Finding is one thing to look at. Say tells in a sentence what to do; Quote is what stands there.
type Finding struct {
	Rule     Rule
	Severity Severity
	Say      string
	Quote    string
	Place    Place
	Fix      *Fix
}

// Context is what the payload alone does not tell. Its zero value is no dictionary, no list and nobody to ask.
type Context struct {
	Words   []*Dictionary
	Leaders *Roster
	// Own says whether an address belongs to this cluster, and Resolves whether it leads to anything a citizen can read. Nil: nobody is asked.
	Own, Resolves func(address string) bool
	Near          []Near
	Numbered      bool // a document without an index number gets one when it is sent (D3)
}

// Near is a public article of the cluster that says almost the same; Same is how many in a hundred of the words.
type Near struct {
	Title, Site string
	Same        int
}

// findingsMost bounds a list: whoever has more to do begins with these.
const findingsMost = 500

// Check reads the payload and answers what it found, Must first, then in reading order. It asks nobody but the functions of the
// context, and the same payload and context give the same answer.
func Check(p article.Payload, c Context) []Finding {
	var all []Finding
	for _, f := range fields(&p) {
		all = append(all, c.words(f)...)
	}
	all = append(all, c.form(&p)...)
	return sorted(all)
}

// Words is Check without what concerns the form of a page: what a rescan looks for in all that is public.
func Words(p article.Payload, c Context) []Finding {
	var all []Finding
	for _, f := range fields(&p) {
		all = append(all, c.words(f)...)
	}
	return sorted(all)
}

// Plain checks a text that is no article, such as an attachment's.
func Plain(name, text string, c Context) []Finding {
	return sorted(c.words(plain(name, text)))
}

func (c *Context) words(f *field) []Finding {
	all := f.personal()
	for _, d := range c.Words {
		all = append(all, d.find(f)...)
	}
	return append(all, c.Leaders.find(f)...)
}

func sorted(all []Finding) []Finding {
	order := map[string]int{"title": 1, "subtitle": 2, "summary": 3, "source": 4, "body": 5}
	at := func(f Finding) int {
		if strings.HasPrefix(f.Place.Field, filmField) {
			return 6
		}
		return order[f.Place.Field]
	}
	slices.SortStableFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(at(a), at(b)), cmp.Compare(a.Place.Field, b.Place.Field),
			cmp.Compare(a.Place.Start, b.Place.Start), cmp.Compare(a.Place.End, b.Place.End), cmp.Compare(a.Rule, b.Rule))
	})
	all = slices.CompactFunc(all, func(a, b Finding) bool { return a.Rule == b.Rule && a.Place == b.Place })
	return all[:min(len(all), findingsMost)]
}

// NeedsReason reports whether the findings hold one of Must.
func NeedsReason(all []Finding) bool {
	return slices.ContainsFunc(all, func(f Finding) bool { return f.Severity == Must })
}

// Described refuses a text with a picture that nobody has described: no reason makes up for it (GB/T 37668, and whoever cannot see it). What is
// wrong is the field "picture" of its fault.
func Described(all []Finding) error {
	bare := 0
	for _, f := range all {
		if f.Rule == PictureText {
			bare++
		}
	}
	if bare > 0 {
		return fault.In("picture", "还不能送审：有 %d 张图片没有说明。请在修改稿件时点图片，用一句话写出图上有什么；看不见图的人要靠它。", bare)
	}
	return nil
}

// Personal reports whether a finding is about people's data.
func (f Finding) Personal() bool { return slices.Contains(personal, f.Rule) }
