package console

// wordsLimit is how many sessions a person may have at once.
var wordsLimit = map[string]string{
	"同时登录数": "Sessions at once",
	"一个人最多可以同时在几处登录。再登录一次时，最早的那一处退出，那里的人会看到原因。填 1 就是单一会话。": "In how many places a person may be signed in at once. One more sign-in ends the earliest, and whoever sits there reads why. 1 is a single session.",
	"每人最多同时登录几处":        "Places a person may be signed in at once",
	"保存同时登录数":           "Save the number",
	"已保存，从下一次登录起生效。":    "Saved, in force from the next sign-in on.",
	"设定同时登录数":           "Number of sessions at once set",
	"请填写 1 到 %d 之间的整数。": "Please write a whole number from 1 to %d.",
	"这个账号在别处登录了，超过了可以同时登录的个数，所以这里退出了。如果那不是您本人，请马上登录并更换密码，再告诉平台的安全管理员。": "This account has signed in elsewhere, in more places than it may at once, so it was signed out here. If that was not you, sign in at once, change the password and tell the platform's security administrator.",
	"刚才填写的内容还在，登录后可以接着提交。": "What you had filled in is still there; after signing in you can go on.",
	"；":         "; ",
	"最多同时登录几处：": "Places to be signed in at once, at most: ",
}
