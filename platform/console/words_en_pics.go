package console

// wordsPics is what the screens say of the forms of a picture and of cutting it.
var wordsPics = map[string]string{
	"给图片做更小的格式": "make a picture lighter", "裁剪图片": "crop a picture",
	"裁剪": "Crop", "裁剪：从左边": "Crop: from the left", "裁剪：从上边": "Crop: from above", "宽": "Width", "高": "Height", "恢复原图": "Put the original back",
	"裁剪框：方向键移动，按住 Shift 再按方向键改大小":                 "Crop frame: the arrow keys move it, Shift and the arrow keys change its size",
	"只留下图片的一部分，都按百分之几填。原图不变，随时可以换回来；公开的网页也不会自己变。": "Keeps a part of the picture; all numbers are per cent. The original stays, and can be put back at any time; public pages do not change by themselves.",
	"裁剪的四个数都要填 0 到 100 之间的整数，宽和高不能是 0。":           "All four numbers of the crop are whole numbers from 0 to 100; width and height cannot be 0.",
	"裁剪框超出了图片的右边：“从左边”加“宽”最多是 100。":               "The crop goes beyond the right edge: “from the left” and “width” make 100 at most.",
	"裁剪框超出了图片的下边：“从上边”加“高”最多是 100。":               "The crop goes beyond the lower edge: “from above” and “height” make 100 at most.",
	"这就是整张图片，没有裁掉什么。请把宽或高改小。":                     "That is the whole picture; nothing is cut off. Please make the width or the height smaller.",
	"只能裁剪不动的图片。":                         "Only pictures that do not move can be cropped.",
	"“%s”在回收站里，请先恢复再裁剪。":                 "“%s” is in the bin. Please take it out first.",
	"“%s”是原图，从它裁出来的图片还在，不能删除：要恢复原图时用得着。": "“%s” is an original of which a cropped picture is still there: it cannot be deleted, for it may have to be put back.",
}
