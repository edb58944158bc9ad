package console

// wordsPeople is what the screens of people say: links, the first set-up, colleagues, the own account and the second factor.
var wordsPeople = map[string]string{
	"再输入一次":         "Type it again",
	"密码已经设好，请用它登录。": "The password is set; sign in with it.",
	"您的账号已经开好。设好密码就可以登录，这个链接只能用一次。":     "Your account is open. Set a password and sign in; this link works once.",
	"没有账号，请找本单位的内容负责人；忘记密码，请找平台的安全管理员。": "Without an account, ask the content lead of your unit; without the password, the platform's security administrator.",
	"给出密码链接": "Password link given",
	"至少 10 个字符，可以是一句容易记住的话。": "At least 10 characters; an easy sentence will do.",
	"设好密码": "Set the password",
	"设好新密码后，这个账号在别处的登录都会退出。这个链接只能用一次。": "With the new password set, the account is signed out everywhere. This link works once.",
	"设置密码": "Set a password",
	"新密码":  "New password",
}
