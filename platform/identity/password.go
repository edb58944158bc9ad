package identity

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	_ "embed"
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

// A password is so many characters long and any of them may occur (NIST 800-63B: no rules of composition). A Chinese character says
// more than a letter: it counts as one and a half.
const (
	shortest = 12
	longest  = 128
)

// firsts are the 49,000 passwords that are tried first, a line each, sorted, in lower case (passwords.json of the npm package
// @zxcvbn-ts/language-common). It is read when somebody sets a password, and not kept in memory.
//
//go:embed passwords/first.txt.gz
var firsts []byte

// placeWords are words of the place and the product, which say as little as a login (ASVS 6.2.11). Those that are tried first in China and
// missing abroad stand here too.
var placeWords = []string{"ankang", "安康", "zhengfu", "zhengwu", "政府", "zhanqun", "站群", "gov", "woaini", "5201314", "1314520", "1314", "520",
	"mima", "密码", "abcd", "abc", "qq", "aa", "admin", "root", "test"}

// CheckPassword answers what is wrong with a password that a is to have, or nil.
func CheckPassword(a Account, password string) error {
	if !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl) {
		return fault.In("password", "密码里有不可见的字符，请重新输入。")
	}
	password = norm.NFC.String(password)
	han := 0
	for _, r := range password {
		if unicode.Is(unicode.Han, r) {
			han++
		}
	}
	switch n := utf8.RuneCountInString(password); {
	case n+han/2 < shortest:
		return fault.In("password", "密码至少 %d 个字符（全用汉字至少 %d 个），可以是一句容易记住的话。", shortest, shortest*2/3)
	case n > longest:
		return fault.In("password", "密码最多 %d 个字符，请缩短。", longest)
	}
	low := strings.ToLower(password)
	login, name := strings.ToLower(a.Login), strings.ToLower(norm.NFC.String(a.Name))
	if low == login || low == name {
		return fault.In("password", "密码不能与登录名或姓名相同，请换一个。")
	}
	if spellings := cores(low, append([]string{login, name}, placeWords...)); spellings == nil || amongFirst(spellings) {
		return fault.In("password", "这个密码太常见，容易被猜中，请换一个，比如几个互不相干的词连在一起。")
	}
	return nil
}

// cores are what there is to guess of a password: as it is, without the marks around it, without the figures too, and each without the
// words. nil means that hardly anything is left, or the same few characters over and over.
func cores(low string, words []string) []string {
	bare := low
	for _, w := range words {
		if w != "" {
			bare = strings.ReplaceAll(bare, w, "")
		}
	}
	if different := len(slices.Compact(slices.Sorted(slices.Values([]rune(low))))); different < 4 {
		return nil
	}
	all := []string{low}
	for _, s := range []string{low, bare} {
		marks := strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		figures := strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
		all = append(all, marks, figures)
		if left := strings.Map(letters, s); s != low && utf8.RuneCountInString(left) < 3 {
			return nil
		}
	}
	return all
}

// letters drops all other characters.
func letters(r rune) rune {
	if unicode.IsLetter(r) {
		return r
	}
	return -1
}

// amongFirst tells whether one of the spellings is a password that is tried first.
func amongFirst(spellings []string) bool {
	list, err := gzip.NewReader(bytes.NewReader(firsts))
	if err != nil {
		panic(err) // it is part of the program
	}
	lines := bufio.NewScanner(list)
	for lines.Scan() {
		if slices.Contains(spellings, lines.Text()) {
			return true
		}
	}
	return false
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
