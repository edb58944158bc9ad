package app

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

type auditVerify struct {
	File string `name:"file" placeholder:"FILE" help:"${f_audit_file}"`
}

// Run recomputes every chain of the store, or of a file that was exported; neither needs a running server.
func (c auditVerify) Run(s *session) error {
	all, err := c.verify(s)
	var broken *audit.Broken
	if errors.As(err, &broken) {
		return fault.Because(err, fault.Conflict, "审计链 %s 第 %d 条对不上：它被改动过，或缺了一段。请保留现场，用备份核对。", broken.Chain, broken.Seq)
	}
	if err != nil {
		return err
	}
	return s.print(all, func(w io.Writer) {
		for _, e := range all {
			fmt.Fprintf(w, s.words.say("audit_held")+"\n", e.Chain, e.First, e.Last, e.Hash)
		}
	})
}

func (c auditVerify) verify(s *session) (all []audit.Exported, err error) {
	if c.File != "" {
		f, err := s.file(c.File)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return audit.VerifyExport(f)
	}
	h, err := s.house(false)
	if err != nil {
		return nil, err
	}
	defer h.Close()
	chains, err := h.Audit.Chains(s.ctx)
	for _, chain := range chains {
		n, err := h.Audit.Verify(s.ctx, chain)
		if err != nil {
			return nil, err
		}
		newest, err := h.Audit.List(s.ctx, chain, kernel.Page{Number: 1, Size: 1})
		if err != nil {
			return nil, err
		}
		e := audit.Exported{Chain: chain, First: 1, Last: n}
		if len(newest) == 1 {
			e.Hash = newest[0].Hash
		}
		all = append(all, e)
	}
	return all, err
}

type auditExport struct {
	siteOption
	To string `name:"to" placeholder:"FILE" help:"${f_audit_to}" required:""`
}

// Run writes a chain into a new file that only this user may read.
func (c auditExport) Run(s *session) error {
	return c.on(s, func(h *House, id kernel.SiteID) error {
		w, err := os.OpenFile(c.To, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return fault.Because(err, fault.Invalid, "写不了文件 %s：它已经存在，或目录不可写。请换一个名称。", c.To)
		}
		last, err := h.Audit.Export(s.ctx, id, 0, 0, w)
		if err = errors.Join(err, w.Close()); err != nil {
			return err
		}
		e := audit.Exported{Chain: id, First: min(1, last), Last: last}
		return s.print(e, func(w io.Writer) { fmt.Fprintf(w, s.words.say("audit_out")+"\n", e.Last, c.To) })
	})
}
