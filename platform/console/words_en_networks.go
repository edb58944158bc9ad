package console

// wordsNetworks is the security administrator's list of networks.
var wordsNetworks = map[string]string{
	"技术岗位的网段": "Networks of technical posts",
	"平台运维员、安全管理员、审计管理员和监督员只能从这些网段使用工作台；不写就不限制。别的人员不受影响。": "Platform operators, security administrators, audit administrators and supervisors use the console from these networks only; none means no limit. Nobody else is affected.",
	"地址或网段，每行一个": "Addresses or networks, one a line",
	"您现在的地址：":    "Your address now: ",
	"保存网段":       "Save networks",
	"已保存，马上生效。":  "Saved, at once in force.",
	"设定技术岗位的网段":  "Networks of technical posts set",
	"“%s”不是地址或网段，应形如 10.1.2.0/24 或 10.1.2.3。": "“%s” is no address or network. Write it like 10.1.2.0/24 or 10.1.2.3.",
	"最多写 %d 个网段，请合并。":                         "At most %d networks. Please join some.",
	"您现在的地址 %s 不在里面，保存后您自己也进不来。请把它也写上。":       "Your own address %s is not among them; you would shut yourself out. Please add it.",
	"这里没有可以访问的页面。":                            "There is no page here.",
}
