//go:build !unix

package app

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// lockData makes this process the one `serve` of a data folder until release is called. Without flock a file that cannot be removed
// while it is open does the same.
func lockData(data string) (release func(), err error) {
	name := filepath.Join(data, "zhanqun.lock")
	if pid, err := os.ReadFile(name); err == nil && os.Remove(name) != nil {
		return nil, fault.New(fault.Conflict, "数据目录 %s 正由另一个 serve 进程（pid %s）使用，请先停止它，或者用 --data 换一个目录。",
			data, strings.TrimSpace(string(pid)))
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fault.Because(err, fault.Unavailable, "数据目录 %s 不能写入，请检查权限。", data)
	}
	if _, err := f.WriteString(strconv.Itoa(os.Getpid()) + "\n"); err != nil {
		f.Close()
		return nil, fault.Because(err, fault.Unavailable, "数据目录 %s 不能写入，请检查磁盘空间。", data)
	}
	return func() { f.Close(); os.Remove(name) }, nil
}
