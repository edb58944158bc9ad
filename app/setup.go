package app

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/identity"
)

// setup keeps the set-up code in a file that the server's own user alone may read. Whoever reads it has the server, and could
// have made an administrator on its command line.
type setup struct{ file string }

func (c Config) setup() setup { return setup{filepath.Join(c.Data, "setup-code")} }

// Code is the code, or "" when there is none.
func (s setup) Code() (string, error) {
	b, err := os.ReadFile(s.file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fault.Because(err, fault.Unavailable, "读不了设置码文件 %s，请检查权限。", s.file)
	}
	return strings.TrimSpace(string(b)), nil
}

// keep is the code that is there, or a new one.
func (s setup) keep() (string, error) {
	code, err := s.Code()
	if err != nil || code != "" {
		return code, err
	}
	code = identity.NewPassword()
	f, err := os.OpenFile(s.file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err == nil {
		_, err = f.WriteString(code + "\n")
		err = errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close())
	}
	if err != nil {
		return "", fault.Because(err, fault.Unavailable, "写不了设置码文件 %s，请检查目录权限和磁盘空间。", s.file)
	}
	return code, nil
}

// Done removes the code.
func (s setup) Done() error {
	if err := os.Remove(s.file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// setUp is where a server's console finds the set-up code; commands and the demonstration have no set-up page.
func (c Config) setUp() console.SetUp {
	if c.command || c.Demo || !c.asksFirst {
		return nil
	}
	return c.setup()
}

// askFirst prints the set-up code while there is no administrator, and removes it where there is one.
func (s *session) askFirst(h *House) error {
	if s.cfg.setUp() == nil {
		return nil
	}
	has, err := h.Accounts.HasAdministrator(s.ctx)
	if err != nil {
		return err
	}
	if has {
		return s.cfg.setup().Done()
	}
	code, err := s.cfg.setup().keep()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, s.words.say("setup_first")+"\n", s.cfg.consoleURL(), code)
	return err
}

type adminSetupCode struct{}

// Run prints the set-up code, which it makes when there is none; there is none once there is an administrator.
func (adminSetupCode) Run(s *session) error {
	h, err := s.house(false)
	if err != nil {
		return err
	}
	defer h.Close()
	has, err := h.Accounts.HasAdministrator(s.ctx)
	if err != nil {
		return err
	}
	if has {
		return fault.New(fault.Conflict, "已经有管理员了，不再需要设置码；忘记密码请用 zhanqun admin reset。")
	}
	code, err := s.cfg.setup().keep()
	if err != nil {
		return err
	}
	v := struct {
		Code string `json:"code"`
		URL  string `json:"url"`
	}{code, s.cfg.consoleURL()}
	return s.print(v, func(w io.Writer) { fmt.Fprintf(w, s.words.say("setup_first")+"\n", v.URL, v.Code) })
}
