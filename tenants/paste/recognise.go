package paste

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/tenants/article"
	"golang.org/x/net/html/atom"
)

// Found is what a text says of itself as an official document.
type Found struct {
	Title    string
	Document article.Document // number, issuer, days; they stay in the text as well
	To       string           // 主送机关
	Headings int              // paragraphs that have become headings
}

// Recognise finds the parts of an official document in a text that is HTML: 一、 and （一） that stand alone are headings, the sign-off and the
// number get their class, and what they say is answered beside. The words of the text stay, but the title, which is a field of its own.
func Recognise(source string) (string, Found, error) {
	r, err := Official(source, true)
	return r.HTML, r.Found, err
}

// Lengths, in characters.
const (
	longestTitle   = 200 // of an article
	longestHeading = 50
	longestIssuer  = 40
	headBlocks     = 10 // among which title and number stand
)

var (
	number   = regexp.MustCompile(`^(?:(?:发文字号|文号|文件编号)[:：]\s*)?([\p{Han}]{1,20})\s*[〔\[(（【［]\s*([12]\d{3})\s*年?\s*[〕\])）】］]\s*第?\s*(\d{1,5})\s*号(?:[\s　]+签发人[:：].*)?$`)
	order    = regexp.MustCompile(`^(?:(\d{4}年\d{1,2}月\d{1,2}日)[\s　]*)?([\p{Han}]{2,20}令)[\s　]*第[\s　]*(\d{1,5})[\s　]*号(?:公布|发布)?$`)
	day      = regexp.MustCompile(`^([12]\d{3}|[〇○ＯO0零一二三四五六七八九]{4})年(\d{1,2}|[一二三四五六七八九十]{1,3})月(\d{1,2}|[一二三四五六七八九十廿]{1,3})日$`)
	issued   = regexp.MustCompile(`^([\p{Han}]{2,30}?)[\s　]*(\d{4}年\d{1,2}月\d{1,2}日)印发$`)
	genres   = regexp.MustCompile(`(通知|意见|决定|公告|通告|通报|批复|复函|函|报告|请示|纪要|办法|规定|方案|细则|条例|命令|议案|公报|决议|规划|计划|要点|总结|预案|指南|解读|公示|答复|规则|章程|制度|名单|公约|倡议书)(?:[（(].{1,20}[）)])?$`)
	offices  = regexp.MustCompile(`(政府|办公室|办公厅|委员会|局|厅|部|处|院|中心|办|会|委|站|所|法院|公司|学校|大学|银行|支队|总队|街道|镇|乡|机构|单位|部门|企业)$`)
	counted  = regexp.MustCompile(`^(?:[（(][一二三四五六七八九十百]{1,4}[）)]|[一二三四五六七八九十百]{1,4}、|第[一二三四五六七八九十百]{1,5}[条章节])`)
	chapters = []struct {
		form *regexp.Regexp
		kind atom.Atom
	}{
		{regexp.MustCompile(`^[一二三四五六七八九十百]{1,4}、[\s　]*\S`), atom.H2}, {regexp.MustCompile(`^[（(][一二三四五六七八九十百]{1,4}[）)][\s　]*\S`), atom.H3},
		{regexp.MustCompile(`^第[一二三四五六七八九十百]{1,4}[编章][\s　]+\S`), atom.H2}, {regexp.MustCompile(`^第[一二三四五六七八九十百]{1,4}节[\s　]+\S`), atom.H3},
	}
)

// recognise marks the boxes and answers what it found.
func (d *document) recognise(take bool) Found {
	var f Found
	d.split()
	at, n := f.title(d)
	if take {
		for _, b := range d.blocks[at : at+n] {
			b.runs = nil // its pictures keep their place
		}
	}
	f.number(d)
	f.to(d)
	f.sign(d)
	f.headings(d)
	return f
}

// one is a box's words on one line.
func (b *block) one() string { return strings.Join(strings.Fields(b.text()), " ") }

// title finds the boxes of the title: the only heading of the first level where the text begins, or the lines in the middle above all.
func (f *Found) title(d *document) (at, n int) {
	tops := 0
	for _, b := range d.blocks {
		if b.kind == atom.H1 {
			tops++
		}
	}
	for i, b := range d.blocks[:min(headBlocks, len(d.blocks))] {
		switch {
		case b.kind == atom.H1 && tops == 1 || b.kind == atom.H1 && i == 0 && genres.MatchString(b.one()):
			return f.take(d, i, 1)
		case !b.holdsRuns():
			return 0, 0
		case number.MatchString(b.one()):
		case b.class == "ta-c" && !letterhead(b.one()):
			if n := centred(d.blocks[i:]); n > 0 {
				return f.take(d, i, n)
			}
		case b.class == "" && b.kind == atom.P && len(d.blocks) > i+1 && titled(b.one()):
			return f.take(d, i, 1)
		case b.class == "" && b.kind == atom.P:
			return 0, 0 // the text has begun
		}
	}
	return 0, 0
}

// letterhead reports whether a line is the red one above a document.
func letterhead(s string) bool {
	return strings.HasSuffix(s, "文件") && !strings.Contains(s, "关于")
}

// titled reports whether a plain line is the title of an official document.
func titled(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 6 && n <= 80 && genres.MatchString(s) && strings.Contains(s, "关于") && !strings.ContainsAny(s, "。；！？：")
}

// centred is how many of the first boxes are the lines of one title, which ends with the name of a kind of document.
func centred(blocks []*block) int {
	for i, b := range blocks[:min(6, len(blocks))] {
		if b.class != "ta-c" || b.kind != atom.P || number.MatchString(b.one()) {
			return 0
		}
		if genres.MatchString(b.one()) {
			return i + 1
		}
	}
	return 0
}

// take makes n boxes the title, unless it would be too long for one.
func (f *Found) take(d *document, at, n int) (int, int) {
	var t strings.Builder
	for _, b := range d.blocks[at : at+n] {
		for line := range lines(b.text()) {
			line = strings.TrimSpace(line)
			if last, _ := utf8.DecodeLastRuneInString(t.String()); t.Len() > 0 && line != "" && !wide(last) {
				t.WriteByte(' ')
			}
			t.WriteString(line)
		}
	}
	s := strings.Join(strings.Fields(t.String()), " ")
	if s == "" || utf8.RuneCountInString(s) > longestTitle || n == len(d.blocks) {
		return 0, 0
	}
	f.Title = s
	if m := genres.FindStringSubmatch(s); m != nil {
		f.Document.Genre = m[1]
	}
	return at, n
}

// split makes paragraphs of lines that begin with a number of their own, in the text itself.
func (d *document) split() {
	var all []*block
	for _, b := range d.blocks {
		if b.kind != atom.P {
			all = append(all, b)
			continue
		}
		now := b.like()
		now.places = b.places
		for i, r := range b.runs {
			if r.brk && i+1 < len(b.runs) && counted.MatchString(b.runs[i+1].text) {
				all = append(all, now)
				now = b.like()
				continue
			}
			now.runs = append(now.runs, r)
		}
		all = append(all, now)
	}
	d.blocks = all
}

// number finds the number among the first boxes.
func (f *Found) number(d *document) {
	seen := 0
	for _, b := range d.blocks {
		if b.empty() {
			continue
		}
		if seen++; seen > headBlocks {
			return
		}
		if !b.holdsRuns() {
			continue
		}
		for line := range lines(b.text()) {
			line = strings.TrimFunc(line, indents)
			if in, ok := framed(line); ok {
				line = in
			}
			if m := number.FindStringSubmatch(line); m != nil {
				n, _ := strconv.Atoi(m[3])
				f.Document.Number = m[1] + "〔" + m[2] + "〕" + strconv.Itoa(n) + "号"
				if b.kind == atom.P && !strings.Contains(b.text(), "\n") {
					b.class = "docno"
				}
				return
			}
			if m := order.FindStringSubmatch(line); m != nil { // of an order: 国务院令第541号
				f.Document.Number, f.Document.IssuedOn = m[2]+"第"+m[3]+"号", written(m[1])
				return
			}
		}
	}
}

// framed is a line without the brackets around it: （安政发〔2026〕1号）.
func framed(line string) (string, bool) {
	in, ok := strings.CutPrefix(line, "（")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(in, "）")
}

// to finds whom the document is sent to: the first paragraph, which ends with a colon.
func (f *Found) to(d *document) {
	for _, b := range d.blocks {
		s := b.one()
		switch {
		case b.empty() || b.class != "" || b.heading():
			continue
		case !b.holdsRuns():
			return
		}
		to, ok := strings.CutSuffix(s, "：")
		if !ok {
			to, ok = strings.CutSuffix(s, ":")
		}
		if ok && offices.MatchString(to) && !strings.Contains(to, "。") && !strings.HasPrefix(to, "下列") && !strings.HasPrefix(to, "以下") {
			f.To = to
		}
		return
	}
}

// sign finds the sign-off: a line that is a day, below one or more that name an office; and the day of printing below it.
func (f *Found) sign(d *document) {
	for i, b := range d.blocks {
		if !b.holdsRuns() {
			continue
		}
		if m := issued.FindStringSubmatch(b.one()); m != nil && f.Document.IssuedOn == "" {
			f.Document.IssuedOn = written(m[2])
		}
		on := written(b.one())
		if on == "" || f.Document.WrittenOn != "" {
			continue
		}
		from := i
		for from > 0 && i-from < 6 && office(d.blocks[from-1]) {
			from--
		}
		if from == i && b.class != "ta-r" && b.class != "sign" {
			continue // a day among others
		}
		var names []string
		for _, o := range d.blocks[from:i] {
			names = append(names, o.one())
			o.class = "sign"
		}
		b.class = "sign"
		f.Document.WrittenOn, f.Document.Issuer = on, strings.Join(names, "、")
	}
}

// office reports whether a box is the line of an office in a sign-off.
func office(b *block) bool {
	s := b.one()
	n := utf8.RuneCountInString(s)
	return b.kind == atom.P && n >= 2 && n <= longestIssuer && offices.MatchString(s) && !strings.ContainsAny(s, "。；，：！？、")
}

// written is the day of a line that says nothing else, as "2026-01-05", or "".
func written(line string) string {
	line = strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case indents(r):
			return -1
		}
		return r
	}, line)
	m := day.FindStringSubmatch(line)
	if m == nil {
		return ""
	}
	on := m[1]
	if _, err := strconv.Atoi(on); err != nil {
		on = strings.Map(digit, on)
	}
	s := on + "-" + two(m[2]) + "-" + two(m[3])
	if t, err := time.Parse(time.DateOnly, s); err != nil || t.Year() < 1900 {
		return ""
	}
	return s
}

// digit is a Chinese digit as one of ours.
func digit(r rune) rune {
	for i, c := range []rune("零一二三四五六七八九") {
		if r == c {
			return rune('0' + i)
		}
	}
	if strings.ContainsRune("〇○ＯO0", r) {
		return '0'
	}
	return r
}

// two is a number below a hundred in two digits: "6", "06", 六, 十二, 二十, 廿一, 三十一.
func two(s string) string {
	if n, err := strconv.Atoi(s); err == nil {
		return pad(n)
	}
	n, ten := 0, 0
	for _, r := range s {
		switch {
		case r == '十' && ten == 0:
			ten = max(n, 1)
			n = 0
		case r == '廿' && ten == 0 && n == 0:
			ten = 2
		case n == 0:
			n = int(digit(r) - '0')
		default:
			return "00" // no number
		}
	}
	return pad(10*ten + n)
}

func pad(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// headings makes headings of paragraphs that begin with 一、 or （一） and say no sentence. In a table of contents they stay what they are.
func (f *Found) headings(d *document) {
	last := map[string]int{}
	for i, b := range d.blocks {
		if b.holdsRuns() {
			last[b.one()] = i
		}
	}
	tops := false
	for _, b := range d.blocks {
		tops = tops || b.kind == atom.H1 && !b.empty()
	}
	for i, b := range d.blocks {
		s := b.one()
		if b.kind != atom.P || b.class != "" && b.class != "ta-c" || last[s] != i || !titles(s) || strings.Contains(b.text(), "\n") {
			continue
		}
		for _, c := range chapters {
			if !c.form.MatchString(s) {
				continue
			}
			if b.kind, b.class = c.kind, ""; tops { // the text's own headings go down by one, and these with them
				b.kind = map[atom.Atom]atom.Atom{atom.H2: atom.H1, atom.H3: atom.H2}[c.kind]
			}
			b.quiet()
			f.Headings++
			break
		}
	}
}

// titles reports whether a line is no sentence and no item of an enumeration.
func titles(s string) bool {
	return utf8.RuneCountInString(s) <= longestHeading && !strings.ContainsAny(s, "。；！？;") && !strings.HasSuffix(s, "：") && !strings.HasSuffix(s, ":") && !strings.HasSuffix(s, "，")
}

// official reports whether the text says that it is an official document.
func (f *Found) official() bool { return f.Document.Number != "" }

// Payload is the article that a text makes: an official document if it says that it is one.
func (r *Result) Payload(fallback string) (article.Payload, error) {
	p := article.Payload{Kind: article.News, Title: r.Found.Title, Body: r.HTML}
	if p.Title == "" {
		p.Title = fallback
	}
	if r.Found.official() {
		d := r.Found.Document
		p.Kind, p.Document = article.Policy, &d
	}
	if p.Body == "" {
		return p, fault.New(fault.Invalid, "这个文件里没有可以导入的文字。如果内容是图片，请把文字录入后再发布。")
	}
	return p, p.Check()
}
