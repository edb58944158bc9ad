package article

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/render"
	"golang.org/x/text/unicode/norm"
)

// sourceDocument is a line of a document file: the fields of an old site's export.
type sourceDocument struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Number      string `json:"number"`
	Issuer      string `json:"issuer"`
	Date        string `json:"date"`      // written or promulgated
	Effective   string `json:"effective"` // in force from
	Published   string `json:"published"` // on the old site
	Status      string `json:"status"`    // 有效 | 已修改 | 已废止 | 已失效
	Level       string `json:"level"`
	Category    string `json:"category"`
	Region      string `json:"region"`
	IndexNumber string `json:"index_number"`
	Subject     string `json:"subject"`
	Keywords    string `json:"keywords"`
	Year        string `json:"year"`
	Source      string `json:"source"`
	Licence     string `json:"licence"`
	Body        string `json:"body_html"`
}

var statuses = map[string]string{
	"": "", "有效": "in_force", "现行有效": "in_force", "已修改": "amended", "已被修改": "amended",
	"已废止": "abolished", "废止": "abolished", "已失效": "expired", "失效": "expired",
}

// readDocument reads one line. Its errors are Invalid faults; one of JSON's tells the column as well.
func readDocument(raw []byte) (*sourceDocument, int, error) {
	if !utf8.Valid(raw) {
		at := 0
		for at < len(raw) {
			r, n := utf8.DecodeRune(raw[at:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			at += n
		}
		return nil, columnOf(raw, at), fault.New(fault.Invalid, "这里不是 UTF-8 编码，请把文件转换成 UTF-8 后重新导入。")
	}
	d := new(sourceDocument)
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	err := dec.Decode(d)
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return nil, columnOf(raw, int(syntax.Offset)-1), fault.Because(err, fault.Invalid, "从这里开始不是有效的 JSON。")
	case errors.As(err, &wrong):
		return nil, columnOf(raw, int(wrong.Offset)-1), &fault.Fault{Kind: fault.Invalid, Field: wrong.Field,
			Say: fmt.Sprintf("“%s”应是文字，这里是 %s。", wrong.Field, wrong.Value), Cause: err}
	case err != nil && strings.Contains(err.Error(), "unknown field"):
		name := strings.Trim(strings.TrimPrefix(err.Error(), "json: unknown field "), `"`)
		return nil, columnOf(raw, bytes.Index(raw, []byte(`"`+name+`"`))), fault.In(name, "有不认识的项目“%s”。", name)
	case err != nil:
		return nil, columnOf(raw, len(raw)), fault.Because(err, fault.Invalid, "这一行没有写完。")
	}
	if rest := bytes.TrimSpace(raw[dec.InputOffset():]); len(rest) > 0 {
		return nil, columnOf(raw, len(raw)-len(rest)), fault.New(fault.Invalid, "一行只能有一个文件，后面还有多余的内容。")
	}
	return d, 0, d.whole(raw)
}

// columnOf counts characters from 1.
func columnOf(raw []byte, at int) int { return utf8.RuneCount(raw[:max(0, min(at, len(raw)))]) + 1 }

// whole refuses a document whose text JSON had to mend: half of a surrogate pair becomes U+FFFD.
func (d *sourceDocument) whole(raw []byte) error {
	mended := strings.Count(d.Title+d.Number+d.Body, "\uFFFD")
	if mended == 0 {
		return nil
	}
	lower := bytes.ToLower(raw)
	if mended > bytes.Count(raw, []byte("\uFFFD"))+bytes.Count(lower, []byte(`\ufffd`)) {
		return fault.In("body_html", "文字里有残缺的字符（半个代理对），原文已损坏。")
	}
	return nil
}

// payload turns the document into what is frozen. now bounds the original day: nothing was published tomorrow.
func (d *sourceDocument) payload(batch string, now time.Time) (Payload, time.Time, error) {
	validity, known := statuses[strings.TrimSpace(d.Status)]
	switch {
	case strings.TrimSpace(d.ID) == "" || len(d.ID) > 200:
		return Payload{}, time.Time{}, fault.In("id", "缺少编号 id，或编号超过 200 个字节。")
	case !known:
		return Payload{}, time.Time{}, fault.In("status", "不认识的效力状态“%s”。", d.Status)
	}
	for _, f := range []struct{ name, day string }{{"date", d.Date}, {"effective", d.Effective}, {"published", d.Published}} {
		if !validDay(f.day) {
			return Payload{}, time.Time{}, fault.In(f.name, "日期“%s”不对，应写成 2015-06-02 的样子，不知道时留空。", f.day)
		}
	}
	day := d.Published
	if day == "" {
		day = d.Date
	}
	first, err := dayBefore(day, now)
	if err != nil {
		return Payload{}, time.Time{}, err
	}
	p := Payload{
		Kind: Policy, Title: d.Title, Body: d.Body, Source: d.Issuer, Keywords: d.Keywords,
		Document: &Document{Number: d.Number, IndexNumber: d.IndexNumber, Issuer: d.Issuer, EffectiveOn: d.Effective,
			Validity: validity, Genre: d.Category, Subject: d.Subject, Level: d.Level, Region: d.Region, Year: d.Year},
		Origin: &Origin{Batch: batch, ID: d.ID, Day: day, From: d.Source, Licence: d.Licence},
	}
	if d.Published != "" { // an export that tells the two apart means the day of writing
		p.Document.WrittenOn = d.Date
	} else {
		p.Document.IssuedOn = d.Date
	}
	if err := p.Check(); err != nil {
		return Payload{}, time.Time{}, err
	}
	if letters(norm.NFC.String(d.Body)) != letters(p.Body) {
		return Payload{}, time.Time{}, fault.In("body_html", "正文清理后文字与原文不一致，没有导入。")
	}
	return p, first, nil
}

// dayBefore is the start of a Beijing day, zero for "".
func dayBefore(day string, now time.Time) (time.Time, error) {
	if day == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, day, kernel.Beijing)
	if err != nil {
		return time.Time{}, fault.In("date", "日期“%s”不对。", day)
	}
	if t.After(now) {
		return time.Time{}, fault.In("date", "原发布日期“%s”晚于今天。", day)
	}
	return t.UTC(), nil
}

// letters is the text of a body without what spaces it.
func letters(html string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, render.PlainText(html))
}
