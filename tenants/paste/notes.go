package paste

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/zhanqun/zhanqun/tenants/article"
)

// counts are what was met, each with the form of its sentence. The order is part of the code in an address.
func (s *Seen) counts() []struct {
	n    *int
	form string
} {
	return []struct {
		n    *int
		form string
	}{
		{&s.Styles, "去掉了 %d 处字体、颜色等样式，由网站统一排版。"}, {&s.Lists, "保留了 %d 个列表。"}, {&s.Tables, "保留了 %d 个表格。"},
		{&s.Links, "%d 处链接指向本机或打不开的地址，只保留了文字。"}, {&s.Removed, "去掉了 %d 处批注和修订时删除的文字。"},
		{&s.Numbers, "%d 个列表的编号方式没有保留，请核对编号。"}, {&s.Pictures, "有 %d 张图片没有带过来。"},
		{&s.Chunks, "文件里有 %d 处内容的格式读不出来，请对照原文补上。"},
	}
}

// Notes are sentences that say what was done to the text; say translates a form.
func (s *Seen) Notes(say func(zh string) string) (all []string) {
	for _, c := range s.counts() {
		if *c.n > 0 {
			all = append(all, fmt.Sprintf(say(c.form), *c.n))
		}
	}
	return all
}

// Notes are sentences that say what was recognised.
func (f *Found) Notes(say func(zh string) string) (all []string) {
	for _, n := range []struct{ form, value string }{
		{"识别出标题：", f.Title}, {"识别出发文字号：", f.Document.Number}, {"识别出成文日期：", f.Document.WrittenOn},
		{"识别出发文机关：", f.Document.Issuer}, {"识别出主送机关：", f.To},
	} {
		if n.value != "" {
			all = append(all, say(n.form)+n.value)
		}
	}
	if f.Headings > 0 {
		all = append(all, fmt.Sprintf(say("识别出 %d 个小标题。"), f.Headings))
	}
	return all
}

// code puts what was met into an address: numbers alone, so that whoever writes one by hand says nothing of the own.
func (r *Result) code() string {
	var all []string
	for _, c := range append(r.Seen.counts(), struct {
		n    *int
		form string
	}{&r.Found.Headings, ""}) {
		all = append(all, strconv.Itoa(*c.n))
	}
	return strings.Join(all, "-")
}

// Explain is what a draft that was just imported says above its form: what was recognised, from the draft, and what was met, from the code.
func Explain(code string, p article.Payload, say func(zh string) string) []string {
	var r Result
	counts := append(r.Seen.counts(), struct {
		n    *int
		form string
	}{&r.Found.Headings, ""})
	parts := strings.Split(code, "-")
	if len(parts) != len(counts) {
		return nil
	}
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return nil
		}
		*counts[i].n = n
	}
	r.Found.Title = p.Title
	if p.Document != nil {
		r.Found.Document = *p.Document
	}
	all := append([]string{say("已导入为草稿，只有本站的同事看得到。请核对标题和正文，再送审。")}, r.Found.Notes(say)...)
	return append(all, r.Seen.Notes(say)...)
}
