package app

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

type takedownCommand struct {
	URL    string   `arg:"" help:"${a_url}"`
	Reason string   `name:"reason" placeholder:"TEXT" help:"${f_reason}"`
	Node   []string `name:"node" placeholder:"ADDR" help:"${f_node}"`
	Undo   bool     `name:"undo" help:"${f_undo}"`
}

// told is what one node answered.
type told struct {
	Node string `json:"node"`
	Done bool   `json:"done"`
	Say  string `json:"say,omitempty"`
}

// Run tells every node, so that it works while the database does not. It fails when one node did not do it.
func (c takedownCommand) Run(s *session) error {
	if u, err := url.Parse(c.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fault.In("url", "请给出完整的地址，如 https://hanbin.ankang.gov.cn/a/123。")
	}
	if !c.Undo && strings.TrimSpace(c.Reason) == "" {
		return fault.In("reason", "请用 --reason 写明撤下的理由。")
	}
	nodes := c.Node
	if len(nodes) == 0 {
		nodes = []string{s.cfg.OpsListen}
	}
	var answers []told
	failed := 0
	for _, n := range nodes {
		one := c.tell(s.ctx, n)
		if !one.Done {
			failed++
		}
		answers = append(answers, one)
	}
	err := s.print(answers, func(w io.Writer) {
		for _, a := range answers {
			fmt.Fprintf(w, "%s %s %s\n", a.Node, map[bool]string{true: "done", false: "FAILED"}[a.Done], a.Say)
		}
	})
	if failed > 0 {
		return fault.New(fault.Unavailable, "%d 个节点中有 %d 个没有完成，请检查后重新执行。", len(nodes), failed)
	}
	return err
}

func (c takedownCommand) tell(ctx context.Context, node string) told {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	form := url.Values{"url": {c.URL}, "reason": {c.Reason}}
	if c.Undo {
		form.Set("undo", "1")
	}
	base := node
	if !strings.Contains(base, "://") {
		base = "http://" + base
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(base, "/")+"/internal/takedown", strings.NewReader(form.Encode()))
	if err != nil {
		return told{Node: node, Say: "地址不对"}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return told{Node: node, Say: "连不上"}
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 4096))
	if err != nil {
		return told{Node: node, Say: "回答不完整"}
	}
	if answer.StatusCode != http.StatusOK {
		return told{Node: node, Say: cmp.Or(strings.TrimSpace(string(text)), answer.Status)}
	}
	return told{Node: node, Done: true}
}

type healthCommand struct{}

// Run asks the server of this machine whether a proxy should send requests to it; for a container's health check.
func (healthCommand) Run(s *session) error {
	ctx, cancel := context.WithTimeout(s.ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.cfg.OpsListen+"/healthz", nil)
	if err != nil {
		return fault.In("ops-listen", "运维地址 %s 不对。", s.cfg.OpsListen)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return fault.Because(err, fault.Unavailable, "%s 没有回应，服务可能没有启动。", s.cfg.OpsListen)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fault.New(fault.Unavailable, "服务回应 %d，暂时不应接收请求。", answer.StatusCode)
	}
	return s.print(map[string]bool{"ok": true}, func(w io.Writer) { fmt.Fprintln(w, "ok") })
}
