package site

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/org"
)

// Marks are what the platform prints of a site's identity, on every page and whatever the theme: 国办发〔2017〕47号
// has the footer show site code, ICP and police record, the 党政机关 mark, the organ and its contact.
type Marks struct {
	Code     string `json:"code,omitempty"`     // 网站标识码: region code and serial; a channel has none of its own
	ICP      string `json:"icp,omitempty"`      // 陕ICP备12345678号-1
	Police   string `json:"police,omitempty"`   // 陕公网安备 61090202000001号
	Mark     string `json:"mark,omitempty"`     // id of the 党政机关网站标识
	Sponsor  string `json:"sponsor,omitempty"`  // 主办单位
	Operator string `json:"operator,omitempty"` // 承办单位
	Phone    string `json:"phone,omitempty"`
	Address  string `json:"address,omitempty"`
	Emblem   string `json:"emblem,omitempty"` // address of the official file of the national emblem; see org.ShowsEmblem
}

const provinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

var (
	codeForm   = regexp.MustCompile(`^([0-9]{6}|bm[0-9]{4})([0-9]{4})$`)
	icpForm    = regexp.MustCompile(`^[` + provinces + `]ICP备([0-9]{8}|[0-9]{10})号(-[1-9][0-9]{0,2})?$`)
	policeForm = regexp.MustCompile(`^[` + provinces + `]公网安备 ?[0-9]{14}号$`)
	markForm   = regexp.MustCompile(`^[0-9A-Za-z]{8,64}$`)
	phoneForm  = regexp.MustCompile(`^\+?[0-9][0-9 ()（）/、-]{4,60}$`)
	emblemForm = regexp.MustCompile(`^/[A-Za-z0-9._/-]{1,200}$`)
	docForm    = regexp.MustCompile(`^[\p{Han}]{2,24}〔[12][0-9]{3}〕[1-9][0-9]{0,4}号$`)
)

// demoWord stands in every number of a demonstration site, so that nobody takes one for a real record.
const demoWord = "演示"

// ValidateMarks refuses marks that no inspection would accept. On a demonstration site the numbers must say 演示, on
// any other they may not.
func ValidateMarks(m Marks, owner org.Org, kind Kind, demo bool) error {
	if kind != Subsite && m.Code != "" {
		return fault.In("code", "频道和栏目没有自己的网站标识码，页面显示所在网站的标识码。")
	}
	if m.Emblem != "" {
		if demo {
			return fault.In("emblem", "演示站点不能使用国徽。")
		}
		if !owner.ShowsEmblem() {
			return fault.In("emblem", "按照国徽法，国徽只用于县级以上人民政府，“%s”不能使用。", owner.Official())
		}
		if !emblemForm.MatchString(m.Emblem) || strings.Contains(m.Emblem, "..") || strings.Contains(m.Emblem, "//") {
			return fault.In("emblem", "国徽文件应为本平台上的地址，以“/”开头。")
		}
	}
	if err := validateNumbers(m, owner, demo); err != nil {
		return err
	}
	for _, t := range []struct{ field, title, value string }{
		{"sponsor", "主办单位", m.Sponsor}, {"operator", "承办单位", m.Operator}, {"address", "地址", m.Address}} {
		if t.value != "" {
			if say := org.NameSays(t.value, 2, 80); say != nil {
				return fault.In(t.field, "%s%s", t.title, say)
			}
		}
	}
	return nil
}

func validateNumbers(m Marks, owner org.Org, demo bool) error {
	numbers := []struct {
		field, title, value, like string
		form                      *regexp.Regexp
	}{
		{"code", "网站标识码", m.Code, "10 位：6 位区划代码加 4 位顺序号，如 6109000001", codeForm},
		{"icp", "ICP 备案号", m.ICP, "如 陕ICP备12345678号-1", icpForm},
		{"police", "公安备案号", m.Police, "如 陕公网安备 61090202000001号", policeForm},
		{"mark", "党政机关网站标识", m.Mark, "由发证机构给出的字母和数字", markForm},
		{"phone", "联系电话", m.Phone, "如 0915-1234567", phoneForm},
	}
	for _, n := range numbers {
		says := strings.Contains(n.value, demoWord)
		switch {
		case n.value == "":
		case demo && !says:
			return fault.In(n.field, "演示站点的%s必须写明“演示”，不能像真的一样。", n.title)
		case demo:
			if say := org.NameSays(n.value, 2, 40); say != nil {
				return fault.In(n.field, "%s%s", n.title, say)
			}
		case says:
			return fault.In(n.field, "%s含有“演示”，只有演示站点才可以。", n.title)
		case !n.form.MatchString(n.value):
			return fault.In(n.field, "%s“%s”不对，应为%s。", n.title, clip(n.value), n.like)
		}
	}
	if m.Code == "" || demo {
		return nil
	}
	if strings.HasSuffix(m.Code, "0000") {
		return fault.In("code", "网站标识码的顺序号不能是 0000。")
	}
	if region := owner.RegionCode(); region != "" && m.Code[:2] != "bm" && m.Code[:6] != region {
		return fault.In("code", "网站标识码应以主办单位的区划代码 %s 开头，现在是 %s。", region, m.Code[:6])
	}
	return nil
}

// demoMarks fills what a demonstration site has not been given.
func demoMarks(m Marks, kind Kind) Marks {
	fill := func(to *string, with string) {
		if *to == "" {
			*to = with
		}
	}
	if kind == Subsite {
		fill(&m.Code, "演示标识码")
		fill(&m.ICP, "ICP备案号（演示）")
		fill(&m.Police, "公安备案号（演示）")
	}
	fill(&m.Phone, "联系电话（演示）")
	return m
}

func (m Marks) text() string {
	b, err := json.Marshal(m)
	if err != nil {
		return fmt.Sprint(m) // cannot happen: strings only
	}
	return string(b)
}

func overridesText(o Overrides) string {
	b, err := json.Marshal(o)
	if err != nil {
		return fmt.Sprint(o) // cannot happen: strings and numbers only
	}
	return string(b)
}

// clip shortens what somebody typed for a sentence.
func clip(s string) string {
	if rs := []rune(strings.ToValidUTF8(s, "·")); len(rs) > 40 {
		return string(rs[:40]) + "…"
	}
	return strings.ToValidUTF8(s, "·")
}
