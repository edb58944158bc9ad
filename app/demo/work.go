package demo

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// notices are what lies on the desk of the township's officer at the first start: one that came back, one half written, one that
// waits for a colleague. They stand in the column of notices.
const noticeColumn = 2

var notices = []struct{ title, body, back string }{
	{"关于开展冬季燃气安全检查的通知（演示）", "<p>各村、社区：</p>\n<p>镇上将于近期分批上门检查燃气灶具和软管，请家中留人配合。</p>", "请写明检查的起止日期和咨询电话。"},
	{"关于临时关闭河堤步道的通知（演示）", "<p>因护坡维修，河堤步道东段临时关闭，绕行路线另行公告。</p>", ""},
	{"关于集中换发老年优待证的通知（演示）", "<p>年满六十五周岁的居民，可到便民服务中心二号窗口换发老年优待证，请带身份证和近期照片。</p>", ""},
}

// Work lays them there. It comes after Staff, whose people it takes.
func Work(ctx context.Context, r Rooms, now kernel.Clock, people []Person) error {
	for _, p := range people {
		if p.Role != "IO" || p.Site == "" {
			continue
		}
		writer, err := r.Accounts.Find(ctx, p.Login)
		if err != nil {
			return err
		}
		for _, q := range people {
			if q.Site != p.Site || q.Role != "RV+SR+PB" {
				continue
			}
			reviewer, err := r.Accounts.Find(ctx, q.Login)
			if err != nil {
				return err
			}
			posts, err := r.Accounts.Live(ctx, writer.ID, now())
			if err != nil || len(posts) != 1 {
				return fmt.Errorf("%d posts of %s: %w", len(posts), p.Login, err)
			}
			writing, reading := kernel.WithActor(ctx, writer.Actor(via)), kernel.WithActor(ctx, reviewer.Actor(via))
			return lay(writing, reading, r, posts[0].Site, reviewer.ID)
		}
	}
	return nil
}

func lay(writing, reading context.Context, r Rooms, site kernel.SiteID, reviewer kernel.AccountID) error {
	for i, n := range notices {
		id, err := r.Articles.Create(writing, site, noticeColumn, publication.Small, article.Payload{Kind: article.News, Title: n.title, Body: n.body, Source: "演示稿件"})
		if err != nil {
			return fmt.Errorf("write %s: %w", n.title, err)
		}
		if i == 1 {
			continue
		}
		e, err := r.Articles.Submit(writing, site, id, 1)
		if err != nil {
			return fmt.Errorf("send %s: %w", n.title, err)
		}
		if n.back == "" {
			continue
		}
		if err := r.Published.Approve(reading, site, e, publication.Opinion{Reviewer: reviewer, Verdict: publication.Rejected, Reason: n.back}); err != nil {
			return fmt.Errorf("return %s: %w", n.title, err)
		}
		if err := r.Articles.Return(reading, site, id); err != nil {
			return fmt.Errorf("return %s: %w", n.title, err)
		}
	}
	return nil
}
