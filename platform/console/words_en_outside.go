package console

// wordsOutside is what platform/estate says of links that lead outside.
var wordsOutside = map[string]string{
	"站外链接": "Links outside", "不提示的网站": "Sites without a notice", "修改不提示的网站": "Sites without a notice changed",
	"网页上的链接通向别的网站时，先提示“您访问的链接即将离开”。本平台的网站和下面的网站不提示。": "A link of a page that leads to another site asks first whether to leave. The cluster's own sites and these are not asked about.",
	"已保存，所有网页随即更新。":                                                          "Saved. Every page follows at once.",
	"每行一个域名。www.news.cn 只是它自己，*.news.cn 还包括它下面的所有域名。":                        "A host a line. www.news.cn is itself alone, *.news.cn is also everything below it.",
	"第 %d 行“%s”不是域名：每行写一个，例如 www.news.cn；要包括它下面的所有域名，写成 *.news.cn。不要写网址和端口。": "Line %d, “%s”, is no host: one a line, such as www.news.cn; *.news.cn for everything below it too. No address and no port.",
	"第 %d 行“%s”包括了所有人的域名，请写得具体一些。":                                           "Line %d, “%s”, would be everybody's. Please write it more closely.",
	"最多写 %d 行，请删掉一些再保存。":                                                     "At most %d lines. Please delete some.",
	"这份名单刚被别人改过。请先记下您写的，刷新后再改。":                                              "Somebody has just changed this list. Note down what you wrote, reload, and change it again.",
}
