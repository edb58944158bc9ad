package console

// wordsWatch is what platform/watch says, and platform/estate of re-checks and of the wall on a big screen.
var wordsWatch = map[string]string{
	"本站一览": "At a glance", "本站动态": "Activity", "平台动态": "Platform activity", "谁在什么时候对什么做了什么，最近的在前。": "Who did what to which thing and when, the newest first.",
	"人员（全名）": "Person (whole name)", "哪一天": "Day", "最近的": "Newest", "更早的": "Earlier", "还没有记录。": "Nothing is recorded yet.",
	"没有符合条件的记录，请放宽筛选。": "Nothing passes the filter; widen it.",

	"篇已公开": "public articles", "篇待审": "waiting for review", "篇紧急发布待补审": "published in an emergency, review owed", "最久的已等天数：": "days the oldest has waited:",
	"个栏目更新逾期": "columns past their cycle", "个空白栏目": "empty columns", "处体检问题必须改": "findings that must be put right", "建议改：": "that should:",
	"栏目更新": "Columns to update", "更新逾期": "past its cycle", "快到期": "due soon", "空白": "empty", "周期（天）：": "cycle in days:", "上次更新：": "last update:",
	"还有：": "more:", "有内容的栏目都在周期以内。": "Every column that holds something is within its cycle.", "最近发布": "Published lately", "还没有公开的稿件。": "Nothing is public yet.",
	"谁负责": "Who answers for it", "还没有任命任何人": "nobody is appointed yet", "开办文号": "Opened by document", "快满了": "nearly used up",

	"年度复核": "Yearly re-check", "还没有办过": "none yet", "要办年度复核": "re-check to do", "年度复核逾期": "re-check late", "复核逾期": "re-check late", "核": "C",
	"待确认": "to be confirmed", "待复核": "to be reviewed", "退回补充": "Ask for more", "已通过": "accepted", "应办完的日子": "Due on", "已经过了应办的日子：": "It was due on:",
	"：上线后每年由主办单位核对一次，监督员复核。": ": once a year after the opening the sponsor looks it over and a supervisor accepts.",
	"这一次": "This year", "确认": "Confirmed by", "监督员的意见": "What the supervisor said", "核对的内容": "What is looked over", "无误": "right", "说明": "Remarks", "往年": "Earlier years",
	"现在没有要办的年度复核。下一次应办完的日子：": "No re-check is due now. The next one is due on", "网站上线满一年后才需要复核。": "A site is re-checked once it has been online for a year.",
	"核对并确认": "Look over and confirm", "没有错的请勾选；有错的不勾，在下面写明。": "Tick what is right; leave what is wrong and say below what.", "现在登记的是": "What is recorded",
	"有一项不勾时必填": "required when one is not ticked", "确认并提交": "Confirm and send", "复核": "Review", "退回时必填": "required to ask for more",
	"主办、承办单位": "Sponsor and operator", "域名和地址": "Host and address", "栏目设置": "Columns",
	"已确认。监督员会看到它。": "Confirmed. The supervisors see it.", "已通过，一年以后再办。": "Accepted; the next one is in a year.", "已退回，主办单位会看到意见。": "Sent back; the sponsor sees why.",
	"年度复核到期": "re-check due", "确认年度复核": "re-check confirmed", "通过年度复核": "re-check accepted", "退回年度复核": "re-check sent back",

	"大屏": "Big screen", "退出大屏": "Leave the big screen", "更新于": "Updated at", "刷新": "Load again", "暂停刷新": "Pause", "自动刷新": "Refreshed by itself", "已暂停刷新": "Paused",
	"连接中断，下面是最后一次的情况": "No connection; this is what was seen last", "登录已过期，请刷新页面重新登录": "Signed out; load the page again and sign in",

	"开始使用，共五步": "Five first steps", "已做": "done", "还没做": "to do", "一、给自己设好第二验证": "1. Set up your second factor", "二、邀请同事：至少两个人才能发布": "2. Invite a colleague: it takes two to publish",
	"三、核对主办单位和联系电话": "3. Look over sponsor and telephone", "四、写第一篇稿件": "4. Write a first article", "五、审核并发布第一篇稿件": "5. Review and publish it",
	"（部分栏目）": " (some columns)",
}
