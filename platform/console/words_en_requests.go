package console

// wordsRequests is what tenants/column says about requests, their faults too.
var wordsRequests = map[string]string{
	"栏目申请": "Column requests", "申请新建栏目": "Ask for a new column", "申请改名": "Ask for another name", "申请归并": "Ask to merge", "申请关闭": "Ask to close",
	"同意栏目申请": "Accept a request about a column", "不同意栏目申请": "Refuse a request about a column", "撤回栏目申请": "Withdraw a request about a column",
	"等待办理": "Waiting", "已同意": "Accepted", "未同意": "Refused", "申请调整": "Ask for a change", "本站已办结": "Decided, of this site",
	"栏目由承担编辑集成的单位调整。写明理由提出申请，办理结果会通知您。":  "The unit that assembles the site changes its columns. Ask and say why; you will be told what became of it.",
	"承担编辑集成的各个网站提出的申请都在这里。自己提出的由另一个人办理。": "What all sites that your unit assembles ask for. Somebody else decides what you have asked for yourself.",
	"没有等待办理的申请。":      "No request is waiting.",
	"申请已提出。办理结果会通知您。": "Your request is made. You will be told what became of it.", "申请已撤回。": "The request is withdrawn.",
	"已同意，栏目已经照申请调整。申请人会收到通知。": "Accepted, and done as asked. Whoever asked will be told.", "没有同意。申请人会看到您写的理由。": "Refused. Whoever asked will see your reason.",
	"写明要什么栏目、为什么要。地址由承担编辑集成的单位确定。":    "Say which column you need and why. The unit that assembles the site gives it an address.",
	"同意以后由承担编辑集成的单位调整，旧地址自动跳转。":       "The unit that assembles the site will change it once accepted; former addresses lead on.",
	"所有栏目都要在两个月以内更新。概况、指南这类不设周期的填 0。": "Every column is updated within two months. Kinds without a cycle, such as About or Guides, take 0.",
	"新的名称": "New name", "稿件显示在接替的栏目里，旧地址自动跳转。": "Its articles are shown in the successor; its address leads there.", "提出申请": "Ask",
	"申请的内容": "What is asked for", "申请人": "Asked by", "办理": "Decided by", "不同意的理由": "Reason of the refusal", "新建的栏目": "New column",
	"提出以后，栏目改过": "Changed since it was asked for", "提出时：": "Then: ", "现在：": "Now: ", "没有这个栏目了": "it is not there any more",
	"这是您自己提出的申请，要由另一个人办理。": "You have asked for this yourself; somebody else decides.", "现在不能同意": "It cannot be accepted now",
	"同意": "Accept", "新栏目的地址：": "Address of the new column:", "我看过改动，仍然同意": "I have seen what changed and accept all the same", "同意并办理": "Accept and do it", "不同意": "Refuse",
	"不再需要，或者要改的，可以撤回以后重新提出。": "If it is not needed any more, or has to be changed, withdraw it and ask again.", "撤回申请": "Withdraw the request",
	"不放进导航": "Not in the navigation", "导航": "Navigation", "栏目申请已同意": "Your request about a column is accepted", "栏目申请未同意": "Your request about a column is refused",

	"%s已经提出过同样的申请，还没有办结。请等它办结，或者先撤回那一份。": "%s has asked for the same thing, and it is still open. Wait until it is decided, or withdraw that one first.",
	"本站已有 %d 份申请没有办结，请等办结一些再提。":          "This site has %d open requests. Please wait until some are decided.",
	"栏目现在就叫“%s”，请写新的名称。":                 "The column is called “%s” already. Please write a new name.", "没有这种申请。": "There is no such kind of request.",
	"请写明理由，%d 到 %d 个字。": "Please give the reason, in %d to %d characters.", "这份申请已经办结，不能再改。请看它的结果。": "This request is decided and cannot be changed. See what became of it.",
	"只有提出的人可以撤回申请。": "Only whoever has asked can withdraw a request.", "自己提出的申请不能自己办理，请由另一个人办理。": "Nobody decides about an own request. Somebody else has to.",
	"没有这份申请。": "There is no such request.", "申请里的栏目刚被别人改过，这一次没有办理。请看现在的样子，再决定是否同意。": "Somebody has just changed a column of this request; nothing was done. See how it is now, then decide.",
	"提出申请以后，栏目改过。请看清改动，勾选“我看过改动，仍然同意”再按一次。": "The column was changed since it was asked for. Look at what changed, tick the box and press again.",
	"请选择栏目。": "Please choose the column.", "请选择接替的栏目。": "Please choose the successor.",
	"您的任职只限指定的栏目，只能在其中选接替的栏目。要并到别的栏目，请由负责全站的人提出。": "Your appointment is to certain columns: choose the successor among them. For another column, let somebody who answers for the whole site ask.",
}
