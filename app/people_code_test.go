package app

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
)

// phoneCode is what an authenticator shows, by RFC 6238 and by nothing of the program.
func phoneCode(secret string, now time.Time) string {
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(secret, " ", ""))
	if err != nil {
		return "?"
	}
	mac := hmac.New(sha1.New, key)
	mac.Write([]byte{0, 0, 0, 0, byte(now.Unix() / 30 >> 24), byte(now.Unix() / 30 >> 16), byte(now.Unix() / 30 >> 8), byte(now.Unix() / 30)})
	sum := mac.Sum(nil)
	at := sum[19] & 15
	return fmt.Sprintf("%06d", (uint32(sum[at]&127)<<24|uint32(sum[at+1])<<16|uint32(sum[at+2])<<8|uint32(sum[at+3]))%1_000_000)
}

var (
	secretShown = regexp.MustCompile(`<p class="key"><code>([A-Z2-7 ]+)</code>`)
	codeShown   = regexp.MustCompile(`<li><code>([a-z2-7-]{19})</code>`)
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
)

// hidden are the hidden fields of a screen, without those of its frame.
func hidden(page string) url.Values {
	all := url.Values{}
	_, page, _ = strings.Cut(page, "<main")
	for _, m := range hiddenField.FindAllStringSubmatch(page, -1) {
		all.Add(m[1], html.UnescapeString(m[2]))
	}
	return all
}

func cookieOf(h http.Header) string { return strings.Split(h.Get("Set-Cookie"), ";")[0] }

// twoSteps: a technical post sets the second factor up before anything else; the password alone then opens nothing; a code opens once; a form
// that an ended session caught goes on after both steps; a lost phone is helped by a recovery code, another person or the server.
func twoSteps(t *testing.T, o *bureau) {
	boss := o.cityPerson(t, "liangbu", "SA")
	ctx := kernel.WithActor(t.Context(), identity.System("cli"))
	if err := o.Accounts.SetPassword(ctx, boss.ID, deskPassword); err != nil {
		t.Fatal(err)
	}
	w := &worker{bureau: o, account: boss, client: o.enter(t, kernel.Actor{})}
	in := url.Values{"login": {boss.Login}, "password": {deskPassword}, "to": {"/people"}}
	signIn := func(then string) (body string) {
		t.Helper()
		w.cookie = ""
		status, header, _ := w.post("/signin", in)
		if status != http.StatusSeeOther || header.Get("Location") != "/signin/code?to=%2Fpeople" {
			t.Fatalf("the password answers %d %s", status, header.Get("Location"))
		}
		w.cookie = cookieOf(header)
		for _, path := range []string{"/", "/people", "/me"} {
			if status, _ := w.get(path); status != http.StatusSeeOther {
				t.Errorf("the password alone opens %s: %d", path, status)
			}
		}
		status, body = w.get("/signin/code?to=%2Fpeople")
		if status != http.StatusOK || !strings.Contains(body, then) {
			t.Fatalf("the second step shows %d: %s", status, body)
		}
		return body
	}
	body := signIn("设好第二验证")
	secret := secretShown.FindStringSubmatch(body)
	if secret == nil || !strings.Contains(body, "<svg viewBox=") {
		t.Fatalf("no secret or picture: %s", body)
	}
	if _, again := w.get("/signin/code"); !strings.Contains(again, secret[1]) {
		t.Error("a second look shows another secret")
	}
	w.wants("/signin/code", url.Values{"code": {"12345x"}}, http.StatusUnprocessableEntity, "验证码不对")
	status, header, body := w.post("/signin/code", url.Values{"code": {phoneCode(secret[1], o.now())}, "to": {"/people"}})
	codes := codeShown.FindAllStringSubmatch(body, -1)
	if status != http.StatusOK || len(codes) != 10 || !strings.Contains(body, `href="/people"`) {
		t.Fatalf("the enrolment answers %d with %d codes: %s", status, len(codes), body)
	}
	w.cookie = cookieOf(header)
	if status, body := w.get("/people"); status != http.StatusOK {
		t.Errorf("after both steps: %d: %s", status, body)
	}
	signIn("六位数字")
	w.wants("/signin/code", url.Values{"code": {phoneCode(secret[1], o.now())}}, http.StatusUnprocessableEntity, "已经用过")
	o.pass(time.Minute)
	code := phoneCode(secret[1], o.now())
	half := w.cookie
	w.wants("/signin/code", url.Values{"code": {code}, "to": {"//evil.example"}}, http.StatusSeeOther, "/")
	w.cookie = half
	w.wants("/signin/code", url.Values{"code": {code}}, http.StatusUnprocessableEntity, "等得太久")
	signIn("六位数字")
	w.wants("/signin/code", url.Values{"code": {code}}, http.StatusUnprocessableEntity, "已经用过")
	resumed(t, w, in, codes[0][1])
	_, body = w.get("/me")
	if !strings.Contains(body, "没用过的备用码：9") {
		t.Errorf("the own account: %s", body)
	}
	if status, body := w.get("/me/passkey"); status != http.StatusOK || !strings.Contains(body, `data-options="{`) || !strings.Contains(body, "console.localhost") {
		t.Errorf("to add a passkey: %d: %s", status, body)
	}
	w.wants("/me/passkey", url.Values{"name": {"钥匙"}, "response": {"{}"}}, http.StatusUnprocessableEntity, "没有认出")
	w.wants("/me/passkey/remove", url.Values{"key": {"x"}}, http.StatusNotFound, "已经删除")
	w.wants("/signin/passkey", url.Values{"response": {"{}"}}, http.StatusUnprocessableEntity, "")
	o.pass(time.Minute)
	w.wants("/me/codes", url.Values{"code": {"000000"}}, http.StatusUnprocessableEntity, "验证码不对")
	status, _, body = w.post("/me/codes", url.Values{"code": {phoneCode(secret[1], o.now())}})
	fresh := codeShown.FindAllStringSubmatch(body, -1)
	if status != http.StatusOK || len(fresh) != 10 {
		t.Fatalf("new codes: %d, %s", status, body)
	}
	w.wants("/me/phone", url.Values{"code": {codes[1][1]}}, http.StatusUnprocessableEntity, "验证码不对")
	w.wants("/me/phone", url.Values{"code": {fresh[0][1]}}, http.StatusSeeOther, "/me/factor")
	if _, body := w.get("/me/factor"); secretShown.FindString(body) == "" || strings.Contains(body, secret[1]) {
		t.Errorf("another phone: %s", body)
	}
	signIn("设好第二验证")
	helped(t, o)
}

// resumed: somebody whose session has ended sends a form, gives password and recovery code, and the form is there to the letter.
func resumed(t *testing.T, w *worker, in url.Values, code string) {
	w.cookie = ""
	form := url.Values{"login": {"jiwei"}, "name": {"填了一半“的”人"}, "document": {"安政任〔2026〕9号"}}
	status, _, body := w.post("/people", form)
	if status != http.StatusForbidden {
		t.Fatalf("a form without a session answers %d", status)
	}
	kept := hidden(body)
	kept.Set("login", in.Get("login"))
	kept.Set("password", in.Get("password"))
	status, header, body := w.post("/signin", kept)
	if status != http.StatusOK || hidden(body).Get("typed") != kept.Get("typed") || hidden(body).Get("to") != "/people" {
		t.Fatalf("after the password: %d: %s", status, body)
	}
	w.cookie = cookieOf(header)
	wrong := hidden(body)
	wrong.Set("code", "abcd-abcd-abcd-abcd")
	status, _, body = w.post("/signin/code", wrong)
	if status != http.StatusUnprocessableEntity || hidden(body).Get("typed") != kept.Get("typed") {
		t.Fatalf("after a wrong code: %d: %s", status, body)
	}
	right := hidden(body)
	right.Set("code", code)
	status, header, body = w.post("/signin/code", right)
	again := hidden(body)
	again.Del("to")
	if status != http.StatusOK || !strings.Contains(body, `action="/people"`) || !strings.Contains(again.Encode(), form.Encode()) {
		t.Fatalf("after both steps: %d, %q: %s", status, again.Encode(), body)
	}
	w.cookie = cookieOf(header)
	w.wants("/people", again, http.StatusUnprocessableEntity, "至少选择一个岗位")
}

// helped: who writes may put the second factor off, sets it up from the own account, and another removes it when the phone is gone.
func helped(t *testing.T, o *bureau) {
	w, security := o.hire("tuichi", "IO"), o.of(o.cityPerson(t, "bangmang", "SA"))
	if _, body := w.get("/"); !strings.Contains(body, "请在这一天以前设置第二验证：") {
		t.Errorf("no reminder: %s", body)
	}
	status, body := w.get("/me/factor")
	secret := secretShown.FindStringSubmatch(body)
	if status != http.StatusOK || secret == nil || !strings.Contains(body, "以后再设") {
		t.Fatalf("to set it up: %d: %s", status, body)
	}
	w.wants("/me/factor", url.Values{"code": {"1"}}, http.StatusUnprocessableEntity, "验证码不对")
	w.wants("/me/factor", url.Values{"code": {phoneCode(secret[1], o.now())}}, http.StatusOK, "备用码")
	if _, body := w.get("/"); strings.Contains(body, "请在这一天以前设置第二验证：") {
		t.Errorf("still a reminder: %s", body)
	}
	if status, _ := w.get("/me/factor"); status != http.StatusSeeOther {
		t.Errorf("to set it up again: %d", status)
	}
	one := "/people/" + w.account.ID.String()
	security.wants(one+"/factor", nil, http.StatusSeeOther, "done=factor")
	security.wants(one+"/factor", nil, http.StatusConflict, "没有第二验证")
	if status, _ := w.get("/"); status != http.StatusSeeOther {
		t.Errorf("the session goes on: %d", status)
	}
}
