package console

// wordsInterpretation is what tenants/interpretation and the desk say about policies and what explains them, their faults too.
var wordsInterpretation = map[string]string{
	"政策解读": "Interpretation", "重大政策": "Major policy", "文字解读": "Article", "图解": "Infographic", "问答": "Questions and answers", "音频": "Audio", "视频": "Video", "数据解读": "Data",
	"解读这篇政策的稿件": "What explains this policy", "这篇稿件解读的政策": "The policy that this explains", "写解读": "Write an interpretation", "登记解读关系": "Say what explains what",
	"取消解读关系": "Say that it explains it no more",
	"还没有公开的解读，不能单独发布。": "Nothing public explains it yet: it is not published alone.", "已有公开的解读。": "A public text explains it.",
	"与解读同时发布": "Publish with its interpretation", "与政策同时发布": "Publish with its policy",
	"勾选的与这一篇在同一时刻公开，缺一篇就都不公开。":         "What is ticked becomes public at the same instant as this; if one cannot, none does.",
	"这是重大政策，要和解读同时公开：解读审核通过后，在这里一起发布。": "This is a major policy: it becomes public together with what explains it. Once that is approved, publish both here.",
	"标题或文号": "Title or number", "查找政策": "Find the policy", "选择政策": "Choose the policy", "还没有公开的公文": "Official documents that are not public yet", "已公开": "Public",
	"解读的形式": "Form", "登记为它的解读": "This explains it", "没有找到这样的公文。请换标题或文号里的几个字再找。": "No such official document. Try other words of its title or number.",
	"解读的政策：": "The policy that it explains: ", "别的栏目里还没有公开的稿件": "An article of another column, not public yet", "还没有。": "None yet.",
	"已登记。两篇都公开时，网页上互相看得到。": "Done. While both are public, each page leads to the other.", "已取消，网页上不再互相链接。": "Taken back: the pages do not lead to each other any more.",
	"图表": "Charts", "只显示表格": "Table only", "柱形图": "Bars", "折线图": "Lines",
	"图由服务器按表格里的数字画在表格上面。增加或删去表格以后，先保存再选。": "The server draws the table's numbers above it. After adding or removing a table, save before choosing.",
	"重大政策（与解读同时公开）": "Major policy (public together with its interpretation)", "不是": "No", "是": "Yes",

	"“%s”是重大政策，要和解读同时公开。请写好解读并送审，审核通过后与政策一起发布。": "“%s” is a major policy and becomes public together with what explains it. Write the interpretation, have it reviewed, and publish both together.",
	"这是一篇重大政策唯一公开的解读，不能单独拿掉。请先发布另一篇解读，或者先撤回政策。": "This is the only public text that explains a major policy and cannot be taken away alone. Publish another first, or withdraw the policy.",
	"请选择解读的形式：文字、图解、问答、音频、视频或数据。":               "Choose the form: article, infographic, questions and answers, audio, video or data.",
	"稿件不能解读它自己，请另选一篇政策。":                        "An article does not explain itself. Choose another policy.",
	"选的那一篇不是公文。只有公文可以配解读，请另选一篇。":                "What you chose is no official document. Only those are explained; choose another.",
	"那一篇正是这一篇的解读，两篇不能互相解读。":                     "That article explains this one; the two cannot explain each other.",
	"一篇政策最多 %d 篇解读，一篇解读最多对应 %d 篇政策。":            "A policy has at most %d interpretations, and one explains at most %d policies.",
	"这两篇稿件没有解读关系。":                              "Neither of the two explains the other.",
	"请选择解读的是哪一篇政策。":                             "Choose the policy that this explains.",
	"您没有登记解读的权限。稿件已经保存，请内容主管登记。":                "You may not say what explains what. The article is saved; ask the content lead.",
	"第 %d 个表格画不成图：第一行应是名称，第一列应是项目，其余都是数字，最多 24 行、4 列数字。请改表格，或者选“只显示表格”。": "Table %d cannot be drawn: its first row are names, its first column are items, and all else are numbers, 24 rows and 4 columns of them at most. Change the table or choose “Table only”.",
	"重大政策只能选“是”或“不是”。": "A major policy is either Yes or No.",
}
