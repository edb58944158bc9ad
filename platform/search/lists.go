package search

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/storage/index"
)

// Lists are what is written down for the search of a site, or of all sites: texts of a line for each entry.
type Lists struct {
	Alike   string // words that stand for one another
	Hot     string // words offered to whoever has typed none
	Best    string // words, an address and its title: shown above what is found
	Version int64  // counts changes; 0 is never written
	By      string
	At      time.Time
}

// Bounds of the lists.
const (
	linesMost = 300
	hotMost   = 20
	wordMost  = 30 // characters
	groupMost = 9  // words of one line
	titleMost = 100
	hotShown  = 10
)

// words are the lists as a search uses them.
type words struct {
	alike [][]string
	hot   []string
	best  []best
}

// best is a page that is recommended to whoever looks for one of the words.
type best struct {
	words       []string
	href, title string
}

// parsed reads the lists; what is wrong names the line and says what to do.
func (l Lists) parsed() (w words, err error) {
	if err = lines(l.Alike, "alike", "同义词", linesMost, func(n int, line string) error {
		group := apart(line)
		if len(group) < 2 || len(group) > groupMost {
			return fault.In("alike", "同义词第 %d 行应有二到 %d 个词，用空格或顿号分开。", n, groupMost)
		}
		w.alike = append(w.alike, group)
		return fit("alike", "同义词", n, group)
	}); err != nil {
		return w, err
	}
	if err = lines(l.Hot, "hot", "热词", hotMost, func(n int, line string) error {
		w.hot = append(w.hot, line)
		return fit("hot", "热词", n, []string{line})
	}); err != nil {
		return w, err
	}
	return w, lines(l.Best, "best", "推荐", linesMost, func(n int, line string) error {
		b, err := recommended(n, line)
		w.best = append(w.best, b)
		return err
	})
}

// lines calls f for each line that holds something.
func lines(text, field, name string, most int, f func(n int, line string) error) error {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) }) {
		return fault.In(field, "%s里有不是文字的字符，请删除后再保存。", name)
	}
	n, held := 0, 0
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		n++
		if line = strings.Join(strings.Fields(line), " "); line == "" {
			continue
		}
		if held++; held > most {
			return fault.In(field, "%s最多 %d 行，请删掉一些再保存。", name, most)
		}
		if err := f(n, line); err != nil {
			return err
		}
	}
	return nil
}

// apart splits what stands for the same.
func apart(line string) []string {
	return strings.FieldsFunc(line, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("、，,；;=|", r) })
}

func fit(field, name string, n int, group []string) error {
	for _, w := range group {
		if utf8.RuneCountInString(w) > wordMost || index.Normal(w) == "" {
			return fault.In(field, "%s第 %d 行的“%s”不能检索：每个词最多 %d 个字，要有汉字、字母或数字。", name, n, w, wordMost)
		}
	}
	return nil
}

// recommended reads "words address title".
func recommended(n int, line string) (b best, err error) {
	head, rest, _ := strings.Cut(line, " ")
	b.words = apart(head)
	if err := fit("best", "推荐", n, b.words); err != nil {
		return b, err
	}
	b.href, b.title, _ = strings.Cut(rest, " ")
	u, err := url.Parse(b.href)
	inside := strings.HasPrefix(b.href, "/") && !strings.HasPrefix(b.href, "//") && !strings.Contains(b.href, "\\")
	switch {
	case err != nil || !inside && (u.Scheme != "http" && u.Scheme != "https" || u.Host == ""):
		return b, fault.In("best", "推荐第 %d 行应写成：检索词 地址 标题。地址以 / 开头，或者是以 http:// 或 https:// 开头的网址。", n)
	case utf8.RuneCountInString(b.title) > titleMost || b.title == "" && b.article() == 0:
		return b, fault.In("best", "推荐第 %d 行请在地址后面写标题，最多 %d 个字；只有本站稿件的地址（/a/编号）可以不写。", n, titleMost)
	}
	return b, nil
}

// article is the article of the site that is recommended, or 0.
func (b best) article() int64 {
	text, is := strings.CutPrefix(b.href, "/a/")
	id, ok := kernel.ParseID[int64](text)
	if !is || !ok {
		return 0
	}
	return id
}

// of are the words that stand for one.
func (w *words) of(word string) (all []string) {
	n := index.Normal(word)
	for _, group := range w.alike {
		if slices.ContainsFunc(group, func(o string) bool { return index.Normal(o) == n }) {
			for _, o := range group {
				if index.Normal(o) != n && !slices.Contains(all, o) {
					all = append(all, o)
				}
			}
		}
	}
	return all
}

// marked are the words of a query and all that stand for them: what a snippet marks.
func (w *words) marked(text string) string {
	for word := range strings.FieldsSeq(text) {
		for _, o := range w.of(word) {
			text += " " + o
		}
	}
	return text
}

// words are the lists of a site, and behind them those of all sites.
func (s *Search) words(ctx context.Context, site kernel.SiteID) (w words, err error) {
	for _, of := range []kernel.SiteID{site, kernel.Platform} {
		l, err := s.Lists(ctx, of)
		if err != nil {
			return w, err
		}
		more, err := l.parsed()
		if err != nil {
			continue // rules have become stricter since: no search fails for that, and the screen says what is wrong
		}
		w.alike, w.hot, w.best = append(w.alike, more.alike...), append(w.hot, more.hot...), append(w.best, more.best...)
	}
	return w, nil
}

// Save writes down the lists of a site, or of all sites with kernel.Platform, in place of those whose version is given.
func (s *Search) Save(ctx context.Context, site kernel.SiteID, l Lists) error {
	who := kernel.ActorFrom(ctx)
	if who.Account == 0 {
		return fault.New(fault.Forbidden, "请先登录。")
	}
	if _, err := l.parsed(); err != nil {
		return err
	}
	was, err := s.Lists(ctx, site)
	if err != nil {
		return err
	}
	l.By, l.At = who.Name, s.Now()
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.putLists(ctx, site, l); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Site: site, Action: "search.words", Object: "search/words", Before: was.says(), After: l.says()})
	})
}

// says is what the chain keeps of the lists: how many there are, and by what they are told from others.
func (l Lists) says() string {
	w, err := l.parsed()
	if err != nil || len(w.alike)+len(w.hot)+len(w.best) == 0 {
		return ""
	}
	sum := sha256.Sum256([]byte(l.Alike + "\x00" + l.Hot + "\x00" + l.Best))
	return fmt.Sprintf("alike %d, hot %d, best %d, %x", len(w.alike), len(w.hot), len(w.best), sum[:8])
}
