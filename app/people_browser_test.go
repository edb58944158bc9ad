package app_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/zhanqun/zhanqun/app"
)

// authenticator is what a phone shows now, by RFC 6238 and by nothing of the program.
func authenticator(t *testing.T, secret string) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(strings.TrimSpace(secret), " ", ""))
	if err != nil {
		t.Fatalf("the screen shows the secret %q: %v", secret, err)
	}
	step := time.Now().Unix() / 30
	mac := hmac.New(sha1.New, key)
	mac.Write([]byte{0, 0, 0, 0, byte(step >> 24), byte(step >> 16), byte(step >> 8), byte(step)})
	sum := mac.Sum(nil)
	at := sum[19] & 15
	return fmt.Sprintf("%06d", (uint32(sum[at]&127)<<24|uint32(sum[at+1])<<16|uint32(sum[at+2])<<8|uint32(sum[at+3]))%1_000_000)
}

// Issue 4, 1 (first run; Q1, Q3): with nothing but the printed code and a phone, somebody becomes the first administrator in a browser, sets the second
// factor up, sees that it is a trial, and invites a second person by link, who sets a password. Every screen holds to the rules of all screens.
func TestTheFirstAdministratorInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveConsole(t, b, t.TempDir())
	const password = "hanjiang-春茶-老街"
	d.open(t, 1366, d.console+"/anything")
	d.says("首次设置")
	d.look("setup")
	code, err := os.ReadFile(filepath.Join(data, "setup-code"))
	if err != nil {
		t.Fatal(err)
	}
	for selector, text := range map[string]string{"#city": "安康市", "#city_code": "610900", "#name": "张三", "#login": "zhang.san", "#password": password, "#again": password, "#code": "wrong"} {
		d.fill(selector, text)
	}
	d.press("main button", "设立管理员")
	d.says("设置码不对")
	d.look("setup-wrong")
	for selector, text := range map[string]string{"#password": password, "#again": password, "#code": strings.TrimSpace(string(code))} {
		d.fill(selector, text)
	}
	d.press("main button", "设立管理员")
	d.says("管理员已经设好")
	signIn := func() {
		d.fill("#login", "zhang.san")
		d.fill("#password", password)
		d.press("form button.main", "登录")
	}
	signIn()
	d.says("第二验证")
	d.look("enrol")
	if wide := eval[float64](t, b, `document.querySelector('.qr svg').getBoundingClientRect().width`); wide < 200 {
		t.Errorf("the picture is %v pixels wide", wide)
	}
	d.fill("#code", authenticator(t, eval[string](t, b, `document.querySelector('.key').textContent`)))
	d.press("main button", "设好第二验证")
	d.says("备用码")
	d.look("codes")
	codes := eval[[]string](t, b, `[...document.querySelectorAll('.codes code')].map(e=>e.textContent)`)
	if len(codes) != 10 {
		t.Fatalf("%d recovery codes", len(codes))
	}
	d.press("main a", "已经收好")
	d.says("试用：")
	d.look("first-work")
	d.press("nav.rail a", "全部人员")
	d.look("everybody")
	for selector, text := range map[string]string{"#name": "李四", "#login": "li.si", "#document": "安政任〔2026〕2号"} {
		d.fill(selector, text)
	}
	eval[bool](t, b, `document.querySelector('input[value=AA]').checked=true`)
	d.press("main button", "邀请")
	d.says("只显示这一次")
	d.look("handed")
	link := eval[string](t, b, `document.querySelector('#link').value`)
	d.press("main a", "已交给本人")
	d.says("李四")
	d.look("person")
	d.press(".me a", "张三")
	d.look("own-account")
	d.press(`form[action="/signout"] button`, "")
	signIn()
	d.says("备用码")
	d.look("second-step")
	d.fill("#code", "000000")
	d.press("main button", "登录")
	d.says("验证码不对")
	d.fill("#code", codes[0])
	d.press("main button", "登录")
	d.says("我的工作")
	d.press(`form[action="/signout"] button`, "")
	d.open(t, 390, link)
	d.says("您的账号已经开好")
	d.look("invitation")
	d.fill("#password", password+"2")
	d.fill("#again", password+"2")
	d.press("main button", "设好密码")
	d.says("密码已经设好")
}

// virtualKey puts a security key into the browser, which its owner touches at once.
func virtualKey(t *testing.T, b *browser) {
	t.Helper()
	err := chromedp.Do(b.ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		if _, err := cdp.Call(ctx, tab, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, tab, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true,
			IsUserVerified: true, AutomaticPresenceSimulation: true}})
		return err
	}))
	if err != nil {
		t.Fatal(err)
	}
}

// Issue 4, 1, passkeys: an administrator adds one and signs in with it in the place of a code, again and again; once it is removed, the code is asked for.
func TestAPasskeyInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveConsole(t, b, t.TempDir())
	const password = "hanjiang-春茶-老街"
	for _, args := range [][]string{{"org", "import", "-"}, {"admin", "create", "--login=zhang.san", "--name=张三", "--org=610900", "--role=SA", "--password-stdin"}} {
		in := map[string]string{"org": "code,name,level,parent_code\n610900,安康市,city,\n", "admin": password + "\n"}[args[0]]
		if code := app.Main(context.Background(), append(args, "--data="+data), strings.NewReader(in), io.Discard, os.Stderr); code != 0 {
			t.Fatalf("%v: exit %d", args, code)
		}
	}
	signIn := func() {
		d.open(t, 1366, d.console+"/signin")
		d.fill("#login", "zhang.san")
		d.fill("#password", password)
		d.press("form button.main", "登录")
	}
	signIn()
	secret := eval[string](t, b, `document.querySelector('.key').textContent`)
	d.fill("#code", authenticator(t, secret))
	d.press("main button", "设好第二验证")
	d.press("main a", "已经收好")
	virtualKey(t, b)
	d.open(t, 1366, d.console+"/me/passkey")
	until(t, func() bool { return eval[bool](t, b, `!document.querySelector('form[data-passkey]').hidden`) })
	d.look("passkey")
	d.fill("#name", "办公室电脑")
	d.press("main button", "添加通行密钥")
	d.says("通行密钥已添加")
	d.says("办公室电脑")
	d.look("own-account-passkey")
	for range 2 {
		d.press(`form[action="/signout"] button`, "")
		signIn()
		until(t, func() bool { return eval[bool](t, b, `!document.querySelector('form[data-passkey]').hidden`) })
		d.look("second-step-passkey")
		d.press("main button", "用通行密钥登录")
		d.says("我的工作")
	}
	d.open(t, 1366, d.console+"/me")
	d.press("main button", "删除")
	d.says("通行密钥已删除")
	d.press(`form[action="/signout"] button`, "")
	signIn()
	d.says("六位数字")
	if strings.Contains(d.reads(), "用通行密钥登录") {
		t.Error("the removed key is asked for")
	}
}
