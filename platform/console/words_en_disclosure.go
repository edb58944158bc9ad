package console

// wordsDisclosure is what tenants/disclosure says.
var wordsDisclosure = map[string]string{
	"依申请公开受理信息":              "Where requests are received",
	"修改依申请公开受理信息":            "Where requests are received changed",
	"已保存，网站上的“政府信息公开”页立即更新。": "Saved. The page “政府信息公开” of the site follows at once.",
	"写在本站“政府信息公开”页上。受理机构、地址和电话留空时，用页脚的主办单位、地址和电话。": "Stands on the page “政府信息公开” of the site. Without a unit, an address or a phone those of the footer are shown.",
	"受理机构": "Received by",
	"受理地址": "Address",
	"邮政编码": "Postcode",
	"受理时间": "Hours",
	"如：工作日 8:30—12:00，14:30—17:30": "Such as: working days 8:30–12:00, 14:30–17:30",
	"申请表地址": "Address of the form",
	"本站公开页面的地址，以 / 开头，如 /a/123；没有就留空。":                   "The address of a public page of the site, which begins with /, such as /a/123; or nothing.",
	"%s最多 %d 个字，里面只能有文字。":                                "%s: at most %d characters of text.",
	"邮政编码只有数字，如 725000。":                                 "A postcode has figures only, such as 725000.",
	"申请表地址应以 / 开头（本站的页面），或者是以 http:// 或 https:// 开头的网址。": "The address of the form begins with / (a page of the site), or with http:// or https://.",
	"这些内容刚被别人改过。请先记下您写的，刷新后再改。":                          "Somebody has just changed this. Note down what you wrote, reload, and change it again.",
}
