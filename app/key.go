package app

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
)

const keySize = 32

// key is the installation's secret; everything it will sign or seal is lost with it.
type key []byte

// fingerprint names the key without telling it.
func (k key) fingerprint() string {
	sum := sha256.Sum256(append([]byte("zhanqun key\x00"), k...))
	return hex.EncodeToString(sum[:16])
}

// readKey reads 32 bytes, raw or as 64 hexadecimal digits. The error is fs.ErrNotExist when there is no file.
func readKey(file string) (key, error) {
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, fault.Because(err, fault.Unavailable, "读不了密钥文件 %s，请检查权限。", file)
	}
	if len(b) == keySize {
		return b, nil
	}
	k, err := hex.DecodeString(string(bytes.TrimSpace(b)))
	if err != nil || len(k) != keySize {
		return nil, fault.New(fault.Invalid, "密钥文件 %s 不对：应是 32 个字节，或者 64 位十六进制数字。", file)
	}
	return k, nil
}

// signingKey is the installation's key, or nil: a node that starts from its mirror may have none yet.
func (c Config) signingKey() []byte {
	k, err := readKey(c.KeyFile)
	if err != nil {
		return nil
	}
	return k
}

// secondFactor seals people's second factors with the installation's key. Posts must have one, but the demonstration's.
func (c Config) secondFactor(people *identity.Accounts) error {
	k, err := readKey(c.KeyFile)
	if err != nil {
		k = nil // a node that starts from its mirror may have none yet; without it nobody passes a second step
	}
	if err := people.SecondFactor(k, !c.Demo); err != nil {
		return err
	}
	if err := c.signInBy(people); err != nil {
		return err
	}
	return people.PasskeysAt(strings.TrimSuffix(c.consoleURL(), "/"))
}

// makeKey writes a new key that only this user may read; it never replaces one.
func makeKey(file string) (key, error) {
	k := make(key, keySize)
	if _, err := rand.Read(k); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) { // another process was faster
		return readKey(file)
	}
	if err != nil {
		return nil, fault.Because(err, fault.Unavailable, "写不了密钥文件 %s，请检查目录权限。", file)
	}
	_, err = f.Write(k)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		os.Remove(file)
		return nil, fault.Because(err, fault.Unavailable, "写不了密钥文件 %s，请检查磁盘空间。", file)
	}
	return k, nil
}
