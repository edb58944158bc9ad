package console

// wordsUpload is what is said while files go to the server in pieces.
var wordsUpload = map[string]string{
	"等着上传":         "Waiting",
	"已传 %d%":       "%d% sent",
	"已传完，正在检查和保存…": "Sent; being checked and saved…",
	"已上传":          "Uploaded",
	"网络断了，恢复后从断处接着传": "The connection is lost; it goes on from there when it is back",
	"已暂停": "Paused",
	"登录已过期。请在新窗口登录，再点“继续”，会从断处接着传。": "Your session has ended. Sign in in a new window, then press “Go on”: it goes on from there.",
	"暂停":  "Pause",
	"继续":  "Go on",
	"不传了": "Do not send",
	"已取消": "Canceled",
	"“%s”没有上传：查出病毒 %s。请先在自己的电脑上杀毒。":          "“%s” was not uploaded: it has the virus %s. Please clean it on your computer first.",
	"“%s”超过了查毒程序的上限，没有上传。请联系平台运维人员。":         "“%s” is larger than the virus scanner takes and was not uploaded. Please tell the platform's operators.",
	"查毒程序没有响应，“%s”暂时不能上传，请稍后再试。":             "The virus scanner does not answer; “%s” cannot be uploaded now. Please try again later.",
	"没有这次上传，可能已经取消，或者停了一天以上。请重新上传。":          "There is no such upload. It may have been canceled, or nothing came for more than a day. Please upload again.",
	"“%s”太大：本站一个文件最多 %d MB。请压缩或剪短后再上传。":      "“%s” is too large: one file of this site has at most %d MB. Please make it smaller or shorter.",
	"您还有 %d 个文件没有传完，请先传完或取消几个。":              "You have %d files that are not sent yet. Please finish or cancel some first.",
	"这一段已经传过，或者前面还缺一段。请从服务器说的位置接着传。":         "This piece is there already, or one before it is missing. Please go on where the server says.",
	"传来的比说好的多，请重新上传“%s”。":                    "More came than was promised. Please upload “%s” again.",
	"“%s”太大：不是视频或录音的文件最多 %d MB。图片请缩小，文件请分开。": "“%s” is too large: files that are no film or recording have at most %d MB. Make pictures smaller, split files.",
	"“%s”已经传完，正在保存，不能再取消。":                   "“%s” is sent and being saved; it cannot be canceled any more.",
	"不认识这种上传方式，请刷新页面后再试。":                    "This way of uploading is not known. Please reload the page and try again.",
	"上传的请求不完整，请刷新页面后再试。":                     "The request was not complete. Please reload the page and try again.",
	"一次最多传 %d MB，请刷新页面后再试。":                  "At most %d MB are sent at once. Please reload the page and try again.",
}
