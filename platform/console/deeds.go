package console

// deeds are the names of the audit chain's actions on screen; one that is not named is shown as it is stored.
var deeds = map[string]string{
	"article.create": "新建稿件", "article.edit.draft": "修改稿件", "article.submit": "送审", "article.return": "退为草稿", "article.move": "调整栏目",
	"article.merge": "合并两人的修改", "article.restore": "恢复旧版本", "article.restore.undo": "撤销恢复旧版本", "article.bin": "移入回收站", "article.unbin": "移出回收站",
	"article.schedule": "定时", "article.schedule.failed": "没有按时发布", "preview.open": "分享预览", "preview.close": "收回预览链接", "article.removed": "清出回收站", "view.save": "保存筛选条件", "view.drop": "删除筛选条件",
	"interpretation.link": "登记解读关系", "interpretation.unlink": "取消解读关系",
	"edition.frozen": "定稿", "edition.approved": "通过一步审查", "edition.returned": "退回", "edition.erased": "依法删除",
	"publication.published": "发布", "publication.emergency": "紧急发布", "publication.settled": "补审", "publication.withdrawn": "撤回", "publication.moved": "移动栏目",
	"publication.imported": "迁移入库", "migration.import": "迁移导入", "batch.signed": "签署批次",
	"review.chain": "设定审核流程", "review.reasons": "设定退回的理由", "review.ground": "确认不公开的理由", "review.comment": "写批注", "review.comment.done": "标记为已处理", "review.handover": "转审", "review.signed": "登记线下签批", "review.emergency": "登记紧急发布的理由",
	"media.upload": "上传文件", "media.describe": "写文件说明", "media.move": "移动文件", "media.bin": "把文件移入回收站", "media.unbin": "把文件移出回收站", "media.share": "共享文件", "media.unshare": "收回共享", "media.taken": "文件被别的网站拿去", "media.adopt": "拿来共享的文件", "media.remove": "清除文件", "media.erase": "清除文件的内容",
	"column.add": "新建栏目", "column.rename": "栏目改名", "column.hide": "隐藏栏目", "column.cycle": "更新周期", "column.owner.set": "设定责任单位", "column.tree.move": "移动栏目位置", "column.address": "修改栏目地址", "column.fields": "设定栏目字段", "column.form": "设定页面形式", "column.turn": "专题到了开始或结束的日子",
	"column.request.new": "申请新建栏目", "column.request.rename": "申请改名", "column.request.merge": "申请归并", "column.request.close": "申请关闭",
	"column.request.accept": "同意栏目申请", "column.request.refuse": "不同意栏目申请", "column.request.withdraw": "撤回栏目申请",
	"column.merge.execute": "归并栏目", "column.close.execute": "关闭栏目",
	"site.provision": "开通网站", "site.import": "批量开通网站", "site.quota": "调整配额", "site.tokens": "调整配色", "site.closed": "关停网站",
	"site.apply": "申请开办", "site.opening": "登记开办文件", "site.invite": "邀请负责人", "site.approved": "批准开办", "site.refused": "不批准开办", "site.provisioning": "开始开通", "site.trial": "进入试运行",
	"site.online": "上线", "site.suspended": "暂停服务", "site.grey": "置灰", "site.grey.turn": "置灰的时间到了", "site.grey.end": "恢复彩色", "site.outside": "修改不提示的网站", "site.closing": "公告关停", "domain.verify": "核验域名", "domain.primary": "更换主域名", "domain.remove": "解除域名",
	"site.recheck.open": "年度复核到期", "site.recheck.confirm": "确认年度复核", "site.recheck.accept": "通过年度复核", "site.recheck.return": "退回年度复核",
	"site.delegate": "委托运维", "site.delegate.end": "结束委托", "identity.set": "修改标识", "theme.assign": "更换主题", "theme.install": "安装主题", "theme.remove": "移除主题", "domain.add": "添加域名",
	"console.networks": "设定技术岗位的网段", "console.sessions": "设定同时登录数", "user.create": "新建账号", "user.disable": "停用账号", "user.enable": "启用账号", "user.password": "更换密码", "user.link": "给出密码链接", "user.first": "设立第一位管理员", "user.factor.on": "设好第二验证", "user.factor.off": "取消第二验证", "user.recovery": "用备用码登录", "user.subject.link": "关联统一身份认证", "user.subject.unlink": "取消关联", "user.passkey.add": "添加通行密钥", "user.passkey.remove": "删除通行密钥", "user.recoveries": "换一批备用码", "appointment.content": "任命内容岗位", "appointment.technical": "任命技术岗位", "appointment.end": "结束任命",
	"wordpack.import": "导入词库", "wordpack.remove": "移除词库", "search.words": "修改检索用词", "index.rule": "修改索引号规则", "index.number": "给公文编索引号", "disclosure.office": "修改依申请公开受理信息", "checks.confirm": "说明理由后送审", "correction.received": "收到网页纠错", "correction.handed": "转办网页纠错", "correction.fixed": "答复网页纠错，已改正", "correction.declined": "答复网页纠错，未采纳", "correction.forgotten": "删除报告人的联系方式",
	"media.words": "写字幕或文字稿", "media.develop": "处理视频或音频", "media.again": "重新处理视频或音频", "media.lighten": "给图片做更小的格式", "media.crop": "裁剪图片",
	"media.rung":    "做出视频的一种清晰度",
	"clock.started": "开始计时", "clock.stopped": "办结时限", "clock.moved": "时限改了起点", "clock.cancelled": "取消时限", "clock.paused": "暂停时限", "clock.resumed": "恢复计时", "clock.extended": "延长时限",
	"clock.told": "提醒时限", "clock.over": "提醒的事已办", "clock.recounted": "按新日历重算", "clock.remind": "上级提醒", "calendar.load": "导入工作日历", "clock.recount": "重算时限",
	"webhook.set": "设置发布提醒接口", "webhook.remove": "停用发布提醒接口", "user.mail.ask": "填写邮箱", "user.mail.on": "确认邮箱地址", "user.mail.off": "不再收邮件", "user.mail.kinds": "选择邮件提醒",
	"warning.create": "起草预警", "warning.edit": "修改预警", "warning.issue": "发布预警", "warning.turn": "预警的时间到了", "warning.lift": "解除预警", "warning.gone": "预警已撤下", "warning.carry": "登记预警同步", "warning.uncarry": "取消预警同步",
	"org.create": "新建单位", "org.import": "导入单位", "org.rename": "单位改名", "org.slug": "修改单位短名",
}

// deed is an action in a language.
func deed(lang, action string) string {
	if zh := deeds[action]; zh != "" {
		return Say(lang, zh)
	}
	return action
}
