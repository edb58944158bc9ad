package app

import "strings"

// finding is one thing that is not as it should be.
type finding struct {
	Name     string `json:"name"`     // of the fault, the same in every language
	Severity string `json:"severity"` // "error" loses or shows something wrong, "warning" will
	Where    string `json:"where"`
	Say      string `json:"say"`
	Do       string `json:"do"` // what would be done about it; fsck does nothing
	Fixed    bool   `json:"fixed,omitempty"`
}

// faults are what fsck and doctor find, by name: what it is and what to do about it.
var faults = map[string][2]string{
	"store-damaged":                {"数据库自身的检查没有通过", "从最近一份完好的备份恢复"},
	"publication-without-chain":    {"公开的内容没有发布记录", "撤下这条内容，从备份核对后重新走审核流程"},
	"publication-without-approval": {"发布记录没有完整的审核", "撤下这条内容，从备份核对审核记录"},
	"publication-without-debt":     {"紧急发布没有待补审的记录", "撤下这条内容，从备份核对"},
	"publication-after-its-end":    {"已经撤下或被取代的版本仍然公开", "撤下这条内容后重新发布最新一版"},
	"history-without-edition":      {"发布记录没有对应的正文", "从最近一份完好的备份恢复"},
	"approval-without-edition":     {"审核记录没有对应的正文", "从最近一份完好的备份恢复"},
	"edition-altered":              {"正文与审定时的摘要不符，不会展示", "从备份取回原文，查清是谁改动的"},
	"article-not-public":           {"稿件标为已发布，但没有公开", "把稿件退回草稿后重新发布"},
	"publication-without-article":  {"公开的文章没有对应的稿件", "从备份取回稿件行"},
	"index-missing":                {"公开的文章检索不到", "重新写入全文索引"},
	"index-orphan":                 {"全文索引里有不公开的文章", "从全文索引中删去"},
	"audit-broken":                 {"审计链断开", "从备份核对这条链，查清是谁改动的"},
	"revision-missing":             {"站点有发布记录而没有版本号，页面可能不会更新", "为站点补一个版本号"},
	"rows-of-unknown-site":         {"数据属于一个不存在的站点", "从备份恢复站点，或者确认后删除"},
	"job-unknown":                  {"任务的类型没有处理程序", "升级到认识它的版本，或者删除任务"},
	"job-failed":                   {"任务多次失败，已搁置", "查看 last_error，排除原因后重新排队"},
	"media-orphan":                 {"媒体文件不属于任何站点", "确认后删除"},
	"media-missing":                {"媒体文件丢失：稿件里的图片或附件打不开", "从备份取回这个文件"},
	"media-unnamed":                {"媒体文件没有登记，多半是上传中断留下的", "确认后删除"},
	"media-damaged":                {"媒体文件的内容与摘要不符", "从备份取回这个文件"},
	"mirror-unknown-site":          {"镜像里有不存在的站点的页面", "删除这个镜像文件"},
	"mirror-torn":                  {"镜像文件不完整", "删除这个镜像文件，下次访问时会重新写入"},
	"disk-nearly-full":             {"磁盘快满了", "清理或扩容；满了以后不能发布"},
	"disk-on-network":              {"数据库文件在网络文件系统上，断电或断网会损坏", "把数据目录移到本机磁盘"},
	"clock-skew":                   {"本机时钟与数据库或文件的时间不一致", "校准时钟，启用 NTP"},
	"database-missing":             {"没有数据库文件", "用 --data 指明数据目录，或从备份恢复"},
	"database-unreachable":         {"数据库没有响应", "检查地址、口令和服务"},
	"database-unsafe":              {"数据库的设置断电会丢数据", "把 fsync、synchronous_commit、full_page_writes 改为 on"},
	"database-without-wal":         {"SQLite 文件不是 WAL 模式，可能被别的程序改过", "停止那个程序；serve 启动时会改回来"},
	"schema-behind":                {"数据库的结构比程序旧", "重新启动 serve，它会升级结构"},
	"media-bucket-missing":         {"对象存储里没有这个桶", "建立这个桶"},
	"media-unreachable":            {"媒体存储没有响应或拒绝访问", "检查地址、密钥和权限"},
	"key-missing":                  {"没有密钥文件", "从另存的地方取回密钥"},
	"key-foreign":                  {"密钥不是这个数据库的", "换回原来的密钥文件"},
	"key-open":                     {"密钥文件别人也能读", "把权限改为 0600"},
	"domain-differs":               {"配置的域名与上次启动时的不同", "用正确的 --domain 重新启动 serve"},
	"host-unresolved":              {"站点的主域名解析不到地址", "在域名服务中添加解析，或换主域名"},
	"host-unverified":              {"站点的主域名没有核验，不能访问", "用 zhanqun site domain verify 核验"},
	"queue-stuck":                  {"任务过期很久没有执行", "检查 serve 是否在运行、数据库是否可写"},
	"mirror-behind":                {"镜像里的页面落后于现在的内容", "检查 serve 的日志和磁盘空间"},
	"temporary-files":              {"有没写完的临时文件", "删除这个文件"},
	"data-folder-untouched":        {"数据目录不能写入", "检查权限和磁盘"},
}

// severity is "warning" for what costs nobody a word that was published.
func severity(name string) string {
	for _, mild := range []string{"index-", "job-", "media-orphan", "media-unnamed", "mirror-", "temporary-", "domain-", "host-", "schema-"} {
		if strings.HasPrefix(name, mild) {
			return "warning"
		}
	}
	return "error"
}
