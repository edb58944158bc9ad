package app

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// lockData makes this process the one `serve` of a data folder until release is called. The lock is the kernel's, so it ends with
// the process, however that ends; the file's text only names the holder.
func lockData(data string) (release func(), err error) {
	f, err := os.OpenFile(filepath.Join(data, "zhanqun.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fault.Because(err, fault.Unavailable, "数据目录 %s 不能写入，请检查权限。", data)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		pid, _ := os.ReadFile(f.Name()) // unread, the sentence goes without it
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fault.New(fault.Conflict, "数据目录 %s 正由另一个 serve 进程（pid %s）使用，请先停止它，或者用 --data 换一个目录。",
				data, strings.TrimSpace(string(pid)))
		}
		return nil, fault.Because(err, fault.Unavailable, "数据目录 %s 不支持加锁，请换到本机磁盘上。", data)
	}
	if err := f.Truncate(0); err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
		if err != nil {
			f.Close()
			return nil, fault.Because(err, fault.Unavailable, "数据目录 %s 不能写入，请检查磁盘空间。", data)
		}
	}
	return func() { f.Close() }, nil
}
