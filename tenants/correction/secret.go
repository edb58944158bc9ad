package correction

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// letters are what a code is made of: nothing that looks like something else.
const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

const codeLength = 10 // of 32 letters: 50 random bits

// newCode is one that nobody can guess.
func newCode() string {
	raw := make([]byte, codeLength)
	rand.Read(raw) // never fails
	for i, b := range raw {
		raw[i] = letters[b%byte(len(letters))]
	}
	return string(raw)
}

// tidyCode is a code as people type it, or "": small letters, spaces and hyphens do no harm.
func tidyCode(typed string) string {
	code := strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "　", "").Replace(typed))
	if len(code) != codeLength || strings.Trim(code, letters) != "" {
		return ""
	}
	return code
}

// digest is what is kept of a code: whoever reads the store opens nothing with it.
func digest(code string) string {
	sum := sha256.Sum256([]byte("correction\x00" + code))
	return hex.EncodeToString(sum[:])
}

// secrets seal contacts, and sign the form so that only one that we have shown is taken.
type secrets struct {
	aead cipher.AEAD // nil without the installation's key
	form []byte
}

func newSecrets(key []byte) (s secrets, err error) {
	if len(key) == 0 { // a node that started from its mirror: its forms are its own, and contacts wait for the key
		s.form = make([]byte, 32)
		rand.Read(s.form)
		return s, nil
	}
	if s.form, err = hkdf.Key(sha256.New, key, nil, "zhanqun correction form", 32); err != nil {
		return s, err
	}
	own, err := hkdf.Key(sha256.New, key, nil, "zhanqun correction contact", 32)
	if err != nil {
		return s, err
	}
	block, err := aes.NewCipher(own)
	if err != nil {
		return s, err
	}
	s.aead, err = cipher.NewGCMWithRandomNonce(block)
	return s, err
}

// seal binds a contact to its report: a row copied to another opens nothing.
func (s secrets) seal(site kernel.SiteID, id int64, contact string) (string, error) {
	if contact == "" {
		return "", nil
	}
	if s.aead == nil {
		return "", fault.In("contact", "现在不能加密保存联系方式。请先不填联系方式，凭查询码看答复。")
	}
	return base64.RawStdEncoding.EncodeToString(s.aead.Seal(nil, nil, []byte(contact), fmt.Appendf(nil, "%d/%d", site, id))), nil
}

func (s secrets) open(site kernel.SiteID, id int64, sealed string) (string, error) {
	if sealed == "" || s.aead == nil {
		return "", nil
	}
	b, err := base64.RawStdEncoding.DecodeString(sealed)
	if err == nil {
		b, err = s.aead.Open(nil, nil, b, fmt.Appendf(nil, "%d/%d", site, id))
	}
	if err != nil {
		return "", errors.Join(fmt.Errorf("correction: the contact of report %d of site %d was sealed with another key or changed", id, site), err)
	}
	return string(b), nil
}

// formFor is how long a form may stay open before it is sent.
const formFor = 24 * time.Hour

// token is what the form of a site holds that was shown at a moment.
func (s secrets) token(site kernel.SiteID, at time.Time) string {
	when := strconv.FormatInt(at.Unix(), 36)
	h := hmac.New(sha256.New, s.form)
	fmt.Fprintf(h, "%d\x00%s", site, when)
	return when + "." + base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

// shown reports whether a token is of a form of the site that was shown not long ago.
func (s secrets) shown(site kernel.SiteID, token string, now time.Time) bool {
	when, _, _ := strings.Cut(token, ".")
	n, err := strconv.ParseInt(when, 36, 64)
	if err != nil {
		return false
	}
	at := time.Unix(n, 0)
	return !at.After(now.Add(time.Minute)) && now.Sub(at) <= formFor && hmac.Equal([]byte(token), []byte(s.token(site, at)))
}

// masked is a contact for whoever has no need of it any more.
func masked(contact string) string {
	if name, host, ok := strings.Cut(contact, "@"); ok {
		return name[:1] + "***@" + host
	}
	r := []rune(contact)
	if len(r) < 8 {
		return "****"
	}
	return string(r[:3]) + "****" + string(r[len(r)-4:])
}
