package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/storage/db"
	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// A password is so many characters long and any of them may occur (NIST 800-63B: no rules of composition).
const (
	shortest = 10
	longest  = 128
)

// common are the passwords of ten characters and more that are tried first, in lower case; a few characters over and over are
// refused as such. 安康 and the product itself are words of the place (ASVS 6.1.2).
var common = []string{"1234567890", "0123456789", "12345678910", "12345678900", "0987654321", "9876543210", "1234567890a", "a1234567890",
	"123456789a", "a123456789", "aa123456789", "abc123456789", "qq123456789", "abcdefghij", "abcd123456", "abcd1234567", "1q2w3e4r5t", "1qaz2wsx3edc",
	"1qaz@wsx3edc", "qwertyuiop", "qwerty12345", "qwerty123456", "asdfghjkl;", "zxcvbnm123", "password12", "password123", "password1234", "p@ssw0rd123",
	"passw0rd123", "admin12345", "admin123456", "admin@12345", "administrator", "root123456", "test123456", "welcome123", "iloveyou123", "woaini1314",
	"woaini520", "woaini1314520", "5201314520", "5201314521", "ankang123456", "ankang12345", "zhengfu123", "zhengfu123456", "zhanqun123", "zhanqun123456"}

// CheckPassword answers what is wrong with a password that a is to have, or nil.
func CheckPassword(a Account, password string) error {
	if !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl) {
		return fault.In("password", "密码里有不可见的字符，请重新输入。")
	}
	password = norm.NFC.String(password)
	switch n := utf8.RuneCountInString(password); {
	case n < shortest:
		return fault.In("password", "密码至少 %d 个字符，可以是一句容易记住的话。", shortest)
	case n > longest:
		return fault.In("password", "密码最多 %d 个字符，请缩短。", longest)
	}
	low := strings.ToLower(password)
	different := map[rune]bool{}
	for _, r := range low {
		different[r] = true
	}
	switch {
	case low == strings.ToLower(a.Login) || low == strings.ToLower(norm.NFC.String(a.Name)):
		return fault.In("password", "密码不能与登录名或姓名相同，请换一个。")
	case len(different) < 4 || slices.Contains(common, low):
		return fault.In("password", "这个密码太常见，容易被猜中，请换一个。")
	}
	return nil
}

// NewPassword draws one that can be read out: four groups of five, 99 bits, without characters that look alike.
func NewPassword() string {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789"
	var b strings.Builder
	for i, n := 0, make([]byte, 1); i < 20; {
		_, _ = rand.Read(n) // it never fails: the program ends instead
		if int(n[0]) >= 256/len(letters)*len(letters) {
			continue // every letter is as likely
		}
		if i > 0 && i%5 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(letters[int(n[0])%len(letters)])
		i++
	}
	return b.String()
}

// cost is what computing one password takes: KiB of memory, rounds, lanes.
type cost struct {
	memory, rounds uint32
	lanes          uint8
}

// today is what new passwords cost; it may grow, and grows with each person's next sign-in. dear bounds what a row may ask for.
var (
	today = cost{memory: 19 * 1024, rounds: 2, lanes: 1}
	dear  = cost{memory: 64 * 1024, rounds: 8, lanes: 8}
)

func (c cost) within(most cost) bool {
	return c.memory <= most.memory && c.rounds <= most.rounds && c.lanes <= most.lanes
}

const saltSize, sumSize = 16, 32

// secret is a password as it is kept.
type secret struct {
	cost
	salt, sum []byte
}

// nobodys is compared where there is no password: it takes the same time, and nothing has this sum.
var nobodys = secret{cost: today, salt: make([]byte, saltSize), sum: make([]byte, sumSize)}

func newSecret(password string) secret {
	s := secret{cost: today, salt: make([]byte, saltSize)}
	_, _ = rand.Read(s.salt) // it never fails: the program ends instead
	s.sum = s.compute(password)
	return s
}

// work is how many KiB all passwords so far have written: the test that a wrong pair tells nothing compares it, since times vary.
var work atomic.Int64

func (s secret) compute(password string) []byte {
	work.Add(int64(s.rounds) * int64(s.memory))
	return argon2.IDKey([]byte(norm.NFC.String(password)), s.salt, s.rounds, s.memory, s.lanes, sumSize)
}

func (s secret) opens(password string) bool {
	return subtle.ConstantTimeCompare(s.compute(password), s.sum) == 1
}

const secretForm = "$argon2id$v=19$m=%d,t=%d,p=%d$"

// String is the PHC form: "$argon2id$v=19$m=19456,t=2,p=1$salt$sum".
func (s secret) String() string {
	b := base64.RawStdEncoding
	return fmt.Sprintf(secretForm, s.memory, s.rounds, s.lanes) + b.EncodeToString(s.salt) + "$" + b.EncodeToString(s.sum)
}

// parseSecret reads String's form; false for any other, and for one that would take too much to compute.
func parseSecret(text string) (s secret, ok bool) {
	if _, err := fmt.Sscanf(text, secretForm, &s.memory, &s.rounds, &s.lanes); err != nil {
		return s, false
	}
	parts := strings.Split(text, "$")
	if len(parts) != 6 {
		return s, false
	}
	var saltErr, sumErr error
	s.salt, saltErr = base64.RawStdEncoding.DecodeString(parts[4])
	s.sum, sumErr = base64.RawStdEncoding.DecodeString(parts[5])
	whole := errors.Join(saltErr, sumErr) == nil && len(s.salt) >= 8 && len(s.sum) == sumSize
	return s, whole && s.within(dear) && s.memory >= 8*uint32(s.lanes) && s.rounds > 0 && s.lanes > 0
}

// seats is how many passwords are computed at once, 19 MiB each.
const seats = 2

// seat waits for one as long as ctx allows. Whoever has it may wait for the store's writer, so the writer must not wait for it.
func (s *Accounts) seat(ctx context.Context) (leave func(), err error) {
	if db.InTransaction(ctx) {
		return nil, errors.New("identity: a password is computed inside a transaction")
	}
	select {
	case s.seats <- struct{}{}:
		return func() { <-s.seats }, nil
	case <-ctx.Done():
		return nil, fault.Because(ctx.Err(), fault.Unavailable, "现在登录的人较多，请稍后再试。")
	}
}

// SetPassword gives the account a new password and ends all its sessions. It must not be called inside a transaction. Who may
// set another's password is decided by who calls.
func (s *Accounts) SetPassword(ctx context.Context, id kernel.AccountID, password string) error {
	if err := mayChange(kernel.ActorFrom(ctx)); err != nil {
		return err
	}
	a, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := CheckPassword(a, password); err != nil {
		return err
	}
	leave, err := s.seat(ctx)
	if err != nil {
		return err
	}
	made := newSecret(password).String()
	leave()
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.lock(ctx, id); err != nil {
			return err
		}
		if err := s.putSecret(ctx, id, made, s.now()); err != nil {
			return err
		}
		if err := s.deleteSessions(ctx, id); err != nil {
			return err
		}
		return s.log.Record(ctx, audit.Entry{Action: "user.password", Object: "account/" + id.String()})
	})
}

// bucket is under which number failures of a login that nobody has are counted: never 0, never an account's, and so coarse
// that it does not tell what was typed, which may have been a password.
func bucket(login string) int64 {
	sum := sha256.Sum256([]byte(login))
	return -1 - int64(sum[0])<<8 - int64(sum[1])
}
