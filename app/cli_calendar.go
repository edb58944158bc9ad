package app

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/clocks"
)

type calendarImport struct {
	File   string `arg:"" help:"${a_calendar}"`
	Source string `name:"source" placeholder:"NUMBER" help:"${f_calendar_source}"`
	DryRun bool   `name:"dry-run" help:"${f_calendar_dry}"`
}

// moves is what --json prints of a notice.
type moves struct {
	Version string  `json:"version"`
	DryRun  bool    `json:"dry_run"`
	Moved   []moved `json:"moved"`
}

type moved struct {
	Site  kernel.SiteID `json:"site"`
	Title string        `json:"title"`
	From  time.Time     `json:"from"`
	To    time.Time     `json:"to"`
}

// Run says what a notice moves, and takes it over.
func (c calendarImport) Run(s *session) error {
	f, err := s.file(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return fmt.Errorf("read %s: %w", c.File, err)
	}
	h, err := s.house(false)
	if err != nil {
		return err
	}
	defer h.Close()
	_, next, err := h.Clocks.Read(s.ctx, bytes.NewReader(body))
	if err != nil {
		return err
	}
	foreseen, err := h.Clocks.Foresee(s.ctx, next)
	if err != nil {
		return err
	}
	v, word := moves{Version: next.Version(), DryRun: c.DryRun, Moved: []moved{}}, "calendar_moves"
	for _, m := range foreseen {
		v.Moved = append(v.Moved, moved{m.Site, m.Title, m.DueAt, m.To})
	}
	if !c.DryRun {
		word = "calendar_in"
		if c.Source == "" {
			return fault.In("source", "请用 --source 写明来源文件，如 --source 国办发明电〔2026〕7号；只看影响用 --dry-run。")
		}
		if _, err := h.Clocks.Take(s.ctx, c.Source, string(body)); err != nil {
			return err
		}
	}
	return s.print(v, func(w io.Writer) {
		for _, m := range v.Moved {
			fmt.Fprintf(w, "%s  %s -> %s  %s\n", m.Site, beijing(m.From), beijing(m.To), m.Title)
		}
		fmt.Fprintf(w, s.words.say(word)+"\n", v.Version, len(v.Moved))
	})
}

func beijing(t time.Time) string { return t.In(kernel.Beijing).Format("2006-01-02 15:04") }

type calendarList struct{}

// Run prints the notices.
func (calendarList) Run(s *session) error {
	h, err := s.house(false)
	if err != nil {
		return err
	}
	defer h.Close()
	all, err := h.Clocks.Notes(s.ctx)
	if err != nil {
		return err
	}
	if all == nil {
		all = []clocks.Loaded{}
	}
	return s.print(all, func(w io.Writer) {
		for _, n := range all {
			fmt.Fprintf(w, "%s  %-12s  %s  %s\n", beijing(n.At), n.Version, n.Source, n.By)
		}
	})
}

type calendarShow struct{}

// Run prints how much of the years around now is known.
func (calendarShow) Run(s *session) error {
	h, err := s.house(false)
	if err != nil {
		return err
	}
	defer h.Close()
	years, err := h.Clocks.Years(s.ctx)
	if err != nil {
		return err
	}
	return s.print(years, func(w io.Writer) {
		for _, y := range years {
			fmt.Fprintf(w, "%d  %s  -%d +%d\n", y.Year, map[bool]string{true: pick(s.words, "暂定", "provisional"), false: pick(s.words, "已导入", "loaded")}[y.Provisional], y.Off, y.Worked)
		}
	})
}
