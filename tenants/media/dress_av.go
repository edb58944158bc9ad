package media

import (
	"fmt"
	"html"
	"strings"
)

// player writes a film: with controls, which no text can take from it, nothing loaded before somebody wants it, and its captions on.
func (i *Item) player(base string, w *Words) string {
	if i.Film != nil && i.Film.State == Broken {
		return ""
	}
	tag, more := "audio", ""
	if i.Seen() {
		tag = "video"
		if f := i.Film; f != nil && f.Width > 0 {
			more = fmt.Sprintf(` width="%d" height="%d"`, f.Width, f.Height)
		}
		if f := i.Film; f != nil && f.Poster.Bytes > 0 {
			more += ` poster="` + html.EscapeString(base+i.below("poster.jpg")) + `"`
		}
	}
	track := ""
	if w != nil && w.Captions != "" {
		track = `<track kind="captions" srclang="zh" label="字幕" src="` + html.EscapeString(base+i.below(captionsNamed(w.No))) + `" default>`
	}
	if len(i.Film.ladder()) > 0 { // whoever can, begins with the size that fits the line; whoever cannot, with the whole
		return fmt.Sprintf(`<%s controls preload="none" aria-label="%s"%s><source src="%s" type="%s"><source src="%s" type="video/mp4">%s</%s>`, tag, html.EscapeString(i.Name), more,
			html.EscapeString(base+i.below(ladderName)), listType, html.EscapeString(base+i.Path()), track, tag)
	}
	return fmt.Sprintf(`<%s controls preload="none" src="%s" aria-label="%s"%s>%s</%s>`, tag, html.EscapeString(base+i.Path()), html.EscapeString(i.Name), more, track, tag)
}

// beside writes what stands behind a film: how long it is, a link by which it is kept, and its words for whoever cannot hear or see it.
func (i *Item) beside(base string, w *Words) string {
	if i.Film != nil && i.Film.State == Broken {
		return `<p class="av-more">这个文件播放不了。</p>`
	}
	what := "音频"
	if i.Seen() {
		what = "视频"
	}
	form := i.plays()
	out := fmt.Sprintf(`<p class="av-more"><a href="%s" download="%s">下载%s</a>（%s）`, html.EscapeString(base+i.Path()), html.EscapeString(cleanName(i.Name, form.Kind)), what, large(form.Bytes))
	if i.Film != nil && i.Film.Length > 0 {
		out += "　时长 " + spoken(i.Film.Length)
	}
	out += "</p>"
	switch {
	case w == nil:
	case w.Transcript != "":
		out += `<details class="av-words"><summary>文字稿</summary>`
		for line := range strings.SplitSeq(w.Transcript, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				out += "<p>" + html.EscapeString(line) + "</p>"
			}
		}
		out += "</details>"
	case w.Waiver != "":
		out += `<p class="av-more">没有字幕和文字稿：` + html.EscapeString(w.Waiver) + `</p>`
	}
	return out
}
