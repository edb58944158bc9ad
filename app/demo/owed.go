package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// activities are news of important activities that the portal's officer still owes: one has time, one is near its end, one is over (24 小时, d05).
var activities = []struct {
	title, body string
	ended       time.Duration // before the start
}{
	{"全市召开冬季重点工作推进会（演示）", "<p>会议听取了各县（区）、各部门冬季重点工作的进展，就安全用电、防火和返乡服务作了安排。</p>", 2 * time.Hour},
	{"河堤维修现场协调会举行（演示）", "<p>会议在现场明确了工期、绕行路线和夜间照明，要求施工期间每日公布进度。</p>", 20 * time.Hour},
	{"村级便民服务点调研活动（演示）", "<p>调研组走访了三个便民服务点，了解代办事项、开放时间和老年人办事的困难。</p>", 30 * time.Hour},
}

// newsColumn is where they will stand.
const newsColumn = 1

// Owe lays them on the desk of the portal's officer, so that the board has a light of each colour. It comes after Staff, whose people it takes.
func Owe(ctx context.Context, r Rooms, now kernel.Clock, people []Person) error {
	for _, p := range people {
		portal := slices.ContainsFunc(people, func(q Person) bool { return q.Site == p.Site && q.Role == "RV" })
		if p.Role != "IO" || p.Site == "" || !portal {
			continue
		}
		writer, err := r.Accounts.Find(ctx, p.Login)
		if err != nil {
			return err
		}
		posts, err := r.Accounts.Live(ctx, writer.ID, now())
		if err != nil || len(posts) != 1 {
			return fmt.Errorf("%d posts of %s: %w", len(posts), p.Login, err)
		}
		writing := kernel.WithActor(ctx, writer.Actor(via))
		for _, a := range activities {
			ended := now().Add(-a.ended).In(kernel.Beijing).Format(article.ActivityForm)
			text := article.Payload{Kind: article.News, Title: a.title, Body: a.body, Source: "演示稿件", ActivityEndedAt: ended}
			if _, err := r.Articles.Create(writing, posts[0].Site, newsColumn, publication.Ordinary, text); err != nil {
				return fmt.Errorf("write %s: %w", a.title, err)
			}
		}
		return nil
	}
	return nil
}
