package console

// wordsPaste is what tenants/paste says.
var wordsPaste = map[string]string{
	"%d 个列表的编号方式没有保留，请核对编号。":    "The way of numbering of %d lists was not kept; please check their numbers.",
	"%d 处链接指向本机或打不开的地址，只保留了文字。": "%d links lead to a file on somebody's computer or nowhere; only their words are kept.",
	"保留了 %d 个列表。":               "%d lists kept.",
	"保留了 %d 个表格。":               "%d tables kept.",
	"去掉了 %d 处字体、颜色等样式，由网站统一排版。": "Fonts and colours removed in %d places; the site sets the type.",
	"去掉了 %d 处批注和修订时删除的文字。":      "Comments and tracked deletions removed in %d places.",
	"只收 .docx，图片暂时不带过来。最大":      ".docx only; pictures do not come along yet. At most",
	"导入为草稿": "Import as a draft",
	"导入文档":  "Import a document",
	"已导入为草稿，只有本站的同事看得到。请核对标题和正文，再送审。":                                     "Imported as a draft that only colleagues of this site see. Check title and text, then send it for review.",
	"把 Word 或 WPS 写好的文档变成草稿：文字、小标题、列表和表格都保留，字体和颜色由网站统一。公文的标题、文号、落款会自动识别。": "Makes a draft of a document written with Word or WPS: words, headings, lists and tables stay, fonts and colours are the site's. Title, number and sign-off of an official document are recognised.",
	"文件": "File",
	"文件里有 %d 处内容的格式读不出来，请对照原文补上。": "%d parts of the file are in a form that cannot be read; please add them from the original.",
	"有 %d 张图片没有带过来。":              "%d pictures did not come along.",
	"识别出 %d 个小标题。":                "%d headings recognised.",
	"识别出主送机关：":                    "Addressed to: ",
	"识别出发文字号：":                    "Number recognised: ",
	"识别出发文机关：":                    "Issuer recognised: ",
	"识别出成文日期：":                    "Date recognised: ",
	"识别出标题：":                      "Title recognised: ",
}
