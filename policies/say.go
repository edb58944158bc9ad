package policies

// instead is what a person whose org stands in relation near may do when nobody in that relation may do act.
func instead(c classes, near Relation, act Action) string {
	switch {
	case act == "draft.read":
		return "未发布的稿件只有本单位看得到；您可以约稿、下达任务，或等待发布。"
	case near == Other:
		return "您的单位与本网站没有业务关系，或网站当前状态不允许办理，请联系网站主办单位。"
	case near == Public:
		return "这项操作由工作人员办理；您可以浏览、检索、写信、留言或提出意见。"
	case c&technical != 0:
		return "技术和运维由承担平台运维的上级单位办理，请向其提出申请。"
	case c&citizen != 0:
		return "这是公众使用的功能，请在网站的公开页面上以公众身份使用。"
	case c&integration != 0 && near == OwnChannel:
		return "频道由承载它的上级网站负责编排；您可以提交内容，或申请调整栏目。"
	case c&integration != 0:
		return "网站由其主办单位负责编排；您可以提出任务或建议。"
	case c&content != 0 && near == Below:
		return "您可以向上级网站报送信息，其他内容由上级网站自己办理。"
	case c&content != 0:
		return "内容由主办单位自己提供和修改；上级可以退回、下达任务，或由监督员依规撤下。"
	}
	return "监督事项由市、县两级政府的监督员办理；您可以提交材料，或查看本单位的结果。"
}
