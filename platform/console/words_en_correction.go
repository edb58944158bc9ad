package console

// wordsCorrection is what tenants/correction says at the desk.
var wordsCorrection = map[string]string{
	"网页纠错": "Page reports", "网页纠错等您办理": "A page report waits for you", "收到网页纠错": "Page report received", "转办网页纠错": "Page report handed over",
	"答复网页纠错，已改正": "Page report answered: corrected", "答复网页纠错，未采纳": "Page report answered: declined", "删除报告人的联系方式": "Contact of a report deleted",
	"哪里有问题": "What is wrong", "其他": "Something else", "公众": "the public", "联系方式": "Contact",
	"错别字": "Wrong words", "链接打不开": "Dead link", "内容过时": "Out of date",
	"公众报告的本站网页上的错误。请在期限内改好并答复，答复只有提交的人凭查询码看得到。": "What citizens report of mistakes on this site's pages. Please correct and answer in time; only the sender, who has a code, reads the answer.",
	"已转办": "Handed over", "已改正": "Corrected", "未采纳": "Declined", "已超期": "Overdue", "答复期限": "Answer by",
	"没有等待办理的纠错。": "No report waits.", "已经答复": "Answered", "没有写明": "Not said", "收到时间": "Received",
	"没有留下，或者已经删除": "None was left, or it was deleted", "已转给": "Handed to", "答复": "Answer", "答复人": "Answered by", "打开稿件": "Open the article",
	"不采纳，说明理由": "Declined, because", "给提交人的答复": "Answer to the sender", "转办": "Hand over", "请这个单位改正": "Ask this unit to correct it",
	"由本站通知对方；答复仍由本站在期限内作出。":     "This site tells them; it still answers itself, in time.",
	"已答复。提交的人凭查询码可以看到。":         "Answered. The sender reads it with the code.",
	"已转办。答复的期限不变。":              "Handed over. The time does not change.",
	"请选择怎样办理。":                  "Please choose what to do.",
	"请选择转给哪个单位。":                "Please choose a unit.",
	"这一件已经答复，不能再改。":             "This report was answered and cannot be changed.",
	"这一件刚被别人办理过，请刷新后再看。":        "Somebody has just dealt with this report. Please reload.",
	"没有这一件，请核对查询码。":             "There is no such report.",
	"%s请写 %d 到 %d 个字，现在是 %d 个。": "%s: please write %d to %d characters, not %d.",
	"%s里有不是文字的字符，请删除后再提交。":      "%s holds characters that are no text. Please delete them.",
}
