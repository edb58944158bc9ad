package console

// wordsMedia is what the screens say of pictures and files in a text.
var wordsMedia = map[string]string{
	"插入图片或附件": "Insert pictures or files",
	"图片说明":    "What the picture shows",
	"写出图里有什么，给看不见图的人听。": "Say what is to be seen, for people who cannot see it.",
	"图片或文件": "Pictures or files",
	"图片，或 PDF、OFD、Word、Excel、PPT、WPS 文件，一次最多 20 MB。放在正文最后，其余填写的内容不会丢。": "Pictures, or PDF, OFD, Word, Excel, PPT and WPS files, 20 MB at a time. They go to the end of the text; nothing else you typed is lost.",
	"放进正文": "Put into the text",
}
