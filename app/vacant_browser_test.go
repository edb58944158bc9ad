package app_test

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/app"
	"github.com/zhanqun/zhanqun/app/demo"
)

// N2, d44: a content lead sees among the people which posts of the site are vacant, the security administrator those of all sites.
func TestVacanciesInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	const password = "hanjiang-春茶-老街"
	if code := app.Main(context.Background(), []string{"admin", "create", "--login=an.quan", "--name=安全", "--org=610900", "--role=SA", "--password-stdin", "--data=" + data},
		strings.NewReader(password+"\n"), io.Discard, os.Stderr); code != 0 {
		t.Fatalf("admin create: exit %d", code)
	}
	d.enter(1366, staffOf(t, data, "瀛湖镇")["CL"])
	d.press("nav.rail a", "人员")
	d.says("上级找不到人接收和报送信息。")
	d.look("people-vacant")
	d.enter(1366, demo.Person{Login: "an.quan", Password: password})
	d.press("nav.rail a", "岗位空缺")
	d.says("个网站有空缺")
	d.look("vacant")
}
