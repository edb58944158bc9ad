package console

// wordsSession is what announces the end of a session.
var wordsSession = map[string]string{
	"%d 分钟后将退出": "Signing out in %d minutes",
	"有一阵没有操作了，将在 %s 退出登录。没有提交的内容会留在这一页。": "Nothing has happened for a while; you will be signed out at %s. What is not submitted stays on this page.",
	"登录满 12 小时，将在 %s 退出。请先保存，再重新登录。":     "Twelve hours after signing in you are signed out, at %s. Save first, then sign in again.",
	"已经退出": "Signed out",
	"登录已经过期。没有提交的内容还在这一页，重新登录后再提交。": "Your session has ended. What is not submitted is still on this page; sign in again, then submit it.",
	"没有连上服务器，请再试一次。":                "The server was not reached. Please try again.",
	"继续使用": "Stay signed in",
	"重新登录": "Sign in again",
}
