package article

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/render"
	"golang.org/x/text/unicode/norm"
)

// Longest texts, in characters; a body is measured in bytes of HTML.
const (
	longestTitle = 200
	longestField = 500
	longestBody  = 4 << 20
)

// dated are the names under which a request may try to say when it was published.
var dated = []string{"published_at", "publishedat", "publish_time", "publish_at", "published", "pubdate", "pub_date",
	"first_published", "first_published_at", "edition_published_at", "shown_at", "release_time"}

// Decode reads an article from a request. It refuses unknown fields, and with a sentence of its own any that
// would set the day of publication (B12).
func Decode(r io.Reader) (Payload, error) {
	body, err := io.ReadAll(io.LimitReader(r, 2*longestBody))
	if err != nil {
		return Payload{}, fault.Because(err, fault.Invalid, "没有收到完整的内容，请重新提交。")
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return Payload{}, fault.Because(err, fault.Invalid, "提交的内容不是有效的 JSON。")
	}
	for name := range fields {
		if slices.Contains(dated, strings.ToLower(strings.ReplaceAll(name, "-", "_"))) {
			return Payload{}, fault.In(name, "发布时间由系统在发布时记录，不能填写或修改。请去掉“%s”后重新提交。", name)
		}
	}
	if _, ok := fields["origin"]; ok {
		return Payload{}, fault.In("origin", "只有经签字的迁移批次才能带入原发布日期。请去掉“origin”后重新提交。")
	}
	var p Payload
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return Payload{}, fault.Because(err, fault.Invalid, "提交的内容里有不认识的项目或类型不对的值。")
	}
	return p, p.Check()
}

// Check normalises the payload in place: texts to NFC, one-line fields to single spaces, the body to what the
// HTML policy allows. It answers an Invalid fault that names the field. Checking twice changes nothing.
func (p *Payload) Check() error {
	if p.Kind == "" {
		p.Kind = News
	}
	if p.Kind != News && p.Kind != Policy {
		return fault.In("kind", "没有“%s”这种稿件。", p.Kind)
	}
	lines := []line{
		{"title", "标题", &p.Title, longestTitle}, {"subtitle", "副标题", &p.Subtitle, longestTitle},
		{"summary", "摘要", &p.Summary, 4 * longestField}, {"author", "作者", &p.Author, longestField},
		{"source", "来源", &p.Source, longestField}, {"keywords", "关键词", &p.Keywords, longestField},
		{"source_url", "来源地址", &p.SourceURL, 4 * longestField},
	}
	if err := checkLines(lines); err != nil {
		return err
	}
	if p.Title == "" {
		return fault.In("title", "标题不能为空。")
	}
	if p.SourceURL != "" {
		u, err := url.Parse(p.SourceURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return fault.In("source_url", "来源地址应是以 http:// 或 https:// 开头的网址。")
		}
	}
	if p.Document != nil {
		if p.Kind != Policy {
			return fault.In("document", "只有公文稿件才有公文信息。")
		}
		if err := p.Document.check(); err != nil {
			return err
		}
	}
	if err := errors.Join(p.checkDisclosure(), p.checkFields()); err != nil {
		return err
	}
	if err := p.checkActivity(); err != nil {
		return err
	}
	return p.checkBody()
}

// checkActivity: 二(一) counts the 24 hours from the end of the activity, to the minute.
func (p *Payload) checkActivity() error {
	p.ActivityEndedAt = strings.TrimSpace(strings.Replace(p.ActivityEndedAt, "T", " ", 1))
	if p.ActivityEndedAt == "" {
		return nil
	}
	if _, err := time.ParseInLocation(ActivityForm, p.ActivityEndedAt, kernel.Beijing); err != nil {
		return fault.In("activity_ended_at", "活动结束时间应形如 2026-11-26 18:00；不是重要政务活动就不填。")
	}
	return nil
}

// checkDisclosure: 政府信息公开条例 第十四至十六条 name the grounds on which something is not disclosed; the ground is written down.
func (p *Payload) checkDisclosure() error {
	if err := checkLines([]line{{"ground", "理由", &p.Ground, longestField}}); err != nil {
		return err
	}
	switch p.Disclosure {
	case "", Proactive:
		p.Ground = ""
	case OnRequest, Withheld:
		if p.Ground == "" {
			return fault.In("ground", "不主动公开的，请写明理由和依据。")
		}
	default:
		return fault.In("disclosure", "没有“%s”这种公开属性。", p.Disclosure)
	}
	return nil
}

// mayBePublic reports whether citizens may be shown the text at all.
func (p *Payload) mayBePublic() bool { return p.Disclosure == "" || p.Disclosure == Proactive }

func (p *Payload) checkBody() error {
	if len(p.Body) > longestBody {
		return fault.New(fault.TooLarge, "正文太长，最多 %d MB。", longestBody>>20)
	}
	if err := readable("body", "正文", p.Body); err != nil {
		return err
	}
	p.Body = norm.NFC.String(render.Sanitise(norm.NFC.String(p.Body)))
	if strings.TrimSpace(p.Body) == "" {
		return fault.In("body", "正文不能为空。")
	}
	return nil
}

// validities are the values of Document.Validity and the words of the banner; in force shows none.
var validities = map[string]string{
	"": "", "in_force": "", "amended": "本文件已被修改，请以修改后的文本为准。", "abolished": "本文件已废止，仅供查阅。", "expired": "本文件已失效，仅供查阅。",
}

var validityNames = map[string]string{"in_force": "有效", "amended": "已修改", "abolished": "已废止", "expired": "已失效"}

// Became is what has become of a document in a word, 已废止, or "" while it is in force or nothing is known.
func Became(validity string) string {
	if validity == "in_force" {
		return ""
	}
	return validityNames[validity]
}

func (d *Document) check() error {
	err := checkLines([]line{
		{"document.number", "发文字号", &d.Number, longestField}, {"document.index_number", "索引号", &d.IndexNumber, longestField},
		{"document.issuer", "发文机关", &d.Issuer, longestField}, {"document.genre", "体裁", &d.Genre, longestField},
		{"document.subject", "主题分类", &d.Subject, longestField}, {"document.level", "效力级别", &d.Level, longestField},
		{"document.region", "适用地区", &d.Region, longestField}, {"document.year", "年度", &d.Year, longestField},
	})
	if err != nil {
		return err
	}
	for _, f := range []struct{ field, label, day string }{
		{"document.written_on", "成文日期", d.WrittenOn}, {"document.issued_on", "印发日期", d.IssuedOn},
		{"document.effective_on", "施行日期", d.EffectiveOn},
	} {
		if !validDay(f.day) {
			return fault.In(f.field, "%s“%s”不是有效的日期，应写成 2015-06-02 的样子，不知道时留空。", f.label, f.day)
		}
	}
	if _, ok := validities[d.Validity]; !ok {
		return fault.In("document.validity", "没有“%s”这种效力状态。", d.Validity)
	}
	if d.Major != "" && d.Major != MajorPolicy {
		return fault.In("document.major", "重大政策只能选“是”或“不是”。")
	}
	return nil
}

// validDay accepts "" and a real day spelled YYYY-MM-DD.
func validDay(s string) bool {
	if s == "" {
		return true
	}
	t, err := time.Parse(time.DateOnly, s)
	return err == nil && t.Year() >= 1900 && t.Format(time.DateOnly) == s
}

// line is a field of one line: its name in JSON, what people call it, where it is, its longest.
type line struct {
	field, label string
	text         *string
	longest      int
}

func checkLines(lines []line) error {
	for _, l := range lines {
		if err := readable(l.field, l.label, *l.text); err != nil {
			return err
		}
		*l.text = norm.NFC.String(strings.Join(strings.FieldsFunc(*l.text, asciiSpace), " "))
		if utf8.RuneCountInString(*l.text) > l.longest {
			return fault.In(l.field, "%s太长，最多 %d 个字。", l.label, l.longest)
		}
	}
	return nil
}

func asciiSpace(r rune) bool { return r == ' ' || r >= '\t' && r <= '\r' }

// readable refuses what no store and no page can carry: broken UTF-8, NUL and the other control characters.
// Private-use and zero-width characters pass: old documents hold them, and they are kept exactly.
func readable(field, label, s string) error {
	if !utf8.ValidString(s) {
		return fault.In(field, "%s不是有效的 UTF-8 文字。", label)
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && !asciiSpace(rune(c)) || c == 0x7f {
			return fault.In(field, "%s里有控制字符（U+%04X），请删除后再提交。", label, c)
		}
	}
	return nil
}

// encode writes the canonical JSON of a checked payload.
func (p *Payload) encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(p); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

func decode(raw []byte) (*Payload, error) {
	p := new(Payload)
	return p, json.Unmarshal(raw, p)
}
