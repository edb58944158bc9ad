package identity

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238's own; what its hash is open to does not touch HMAC, and phones know no other
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// A code is six digits and of thirty seconds; one before and one after are taken, for clocks that go differently (RFC 6238 5.2).
const (
	stepFor    = 30 * time.Second
	stepsAside = 1
	secretLong = 20 // bytes, as long as the hash (RFC 4226 4 R6)
)

func stepAt(now time.Time) int64 { return now.Unix() / int64(stepFor/time.Second) }

// totp is the code of a step (RFC 4226 5.3).
func totp(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash takes everything
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:])&0x7fffffff)%1_000_000)
}

// matches answers the steps around now, later than last, whose code is the typed one. There may be two, once in a million.
func matches(secret []byte, typed string, now time.Time, last int64) (steps []int64) {
	for step := stepAt(now) - stepsAside; step <= stepAt(now)+stepsAside; step++ {
		if subtle.ConstantTimeCompare([]byte(totp(secret, step)), []byte(typed)) == 1 && step > last {
			steps = append(steps, step)
		}
	}
	return steps
}

// base32Secret is a secret as people type it into a phone.
func base32Secret(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// otpauth is what a phone reads from the picture.
func otpauth(login string, secret []byte) string {
	q := url.Values{"secret": {base32Secret(secret)}, "issuer": {issuer}, "digits": {"6"}, "period": {"30"}}
	return "otpauth://totp/" + url.PathEscape(issuer+":"+login) + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

const issuer = "站群工作台"

// sealer keeps secrets so that the rows alone, as in a backup without its key, open nothing.
type sealer struct{ aead cipher.AEAD }

func newSealer(key []byte) (sealer, error) {
	if len(key) == 0 {
		return sealer{}, nil
	}
	own, err := hkdf.Key(sha256.New, key, nil, "zhanqun second factor", 32)
	if err != nil {
		return sealer{}, err
	}
	block, err := aes.NewCipher(own)
	if err != nil {
		return sealer{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return sealer{aead}, err
}

func (s sealer) ready() error {
	if s.aead == nil {
		return fault.New(fault.Unavailable, "本机的密钥文件现在读不到，不能核对第二验证，请联系平台运维员。")
	}
	return nil
}

// seal binds the secret to its account: a row copied to another account opens nothing.
func (s sealer) seal(id kernel.AccountID, secret []byte) (string, error) {
	if err := s.ready(); err != nil {
		return "", err
	}
	return base64.RawStdEncoding.EncodeToString(s.aead.Seal(nil, nil, secret, []byte(id.String()))), nil
}

func (s sealer) open(id kernel.AccountID, sealed string) ([]byte, error) {
	if err := s.ready(); err != nil {
		return nil, err
	}
	b, err := base64.RawStdEncoding.DecodeString(sealed)
	if err == nil {
		b, err = s.aead.Open(nil, nil, b, []byte(id.String()))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("identity: the second factor of %d was sealed with another key or changed", id), err)
	}
	return b, nil
}

// recoveries is how many one-time codes a person gets, of 80 bits each.
const recoveries = 10

// newRecovery draws one: four groups of four letters and digits.
func newRecovery() string {
	raw := make([]byte, 10)
	_, _ = rand.Read(raw) // it never fails: the program ends instead
	text := strings.ToLower(base32Secret(raw))
	return text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
}

// recoveryDigest names a recovery code, whatever its case, spaces and hyphens; 80 bits need no slow hash.
func recoveryDigest(id kernel.AccountID, typed string) string {
	sum := sha256.Sum256([]byte(id.String() + "\x00" + bareCode(typed)))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// bareCode is a code without what people put between its parts.
func bareCode(typed string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r == '\u3000' {
			return -1
		}
		if r >= '０' && r <= '９' { // a Chinese keyboard's
			return r - '０' + '0'
		}
		return r
	}, line(typed, 64)))
}
