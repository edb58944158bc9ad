package console

// wordsMedia is what the screens say of pictures and files in a text.
var wordsMedia = map[string]string{
	"插入图片或附件": "Insert pictures or files",
	"图片说明":    "What the picture shows",
	"写出图里有什么，给看不见图的人听。": "Say what is to be seen, for people who cannot see it.",
	"图片或文件": "Pictures or files",
	"图片、视频、音频，或 PDF、OFD、Word、Excel、PPT、WPS 文件，一次最多 20 MB。放在正文最后，其余填写的内容不会丢。": "Pictures, films, sound, or PDF, OFD, Word, Excel, PPT and WPS files, 20 MB at a time. They go to the end of the text; nothing else you typed is lost.",
	"放进正文":       "Put into the text",
	"图片附件":       "Picture or file",
	"图片和附件":      "Pictures and files",
	"正在上传…":      "Uploading…",
	"已放进正文。":     "Put into the text.",
	"请先选择图片或文件。": "Please choose pictures or files first.",
	"没有传上去，请检查网络后再试一次。": "Not uploaded. Please check the network and try again.",
	"图片、视频、音频，或 PDF、OFD、Word、Excel、PPT、WPS 文件，每个最多 20 MB；视频和录音可以更大，网络断了会接着传。": "Pictures, films, sound, or PDF, OFD, Word, Excel, PPT and WPS files, 20 MB each at most; films and recordings may be larger, and go on after a broken line.",
}
