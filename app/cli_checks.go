package app

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/tenants/checks"
)

// packSite is whose packs a command means.
type packSite struct {
	Site string `name:"site" placeholder:"SITE" help:"${f_pack_site}"`
}

func (c packSite) find(s *session, h *House) (kernel.SiteID, error) {
	if c.Site == "" {
		return kernel.Platform, nil
	}
	l, err := siteArg{c.Site}.find(s, h)
	return l.ID, err
}

type wordpackImport struct {
	packSite
	File string `arg:"" help:"${a_csv}"`
	Name string `name:"name" placeholder:"NAME" help:"${f_pack}"`
}

// packed is what --json prints of a pack.
type packed struct {
	Name    string `json:"name"`
	Entries int    `json:"entries"`
}

// Run takes a pack over.
func (c wordpackImport) Run(s *session) error {
	name := cmp.Or(c.Name, strings.TrimSuffix(filepath.Base(c.File), filepath.Ext(c.File)))
	if c.Name == "" && c.File == "-" {
		return fault.In("name", "从标准输入导入时，请用 --name 给词库一个名称。")
	}
	f, err := s.file(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	h, err := s.house(false)
	if err != nil {
		return err
	}
	defer h.Close()
	id, err := c.find(s, h)
	if err != nil {
		return err
	}
	p, err := h.Checks.Import(s.ctx, id, name, f)
	if err != nil {
		return err
	}
	v := packed{name, len(p.Entries) + len(p.Leaders)}
	return s.print(v, func(w io.Writer) { fmt.Fprintf(w, s.words.say("pack_in")+"\n", v.Name, v.Entries) })
}

type wordpackList struct{ packSite }

// Run prints what was imported.
func (c wordpackList) Run(s *session) error {
	h, err := s.house(false)
	if err != nil {
		return err
	}
	defer h.Close()
	id, err := c.find(s, h)
	if err != nil {
		return err
	}
	all, err := h.Checks.Installed(s.ctx, id)
	if err != nil {
		return err
	}
	return s.print(all, func(w io.Writer) {
		for _, p := range all {
			fmt.Fprintf(w, "%s  %6d  %s  %s\n", p.At.In(kernel.Beijing).Format("2006-01-02 15:04"), p.Entries, p.Name, p.By)
		}
	})
}

type wordpackRemove struct {
	packSite
	Name string `arg:"" help:"${a_pack}"`
}

// Run takes a pack away.
func (c wordpackRemove) Run(s *session) error {
	h, err := s.house(false)
	if err != nil {
		return err
	}
	defer h.Close()
	id, err := c.find(s, h)
	if err != nil {
		return err
	}
	if err := h.Checks.Remove(s.ctx, id, c.Name); err != nil {
		return err
	}
	return s.print(packed{Name: c.Name}, func(w io.Writer) { fmt.Fprintf(w, s.words.say("pack_out")+"\n", c.Name) })
}

type checkCommand struct {
	packSite
	Files []string `arg:"" help:"${a_files}"`
}

// spotted is a finding as --json prints it.
type spotted struct {
	File     string `json:"file"`
	Severity string `json:"severity"`
	Rule     string `json:"rule"`
	Quote    string `json:"quote"`
	Say      string `json:"say"`
}

// Run reads files that are to be attached, or to be sent anywhere. Exit code 2 is findings.
func (c checkCommand) Run(s *session) error {
	h, err := s.house(false)
	if err != nil {
		return err
	}
	defer h.Close()
	id, err := c.find(s, h)
	if err != nil {
		return err
	}
	all := []spotted{}
	for _, name := range c.Files {
		found, err := c.read(s, h, id, name)
		if err != nil {
			return err
		}
		for _, f := range found {
			all = append(all, spotted{name, string(f.Severity), string(f.Rule), f.Quote, f.Say})
		}
	}
	err = s.print(all, func(w io.Writer) {
		for _, f := range all {
			fmt.Fprintf(w, "%s  %-6s %s  %s\n", f.File, f.Severity, f.Quote, f.Say)
		}
		if len(all) == 0 {
			fmt.Fprintln(w, s.words.say("all_well"))
		}
	})
	if err == nil && len(all) > 0 {
		return errPartly
	}
	return err
}

func (c checkCommand) read(s *session, h *House, id kernel.SiteID, name string) ([]checks.Finding, error) {
	f, err := s.file(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return h.Checks.Attachment(s.ctx, id, filepath.Base(name), f)
}
