package console

// wordsChoose is what the editor says about choosing from the library and about charts, and what a review says about its own words.
var wordsChoose = map[string]string{
	"从媒体库选择": "Choose from the library",
	"记下文件的编号，回到写稿页，填在“插入图片或附件”里。": "Note the file's number, go back to the form and put it into “Insert a picture or file”.",
	"没有找到。换一个词，或先上传。":             "Nothing found. Try another word, or upload it first.",
	"媒体库没有打开，请检查网络后再试一次。":         "The library did not open. Check the network and try again.",
	"正在找…":        "Searching…",
	"列出 %d 个":     "%d listed",
	"媒体库里的文件":     "Files of the library",
	"再列一些":        "More",
	"确定":          "OK",
	"请先选一个文件。":    "Choose a file first.",
	"或媒体库里的编号":    "Or a number of the library",
	"打开媒体库（新窗口）":  "Open the library (new window)",
	"，复制文件下面的编号。": " and copy the number below a file.",
	"这个表格显示为":     "This table is shown as",
	"图表的名称（可不填）":  "Name of the chart (may be left out)",
	"图画在表格上面，表格仍在。第一行是名称，第一列是项目，其余都是数字，最多 24 行、4 列数字。": "The chart stands above the table, which stays. The first row names the columns, the first column the rows; all else are numbers, at most 24 rows and 4 columns of them.",
	"媒体库里没有这个编号的文件，或者它在回收站里、播放不了。请打开媒体库，复制文件下面的编号。":    "The library has no file of this number, or it is in the bin or does not play. Open the library and copy the number below a file.",
}
