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

// d49, B1, LE1 (look.md 4): in plain forms somebody asks for a new column and another name, somebody else looks at the effect and does it; each
// screen on a desk and on a phone, in light and dark.
func TestColumnRequestsInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	lead, editor := demo.Person{Login: "lanmuzhuguan", Password: "汉江-茶山-晴日-42"}, demo.Person{Login: "lanmubianji", Password: "汉江-茶山-晴日-43"}
	for role, p := range map[string]demo.Person{"CL": lead, "IE": editor} {
		if got := app.Main(context.Background(), []string{"admin", "create", "--login", p.Login, "--name", "栏目" + role, "--org", "610900", "--role", role, "--password-stdin", "--data=" + data},
			strings.NewReader(p.Password+"\n"), io.Discard, os.Stderr); got != 0 {
			t.Fatalf("admin create ended with %d", got)
		}
	}
	d.enter(1366, lead)
	d.press("nav.rail a", "栏目申请")
	d.press(".head a", "申请新建栏目")
	d.fill("#name", "春茶节")
	d.pick("#column", "最上一级")
	d.fill("#reason", "每年四月的活动没有地方放，群众常来问。")
	d.look("requests-ask")
	d.press("form button.main", "提出申请")
	d.press(".head a", "申请归并")
	d.look("requests-ask-merge")
	d.press("main .actions a", "返回")
	d.press(".head a", "申请改名")
	d.pick("#column", "通知公告")
	d.fill("#name", "公告公示")
	d.fill("#reason", "按市里的规范统一名称。")
	d.press("form button.main", "提出申请")
	d.look("requests-list")
	d.press("main .items a", "春茶节")
	d.look("requests-own")
	d.enter(1366, editor)
	d.says("春茶节")
	d.press("main .items a", "公告公示")
	d.fill("#look", "gongshi")
	d.press("form button", "看看地址怎么变")
	d.look("requests-decide")
	d.press("form button.main", "同意并办理")
	d.press("main .items a", "春茶节")
	d.press(`form[action="/language"] button`, "English")
	d.says("What is asked for")
	d.look("requests-decide-en")
	d.press(`form[action="/language"] button`, "中文")
	d.fill("#because", "可以放在专题专栏里。")
	d.press("form button.bad", "不同意")
	d.look("requests-decided")
}
