package notify

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"mime"
	"net/mail"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
)

// text is a letter in words. It holds no word of any article: mail travels through servers that nobody here answers for.
type text struct{ subject, body string }

// compose says what kinds of things have happened on which sites, and where to see them.
func (n *Notices) compose(ctx context.Context, person identity.Account, lines []Notice) (text, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s：\n\n站群工作台有 %d 条新通知。\n\n", person.Name, len(lines))
	names := map[kernel.SiteID]string{}
	var order []string
	many := map[string]int{}
	for _, row := range lines {
		name, known := names[row.Site]
		if !known && row.Site != kernel.Platform {
			g, err := n.Sites.Get(ctx, row.Site)
			if err != nil {
				return text{}, err
			}
			name = g.Name
			names[row.Site] = name
		}
		line := "· " + row.Kind.Says()
		if name != "" {
			line += "（" + name + "）"
		}
		if many[line]++; many[line] == 1 {
			order = append(order, line)
		}
	}
	for _, line := range order {
		b.WriteString(line)
		if many[line] > 1 {
			fmt.Fprintf(&b, " %d 件", many[line])
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "\n请登录查看：%s/notices\n\n为了保密，邮件里没有稿件内容。哪些通知发邮件，可以在同一页选择。\n", n.Origin)
	return text{fmt.Sprintf("站群工作台：%d 条新通知", len(lines)), b.String()}, nil
}

// confirmation is the one letter that an unconfirmed address gets. It names nobody: it may be a stranger's.
func confirmation(link string) text {
	return text{"站群工作台：请确认邮箱", "有人在站群工作台填写了这个邮箱，用来接收通知。\n\n如果是您本人，请在 24 小时内登录并打开：\n" + link +
		"\n\n如果不是，不必理会，不会再收到邮件。\n"}
}

// message is the letter as it travels: every header is ASCII on one line, the body base64, so that nothing in a name can begin another
// header or end the body. id is the same each time it is tried, by which a receiver knows a repetition.
func (t text) message(from, to, id string, at time.Time) []byte {
	sender, err := mail.ParseAddress(from)
	if err != nil {
		sender = &mail.Address{Address: from}
	}
	_, domain, _ := strings.Cut(sender.Address, "@")
	var b bytes.Buffer
	for _, h := range [][2]string{{"From", sender.String()}, {"To", (&mail.Address{Address: to}).String()}, {"Subject", mime.BEncoding.Encode("utf-8", oneLine(t.subject))},
		{"Date", at.In(kernel.Beijing).Format("Mon, 02 Jan 2006 15:04:05 -0700")}, {"Message-ID", "<" + id + "@" + domain + ">"}, {"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"}, {"Content-Transfer-Encoding", "base64"}, {"Auto-Submitted", "auto-generated"}} {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	b.WriteString("\r\n")
	body := base64.StdEncoding.EncodeToString([]byte(strings.ReplaceAll(t.body, "\n", "\r\n")))
	for len(body) > 76 {
		b.WriteString(body[:76] + "\r\n")
		body = body[76:]
	}
	b.WriteString(body + "\r\n")
	return b.Bytes()
}

// oneLine takes the line ends out of what stands in a header; what is encoded in ASCII only could keep them otherwise.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}
