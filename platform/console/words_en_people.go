package console

// wordsPeople is what the screens of people say: links, the first set-up, colleagues, the own account and the second factor.
var wordsPeople = map[string]string{
	"设立第一位管理员": "First administrator made",
	"试用：平台运维员、安全管理员、审计管理员还没有由三个不同的人担任，网站不能用正式域名上线。": "Trial: platform operator, security administrator and audit administrator are not three different people yet, so no site goes online on a real domain.",
	"首次设置": "First set-up",
	"这里还没有管理员。您将是第一位，暂时兼任平台运维、安全和审计三员，等任命了另外两个人再分开。": "There is no administrator yet. You will be the first and, for now, all three: operations, security and audit, until two more people are named.",
	"设置码": "Set-up code",
	"设置码在服务器的启动信息里，也在数据目录的 setup-code 文件里；也可以运行 zhanqun admin setup-code 查看。": "The code is in what the server printed when it started and in the file setup-code of the data folder; zhanqun admin setup-code shows it, too.",
	"您的姓名":           "Your name",
	"城市名称":           "Name of the city",
	"行政区划代码":         "Code of the division",
	"如 610900":       "such as 610900",
	"小写字母、数字和 . _ -": "small letters, digits and . _ -",
	"承担平台运维的单位":      "The unit that runs the platform",
	"设立管理员":          "Make the administrator",
	"管理员已经设好，请登录。":   "The administrator is made; sign in.",
	"再输入一次":          "Type it again",
	"密码已经设好，请用它登录。":  "The password is set; sign in with it.",
	"您的账号已经开好。设好密码就可以登录，这个链接只能用一次。":     "Your account is open. Set a password and sign in; this link works once.",
	"没有账号，请找本单位的内容负责人；忘记密码，请找平台的安全管理员。": "Without an account, ask the content lead of your unit; without the password, the platform's security administrator.",
	"给出密码链接": "Password link given",
	"至少 10 个字符，可以是一句容易记住的话。": "At least 10 characters; an easy sentence will do.",
	"设好密码": "Set the password",
	"设好新密码后，这个账号在别处的登录都会退出。这个链接只能用一次。": "With the new password set, the account is signed out everywhere. This link works once.",
	"设置密码": "Set a password",
	"新密码":  "New password",
}
