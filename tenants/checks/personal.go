package checks

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// number is an unbroken run of digits, full width or not, as it stands in a text.
type number struct {
	digits     string // as 0-9, and X at the end of an identity number
	start, end int
	point      bool // a point or comma goes before or on behind: an amount, or groups of a telephone number
}

// separators may stand, one at a time, between the groups of a number.
const separators = " -－\u3000\u00a0–"

// half is the plain form of a full-width letter or digit.
func half(r rune) rune {
	if r >= '！' && r <= '～' {
		return r - '！' + '!'
	}
	return r
}

func digit(r rune) bool { r = half(r); return r >= '0' && r <= '9' }

func letter(r rune) bool { r = half(r) | 0x20; return r >= 'a' && r <= 'z' }

// numbers are the runs of digits of a text. What stands in a word of Latin letters, in an address or in a decimal is none.
func numbers(text string) []number {
	var all []number
	last := rune(0)
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if !digit(r) {
			last, i = r, i+n
			continue
		}
		start, digits := i, make([]byte, 0, 20)
		for i < len(text) && digit(r) {
			digits = append(digits, byte(half(r)))
			i += n
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		if len(digits) == 17 && strings.ContainsRune("XxＸｘ×", r) {
			digits, i = append(digits, 'X'), i+n
			r, _ = utf8.DecodeRuneInString(text[i:])
		}
		if !letter(last) && !strings.ContainsRune("_/=&%#@", last) && !(i < len(text) && (letter(r) || strings.ContainsRune("_@%/", r))) {
			all = append(all, number{string(digits), start, i, last == '.' || i < len(text) && decimal(text[i:])})
		}
		last = r
	}
	return all
}

// decimal reports whether what follows digits goes on behind a point.
func decimal(rest string) bool {
	r, n := utf8.DecodeRuneInString(rest)
	next, _ := utf8.DecodeRuneInString(rest[n:])
	return (r == '.' || r == ',') && (digit(next) || letter(next))
}

// personal finds people's data: numbers of identity, telephones, cards, cars, and where they live.
func (f *field) personal() []Finding {
	all := f.plates()
	runs := numbers(f.text)
	for i := 0; i < len(runs); {
		used := 1
		for n := min(5, len(runs)-i); n >= 1; n-- {
			if found, ok := f.classify(runs[i : i+n]); ok {
				all = append(all, found)
				used = n
				break
			}
		}
		i += used
	}
	return append(all, f.homes(all)...)
}

// classify reads runs of digits that stand one separator apart as one number.
func (f *field) classify(runs []number) (Finding, bool) {
	first, last := runs[0], runs[len(runs)-1]
	var digits, shape strings.Builder
	for i, r := range runs {
		if i > 0 {
			gap := f.text[runs[i-1].end:r.start]
			if gap == "." && len(runs) == 3 {
				gap = " " // 138.0000.1111
			} else if r.point || first.point {
				return Finding{}, false
			}
			if utf8.RuneCountInString(gap) != 1 || !strings.Contains(separators, gap) {
				return Finding{}, false
			}
			shape.WriteByte(' ')
		}
		if r.point && len(runs) != 3 {
			return Finding{}, false
		}
		digits.WriteString(r.digits)
		shape.WriteString(strings.Repeat("d", len(r.digits)))
	}
	number, groups := digits.String(), strings.Fields(shape.String())
	at := func(rule Rule, severity Severity, say string, head, tail int) (Finding, bool) {
		found := f.finding(rule, severity, first.start, last.end, say)
		found.Fix = &Fix{mask(found.Quote, head, tail)}
		return found, true
	}
	before := f.before(first.start)
	switch {
	case f.identity(number, groups, before):
		return at(Identity, Must, "这里有身份证号，公开前应当遮去出生日期和中间几位。", 6, 4)
	case mobile(number, groups, before, f.text[last.end:]):
		if contact(before) {
			return at(Mobile, Should, "这里有手机号。办事联系请尽量用办公电话；确需公布本人手机的，应征得本人同意。", len(number)-8, 4)
		}
		return at(Mobile, Must, "这里有手机号，公开前应当遮去中间四位。", len(number)-8, 4)
	case card(number, groups, before):
		return at(BankCard, Must, "这里有银行卡号，公开前应当只留前四位和后四位。", 4, 4)
	}
	return Finding{}, false
}

// nearby is how many bytes in front of a number say what it is: some fourteen characters.
const nearby = 42

// before is what stands in front of a place, on the same line.
func (f *field) before(at int) string {
	from := max(0, at-nearby)
	for from < at && !utf8.RuneStart(f.text[from]) {
		from++
	}
	text := f.text[from:at]
	return text[strings.LastIndexByte(text, '\n')+1:]
}

func holds(text string, any ...string) bool {
	for _, s := range any {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

func contact(before string) bool {
	return holds(before, "联系电话", "联系方式", "联系人", "咨询", "热线", "举报电话", "监督电话", "服务电话", "值班电话", "办公电话", "投诉电话", "报名电话")
}

// other says that a number is one of an organisation or a document.
func other(before string) bool {
	return holds(before, "信用代码", "索引号", "文号", "流水号", "订单号", "项目代码", "备案号", "许可证号", "不动产单元")
}

// provinces are the first two digits of the divisions that have issued identity numbers (GB/T 2260), and 83 of residence permits.
var provinces = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"

// identity knows numbers of 18 characters by division, date of birth and check digit (GB 11643), and the older ones of 15 digits, which
// have none, in a text that speaks of such numbers.
func (f *field) identity(number string, groups []string, before string) bool {
	if len(groups) > 1 && (len(groups[0]) != 6 || len(groups) > 5) || len(number) < 15 || !strings.Contains(provinces, number[:2]) || other(before) {
		return false
	}
	switch len(number) {
	case 18:
		named := holds(before, "身份证", "身份号", "证件号")
		return born(number[6:14]) && (checkDigit(number) || named)
	case 15:
		return len(groups) == 1 && born("19"+number[6:12]) && holds(f.text, "身份证", "身份号", "证件号")
	}
	return false
}

func born(day string) bool {
	t, err := time.Parse("20060102", day)
	return err == nil && t.Year() >= 1900 && t.Year() < 2100
}

// checkDigit proves the last character of an identity number (ISO 7064, MOD 11-2).
func checkDigit(number string) bool {
	sum := 0
	for i, w := range [...]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(number[i]-'0') * w
	}
	return number[17] == "10X98765432"[sum%11]
}

// mobile knows eleven digits from 13 to 19, with or without 86 in front; an amount and the number of a document are none.
func mobile(number string, groups []string, before, after string) bool {
	if n := len(number) - 11; n > 0 && (number[:n] == "86" || number[:n] == "0086") {
		number = number[n:]
		if len(groups) > 1 && len(groups[0]) == n {
			groups = groups[1:]
		}
	}
	if len(number) != 11 || number[0] != '1' || number[1] < '3' || other(before) {
		return false
	}
	if len(groups) > 1 {
		switch strings.Join(groups, " ") {
		case "ddd dddd dddd", "ddd dddddddd", "ddddddd dddd", "dddd dddd ddd", "dd ddddddddddd", "dddd ddddddddddd", "dddd ddd dddd":
		default:
			return false
		}
	}
	unit, _ := utf8.DecodeRuneInString(strings.TrimLeft(after, " "))
	return !strings.ContainsRune("元万亿千吨人户亩株羽头只件号㎡㎞°％%", unit) && !holds(before, "编号", "序号", "案号", "账号", "帐号", "金额", "合计")
}

// card knows sixteen to nineteen digits of a known issuer by their check digit (ISO/IEC 7812, Luhn).
func card(number string, groups []string, before string) bool {
	n := len(number)
	if n < 16 || n > 19 || number[n-1] == 'X' || other(before) || holds(before, "编号") {
		return false
	}
	for i, g := range groups {
		if len(groups) > 1 && i < len(groups)-1 && len(g) != 4 && !(i == 0 && len(g) == 6) {
			return false
		}
	}
	union := number[:2] == "62" || number[:2] == "60" && n == 16
	abroad := n == 16 && (number[0] == '4' || number[0] == '5' && number[1] >= '1' && number[1] <= '5' || number[:2] == "35")
	if !union && !abroad || strings.Count(number, number[:1]) == n {
		return false
	}
	sum := 0
	for i := range n {
		d := int(number[n-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// carProvinces are the characters a number plate begins with (GA 36).
const carProvinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

// plates finds the number plates of cars, of the new kind as well.
func (f *field) plates() []Finding {
	var all []Finding
	for i, r := range f.text {
		if r < 0x4e00 || !strings.ContainsRune(carProvinces, r) {
			continue
		}
		if end := plate(f.text[i:]); end > 0 {
			found := f.finding(Plate, Should, i, i+end, "这里有车牌号，公开前应当遮去中间几位。")
			found.Fix = &Fix{mask(found.Quote, 1, 2)}
			all = append(all, found)
		}
	}
	return all
}

// plate is the length of the number plate that a text begins with, or 0.
func plate(text string) int {
	var mark []byte
	end, gap := 0, false
	for i, r := range text {
		if i == 0 {
			continue
		}
		h := unicode.ToUpper(half(r))
		switch {
		case len(mark) > 0 && (digit(h) || letter(h)), len(mark) == 0 && letter(h):
			mark, end = append(mark, byte(h)), i+utf8.RuneLen(r)
		case len(mark) == 1 && !gap && strings.ContainsRune("·•.-－ ・", r), len(mark) == 0 && r == ' ' && !gap:
			gap = gap || len(mark) == 1
			continue
		case len(mark) == 5 && strings.ContainsRune("挂学警港澳使领", r):
			mark, end = append(mark, '0'), i+utf8.RuneLen(r)
			return end * valid(mark)
		default:
			return end * valid(mark)
		}
		if len(mark) > 7 {
			return 0
		}
	}
	return end * valid(mark)
}

// valid is 1 for the letter of a town and a number of its kind: five, or six of which the first or last says that no petrol is burnt.
func valid(mark []byte) int {
	if len(mark) != 6 && len(mark) != 7 || strings.ContainsAny(string(mark[1:]), "IO") {
		return 0
	}
	digits := 0
	for _, c := range mark[1:] {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	green := len(mark) == 7 && (mark[1] >= 'A' && mark[1] <= 'K' && digits >= 4 || mark[6] >= 'A' && mark[6] <= 'K' && digits == 5)
	if len(mark) == 6 && digits >= 3 || green {
		return 1
	}
	return 0
}

// mask leaves the first and last digits and puts a star for each between them; what stands between the groups stays.
func mask(quote string, head, tail int) string {
	n := 0
	for _, r := range quote {
		if digit(r) || letter(r) {
			n++
		}
	}
	var b strings.Builder
	i := 0
	for _, r := range quote {
		if !digit(r) && !letter(r) && r != '×' {
			b.WriteRune(r)
			continue
		}
		if i >= head && i < n-tail {
			r = '*'
		}
		b.WriteRune(r)
		i++
	}
	return b.String()
}
