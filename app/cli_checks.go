package app

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/tenants/checks"
)

type wordpackImport struct {
	siteOption
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
	return c.on(s, func(h *House, id kernel.SiteID) error {
		p, err := h.Checks.Import(s.ctx, id, name, f)
		if err != nil {
			return err
		}
		v := packed{name, len(p.Entries) + len(p.Leaders)}
		return s.print(v, func(w io.Writer) { fmt.Fprintf(w, s.words.say("pack_in")+"\n", v.Name, v.Entries) })
	})
}

type wordpackList struct{ siteOption }

// Run prints what was imported.
func (c wordpackList) Run(s *session) error {
	return c.on(s, func(h *House, id kernel.SiteID) error {
		all, err := h.Checks.Installed(s.ctx, id)
		if err != nil {
			return err
		}
		return s.print(all, func(w io.Writer) {
			for _, p := range all {
				fmt.Fprintf(w, "%s  %6d  %s  %s\n", p.At.In(kernel.Beijing).Format("2006-01-02 15:04"), p.Entries, p.Name, p.By)
			}
		})
	})
}

type wordpackRemove struct {
	siteOption
	Name string `arg:"" help:"${a_pack}"`
}

// Run takes a pack away.
func (c wordpackRemove) Run(s *session) error {
	return c.on(s, func(h *House, id kernel.SiteID) error {
		if err := h.Checks.Remove(s.ctx, id, c.Name); err != nil {
			return err
		}
		return s.print(packed{Name: c.Name}, func(w io.Writer) { fmt.Fprintf(w, s.words.say("pack_out")+"\n", c.Name) })
	})
}

type checkCommand struct {
	siteOption
	Mask  string   `name:"mask" placeholder:"DIR" help:"${f_mask}"`
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
	all := []spotted{}
	err := c.on(s, func(h *House, id kernel.SiteID) error {
		for _, name := range c.Files {
			found, err := c.read(s, h, id, name)
			if err != nil {
				return err
			}
			if c.Mask != "" {
				if err := c.mask(s, name); err != nil {
					return err
				}
			}
			for _, f := range found {
				all = append(all, spotted{name, string(f.Severity), string(f.Rule), f.Quote, f.Say})
			}
		}
		return nil
	})
	if err != nil {
		return err
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

// mask writes a copy of a file, with the numbers of people masked, into the folder; it replaces nothing.
func (c checkCommand) mask(s *session, name string) error {
	f, err := s.file(name)
	if err != nil {
		return err
	}
	defer f.Close()
	raw, err := io.ReadAll(f)
	if err != nil {
		return fault.Because(err, fault.Invalid, "没有读到完整的文件“%s”。", name)
	}
	out, n, err := checks.Masked(filepath.Base(name), raw)
	if err != nil {
		return err
	}
	to := filepath.Join(c.Mask, filepath.Base(name))
	w, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fault.Because(err, fault.Invalid, "写不了 %s：目录要存在，且里面没有同名的文件。", to)
	}
	if _, err = w.Write(out); err == nil {
		err = w.Close()
	}
	if err != nil {
		return fault.Because(err, fault.Unavailable, "没有写完 %s，请检查磁盘。", to)
	}
	fmt.Fprintf(s.err, s.words.say("masked")+"\n", n, to)
	return nil
}

func (c checkCommand) read(s *session, h *House, id kernel.SiteID, name string) ([]checks.Finding, error) {
	f, err := s.file(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return h.Checks.Attachment(s.ctx, id, filepath.Base(name), f)
}
