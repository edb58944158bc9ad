package notify

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/zhanqun/zhanqun/platform/site"
)

// robots are the hosts of robots in group chats (企业微信, 钉钉; X6): they take one sentence, and say in their answer whether they have.
var robots = []string{"qyapi.weixin.qq.com", "oapi.dingtalk.com"}

func robot(address string) bool {
	u, err := url.Parse(address)
	return err == nil && slices.Contains(robots, strings.ToLower(u.Hostname()))
}

// chat is a message as both take it.
type chat struct {
	Type string   `json:"msgtype"`
	Text chatText `json:"text"`
}

type chatText struct {
	Content string `json:"content"`
}

// message is what a hook is sent: the event for a program, a sentence with the page's address for a chat.
func (n *Notices) message(h Hook, g site.Site, j Announce) ([]byte, error) {
	if !robot(h.URL) {
		return json.Marshal(announced{j.Event, h.Site, j.Object, j.At})
	}
	say := g.Name + map[string]string{"published": "发布了信息", "withdrawn": "撤回了信息"}[j.Event]
	if id, is := strings.CutPrefix(j.Object, "article/"); is && j.Event == "published" {
		if s := n.Sites.Public(h.Site); s != nil {
			say += "：" + s.URL("/a/"+id)
		}
	}
	return json.Marshal(chat{"text", chatText{say}})
}

// answerMost is how much of a robot's answer is read.
const answerMost = 4 << 10

// outcome is how an attempt came out. Of a program's answer nothing is read but the status; a robot answers 200 to what it refuses, with a number.
func outcome(h Hook, answer *http.Response) (code string, delivered bool) {
	code, delivered = strconv.Itoa(answer.StatusCode), answer.StatusCode >= 200 && answer.StatusCode < 300
	if !delivered || !robot(h.URL) {
		return code, delivered
	}
	said := struct {
		Code int `json:"errcode"`
	}{-1}
	raw, err := io.ReadAll(io.LimitReader(answer.Body, answerMost))
	if err == nil {
		err = json.Unmarshal(raw, &said)
	}
	if err != nil || said.Code == 0 {
		return code, err == nil
	}
	return strconv.Itoa(said.Code), false
}
