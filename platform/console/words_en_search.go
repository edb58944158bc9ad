package console

// wordsSearch is what platform/search says.
var wordsSearch = map[string]string{
	"检索用词":        "Search words",
	"全平台检索用词":     "Search words of the cluster",
	"修改检索用词":      "Search words changed",
	"已保存，检索立即生效。": "Saved. The search follows at once.",
	"写给本站检索页的同义词、热词和推荐；全平台的也同时有效。": "Synonyms, hot words and recommended pages of this site's search; those of the cluster count as well.",
	"对所有网站的检索都有效；各站还可以写自己的。":       "These count on every site; each may have its own beside them.",
	"同义词": "Synonyms",
	"每行一组，用空格或顿号分开，如：公积金 住房公积金。搜其中一个，其他的也能找到。": "A group a line, with spaces between the words. Whoever looks for one of them finds the others too.",
	"热词": "Hot words",
	"每行一个，最多 20 个。找不到公开内容的热词不会显示。": "One a line, at most 20. A word that finds nothing public is not shown.",
	"推荐": "Recommended",
	"每行一条：检索词 地址 标题，如：社保、社会保险 /c/shebao 社会保险专栏。撤回的稿件不会显示。": "One a line: words, address, title. An article that was withdrawn is not shown.",
	"没有搜到结果的词（最近 30 天）": "Looked for in vain (last 30 days)",
	"检索词":  "Words",
	"最近一天": "Last day",
	"还没有。只记词和次数，不记谁搜的。":                                             "None yet. Only words and numbers are kept, not who asked.",
	"同义词第 %d 行应有二到 %d 个词，用空格或顿号分开。":                                 "Line %d of the synonyms wants two to %d words with spaces between them.",
	"%s里有不是文字的字符，请删除后再保存。":                                          "%s holds characters that are no text. Please delete them.",
	"%s最多 %d 行，请删掉一些再保存。":                                           "%s: at most %d lines. Please delete some.",
	"%s第 %d 行的“%s”不能检索：每个词最多 %d 个字，要有汉字、字母或数字。":                     "%s, line %d: “%s” cannot be looked for. A word has at most %d characters, with Han, letters or digits among them.",
	"推荐第 %d 行应写成：检索词 地址 标题。地址以 / 开头，或者是以 http:// 或 https:// 开头的网址。": "Line %d of the recommended pages is written: words, address, title. The address begins with / or with http:// or https://.",
	"推荐第 %d 行请在地址后面写标题，最多 %d 个字；只有本站稿件的地址（/a/编号）可以不写。":              "Line %d of the recommended pages wants a title behind the address, of at most %d characters; only an article of the site (/a/number) needs none.",
	"这些词刚被别人改过。请先记下您写的，刷新后再改。":                                      "Somebody has just changed these words. Note down what you wrote, reload, and change them again.",
}
