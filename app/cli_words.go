package app

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"
)

// language chooses one of the two texts of a word: Chinese first, English complete.
type language int

const (
	chinese language = iota
	english
)

// tongue reads "en", "en_US.UTF-8", "zh": anything but English is Chinese.
func tongue(s string) language {
	if strings.HasPrefix(strings.ToLower(s), "en") {
		return english
	}
	return chinese
}

// spoken is the language asked for by --lang, else by the environment, before anything is parsed.
func spoken(args []string, env func(string) string) language {
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, "--lang="); ok {
			return tongue(v)
		}
		if a == "--lang" && i+1 < len(args) {
			return tongue(args[i+1])
		}
	}
	return tongue(cmp.Or(env("ZHANQUN_LANG"), env("LC_ALL"), env("LC_MESSAGES"), env("LANG")))
}

func (l language) say(word string) string { return texts[word][l] }

func (l language) vars() kong.Vars {
	v := kong.Vars{}
	for word, text := range texts {
		v[word] = text[l]
	}
	return v
}

// texts are the words of the command line.
var texts = map[string][2]string{
	"zhanqun": {"站群：一个程序承载一座城市的全部政府网站。", "Zhanqun: one program that hosts every government website of a city."},

	"data":               {"数据目录：SQLite 数据库、媒体文件、密钥、页面镜像", "data folder: SQLite database, media, key, page mirror"},
	"listen":             {"网站监听的地址", "address the websites are served on"},
	"ops_listen":         {"运维监听的地址：/healthz、/readyz、/metrics，不要对公网开放", "address for operators: /healthz, /readyz, /metrics; keep it private"},
	"database":           {"数据库：SQLite 文件路径，或 postgres://用户:密码@主机:5432/库名", "database: path of an SQLite file, or postgres://user:password@host:5432/name"},
	"media":              {"媒体存储：文件夹路径，或 s3://访问键:密钥@主机/桶名", "media store: path of a folder, or s3://access:secret@host/bucket"},
	"key_file":           {"密钥文件，32 字节；使用 PostgreSQL 时必填", "key file of 32 bytes; required with PostgreSQL"},
	"domain":             {"平台自己的域名，其下的主机名无须验证", "the platform's own domain; hosts below it need no verification"},
	"public_scheme":      {"公开地址的协议，默认按域名推断", "scheme of public addresses; follows the domain by default"},
	"public_port":        {"公开地址的端口，默认按域名推断", "port of public addresses; follows the domain by default"},
	"tls_dir":            {"证书目录，每个域名一份 <域名>.crt 和 <域名>.key，更换后自动生效", "folder of certificates, <host>.crt and <host>.key each; changes apply without a restart"},
	"tls_listen":         {"HTTPS 监听的地址，默认 127.0.0.1:8443", "address for HTTPS, 127.0.0.1:8443 by default"},
	"trusted_proxies":    {"可信代理的地址或网段，用逗号隔开，只信它们的 X-Forwarded-*", "addresses or networks of trusted proxies, separated by commas"},
	"oidc_issuer":        {"统一身份认证（OpenID Connect）的地址", "address of the city's identity provider (OpenID Connect)"},
	"oidc_client":        {"在统一身份认证登记的应用标识", "the client id registered there"},
	"smtp":               {"发通知邮件的服务器，主机:端口；465 端口直接用 TLS，其他端口用 STARTTLS", "mail server for notices, host:port; TLS on 465, STARTTLS elsewhere"},
	"smtp_from":          {"通知邮件的发件人", "sender of the letters"},
	"smtp_user":          {"邮件服务器的用户名", "user name at the mail server"},
	"smtp_password_file": {"邮件服务器密码所在的文件", "file that holds its password"},
	"webhook_allow":      {"允许发布提醒接口访问的内网地址或网段", "inner addresses or networks that webhooks may call"},
	"clamd":              {"查毒程序 clamd 的地址，主机:端口或套接字文件；上传的文件先查毒再保存", "address of a clamd, host:port or a socket's path; what is uploaded is looked at before it is kept"},
	"security_contact":   {"网站安全问题告诉谁，mailto:、https: 或 tel: 地址；写进每个域名的 /.well-known/security.txt", "whom to tell of a weakness, a mailto:, https: or tel: address, in every host's /.well-known/security.txt"},
	"security_expires":   {"上面的联系方式核对到哪一天，如 2027-06-30", "the day until which that address holds, such as 2027-06-30"},
	"clamd_open":         {"clamd 没有响应或不收这么大的文件时照样保存；默认不保存", "keep what clamd cannot look at; by default it is not kept"},
	"film_ladder":        {"这么长的视频另做几种清晰度；不要就写得很长，例如 1000h", "films of this length are made in several sizes as well; for none at all, a very long time such as 1000h"},
	"media_cache":        {"给 S3 里的图片和文件在本机留多少 MB 的缓存；默认不留", "MB of this node's disk that keep what was read from S3; none by default"},
	"oidc_secret_file":   {"应用密钥所在的文件", "file that holds the client secret"},
	"demo":               {"首次启动时写入演示站点和文章", "seed demonstration sites and articles at the first start"},
	"lang":               {"语言：zh 或 en", "language: zh or en"},
	"json":               {"以 JSON 输出", "write JSON"},
	"help":               {"显示帮助", "show help"},
	"serve":              {"启动服务", "run the server"},
	"site":               {"站点", "sites"},
	"site_create":        {"开通一个站点", "open a site"},
	"site_list":          {"列出站点", "list the sites"},
	"site_show":          {"查看一个站点", "show one site"},
	"site_import":        {"按 CSV 一次开通多个站点", "open many sites from a CSV"},
	"site_domain":        {"站点的域名", "a site's host names"},
	"domain_add":         {"添加域名", "add a host name"},
	"domain_verify":      {"验证域名", "verify a host name"},
	"domain_primary":     {"设为主域名，其余域名跳转到它", "make it the primary; the others redirect to it"},
	"domain_remove":      {"移除域名", "remove a host name"},
	"site_apply":         {"申请开办站点：由监督员审批，平台运维员开通", "apply for a site: a supervisor decides, an operator opens it"},
	"site_approve":       {"批准开办申请", "approve an application"},
	"site_refuse":        {"不批准开办申请", "refuse an application"},
	"site_open":          {"开通已批准的站点，进入试运行", "open an approved site, on trial"},
	"site_launch":        {"试运行的站点正式上线", "take a site from trial to online"},
	"site_suspend":       {"暂停站点并显示公告", "suspend a site and show a notice"},
	"site_resume":        {"恢复站点", "resume a site"},
	"site_close":         {"公告关停；再次执行即正式关停", "announce the closing; the second time, close"},
	"org":                {"机构", "the administrative tree"},
	"org_import":         {"导入机构 CSV：code,name,level,parent_code", "import a CSV of orgs: code,name,level,parent_code"},
	"admin":              {"人员", "people"},
	"admin_create":       {"设立一个账号并任命，如第一位平台运维", "open an account with an appointment, such as the first platform operator"},
	"admin_password":     {"重设密码，并结束此人的全部登录", "set a new password, which ends the person's sessions"},
	"admin_factor":       {"取消一个人的第二验证，下次登录时重新设置", "remove a person's second factor, to be set up again at the next sign-in"},
	"admin_reset":        {"给一个链接，此人用它自己设新密码，一小时内用一次", "make a link by which the person sets a new password, once, within an hour"},
	"admin_setup_code":   {"显示设立第一位管理员用的设置码", "show the code that makes the first administrator"},
	"admin_sessions":     {"列出一个人的登录，可一并结束", "list a person's sessions, and end them"},
	"import":             {"导入", "imports"},
	"import_documents":   {"导入历史文件（JSON 行，可为 gzip），由两人签字", "import documents (JSON lines, may be gzipped), signed by two people"},
	"wordpack":           {"词库和领导名单", "word packs and lists of leaders"},
	"wordpack_import":    {"导入词库 CSV：词,类别,建议,说明,例外；同名替换，已公开的稿件随后重新检查", "import a pack (CSV: word, kind, better, note, exceptions) in place of one of that name; what is public is read again"},
	"wordpack_list":      {"列出导入的词库", "list the packs that were imported"},
	"theme":              {"主题包", "theme packages"},
	"theme_check":        {"检查一个主题能不能安装，逐条说明要改什么", "check whether a theme may be installed, and say what to change"},
	"a_theme":            {"主题文件夹或 zip", "folder or zip of the theme"},
	"theme_good":         {"主题 %s（%s）可以安装。", "The theme %s (%s) may be installed."},
	"preview":            {"在本机浏览器里看每个页面的每种状态，内容是虚构的，不需要数据库", "look at every page in every state in this machine's browser, with invented content and no database"},
	"f_preview_theme":    {"正在制作的主题文件夹，改了刷新就能看到", "folder of a theme in the making; reload to see what changed"},
	"f_preview_at":       {"预览的本机地址", "address of the preview, on this machine"},
	"preview_at":         {"请用浏览器打开 %s，按 Ctrl+C 结束。", "Open %s in a browser; Ctrl+C ends it."},
	"calendar":           {"工作日历", "working days"},
	"calendar_import":    {"导入一年的放假通知，并按它重算时限；--dry-run 只看会影响哪些时限", "load a year's notice on holidays and count the deadlines again; --dry-run only says what would move"},
	"calendar_list":      {"列出导入过的通知", "list the notices that were loaded"},
	"calendar_show":      {"显示去年、今年和明年的工作日历是否齐全", "show whether last year, this one and the next are loaded"},
	"f_calendar_dry":     {"只看，不导入", "look, and load nothing"},
	"f_calendar_source":  {"来源文件，如“国办发明电〔2026〕7号”", "the document it comes from"},
	"a_calendar":         {"文件：先写 # version: 和 # years: 两行，以后每行 日期,holiday 或 workday,名称；- 为标准输入", "file: lines \"# version:\" and \"# years:\", then date,holiday or workday,name; - is standard input"},
	"calendar_moves":     {"版本 %s 会改动 %d 个正在计时的时限", "version %s would move %d deadlines that run"},
	"calendar_in":        {"已导入版本 %s；%d 个时限由服务重算", "version %s is loaded; the server counts %d deadlines again"},
	"audit":              {"审计链：核对和导出", "the audit chains: verify and export"},
	"audit_verify":       {"逐条重算审计链，不需要运行中的服务器；--file 核对导出的文件，连数据库也不需要", "recompute the chains, without a running server; --file verifies an export, without the database too"},
	"audit_export":       {"把一个站点（默认是平台）的审计链导出为 JSON 行", "export a site's chain (the platform's by default) as JSON lines"},
	"f_audit_file":       {"audit export 或工作台导出的文件", "a file of audit export or of the desk"},
	"f_audit_to":         {"写到哪个文件；已有的文件不覆盖", "file to write; one that exists is not replaced"},
	"audit_held":         {"审计链 %s：第 %d 至 %d 条完整，最后一条的指纹 %s", "chain %s: entries %d to %d hold; hash of the last %s"},
	"audit_out":          {"已导出 %d 条到 %s", "exported %d entries to %s"},
	"wordpack_remove":    {"移除一个词库", "remove a pack"},
	"check":              {"检查文件里的个人信息和词语（DOCX、XLSX、PDF、文本），不联网；发现问题时退出码为 2", "look for personal information and words in files (DOCX, XLSX, PDF, text), offline; exit code 2 when something is found"},
	"takedown":           {"在各节点立即撤下一个地址", "take an address down on every node at once"},
	"backup":             {"备份整个平台或一个站点，服务不必停止", "back up everything or one site, while the server runs"},
	"verify":             {"校验一份备份，不恢复", "check a backup without restoring it"},
	"restore":            {"恢复一份备份", "restore a backup"},
	"fsck":               {"核对数据库、媒体、索引和镜像是否相符，不做改动；发现问题时退出码为 2", "compare database, media, index and mirror, changing nothing; exit code 2 when something is found"},
	"doctor":             {"检查磁盘、时钟、设置、密钥、域名和任务；发现问题时退出码为 2", "examine disk, clock, settings, key, domains and jobs; exit code 2 when something is found"},
	"config":             {"配置", "configuration"},
	"config_print":       {"打印生效的配置，隐去口令", "print the configuration in force, secrets masked"},
	"health":             {"检查本机服务是否可用", "ask this machine's server whether it is well"},
	"version":            {"版本", "version"},
	"site_recheck":       {"年度复核", "the yearly re-check"},
	"recheck_list":       {"列出没有办完的年度复核", "list the re-checks that are not accepted"},
	"recheck_open":       {"立即开始到期的年度复核；服务运行时每天自动办", "open the re-checks that are due; a running server does it daily"},
	"recheck_confirm":    {"登记主办单位书面作出的确认", "note the sponsor's confirmation that came on paper"},
	"recheck_accept":     {"通过年度复核", "accept a re-check"},
	"recheck_return":     {"退回补充", "ask for more"},
	"f_late":             {"只列逾期的", "only those that are late"},
	"f_recheck_note":     {"书面确认的文号或说明", "number of the paper, or what it says"},
	"is_late":            {"逾期", "late"},
	"rechecks_opened":    {"开始了 %d 个网站的年度复核。", "%d re-checks opened."},
	"console_allow":      {"只有这些地址或网段能打开工作台，用逗号隔开；不写就不限制", "only these addresses or networks reach the console, separated by commas; none: no limit"},
	"console_idle":       {"多久没有操作就退出登录，超过 5 分钟，最多 30 分钟", "an unused session ends after this time, more than 5 and at most 30 minutes"},
	"console_sessions":   {"一个人最多同时登录几处，1 到 50；安全管理员在工作台上另有设定的，以那个为准", "in how many places a person may be signed in at once, 1 to 50, unless the security administrator says otherwise on the console"},
	"admin_allow":        {"只让技术岗位的人员从这些网段使用工作台；不写网段就显示现在的，--clear 取消", "let people with technical posts use the console from these networks only; without any shows the list, --clear empties it"},
	"f_networks":         {"地址或网段", "addresses or networks"},
	"f_allow_clear":      {"取消限制", "empty the list"},

	"a_site":           {"站点：编号，或主机名加路径，如 hanbin.localhost/z/wuli", "the site: its id, or host and path such as hanbin.localhost/z/wuli"},
	"a_host":           {"域名", "host name"},
	"a_csv":            {"CSV 文件，- 为标准输入", "CSV file, - for standard input"},
	"a_jsonl":          {"JSON 行文件，可为 gzip，- 为标准输入", "file of JSON lines, may be gzipped, - for standard input"},
	"a_files":          {"要检查的文件", "the files"},
	"a_pack":           {"词库的名称", "name of the pack"},
	"f_pack":           {"词库的名称，默认取文件名", "name of the pack; the file's by default"},
	"f_mask":           {"把遮好个人信息的副本（DOCX、XLSX）写到这个目录，不覆盖已有的文件", "write copies with personal information masked (DOCX, XLSX) into this folder, replacing nothing"},
	"f_site_option":    {"只管这一个站点，写编号或地址；不写就是整个平台", "this site only, by id or address; without it, the whole platform"},
	"a_url":            {"要撤下的完整地址", "the whole address"},
	"f_fix":            {"修复可以安全修复的：密钥权限、缺少的桶、遗留的临时文件", "put right what is safe: the key's permissions, a missing bucket, files left behind"},
	"f_free":           {"磁盘至少应有的剩余空间", "how much of the disk should be free"},
	"a_archive":        {"备份文件", "the archive"},
	"f_to":             {"备份写到哪里：目录（自动命名）或不存在的文件", "where to: a folder (the archive names itself) or a file that does not exist"},
	"f_one_site":       {"只备份这个站点（编号或地址）", "back up this site only (id or address)"},
	"f_with_key":       {"把密钥也放进备份；默认不放，请另行保管", "put the key into the archive as well; by default it is left out and must be kept apart"},
	"f_into":           {"恢复到哪里：空目录，或 postgres://…（另给 --media 和 --key-file）", "where to: an empty folder, or postgres://… with --media and --key-file"},
	"f_search_later":   {"不等全文索引：由 serve 的任务补建，站点可以先开放", "do not wait for the full text: the server's workers make it, and the sites open first"},
	"f_site_into":      {"把单个站点的备份恢复到现有的平台", "restore one site's archive into the installation that is there"},
	"dry_run":          {"只检查，不写入", "check only, write nothing"},
	"f_org":            {"主办单位的机构代码", "code of the org that owns it"},
	"f_template":       {"模板：city、county、dept、town", "template: city, county, dept, town"},
	"f_kind":           {"类型：subsite 子站、channel 频道、column 栏目", "kind: subsite, channel, column"},
	"f_host":           {"子站的域名", "host of a subsite"},
	"f_slug":           {"频道的路径名，如 wuli", "path name of a channel, such as wuli"},
	"f_name":           {"站点名称", "name of the site"},
	"f_theme":          {"主题，默认随模板", "theme; follows the template"},
	"f_approval":       {"例外的批准文号", "document number that allows an exception"},
	"f_evidence":       {"域名核验依据", "how the host was verified"},
	"f_code":           {"网站标识码", "site identification code"},
	"f_icp":            {"ICP 备案号", "ICP record"},
	"f_police":         {"公安备案号", "police record"},
	"f_phone":          {"联系电话", "telephone"},
	"f_address":        {"地址", "postal address"},
	"f_reason":         {"理由，记入审计", "the reason, kept in the audit chain"},
	"f_days":           {"预计几天后恢复，写进公告；0 是不写", "days until it is expected back, said in the notice; 0 says nothing"},
	"f_why":            {"开办理由", "why the site is asked for"},
	"f_opening":        {"申请或批准文件的文号", "number of the paper that asks for the site"},
	"f_lead":           {"内容主管的姓名", "name of the content lead"},
	"f_lead_login":     {"内容主管的登录名", "login of the content lead"},
	"f_leader":         {"分管领导的姓名", "name of the leader in charge"},
	"f_leader_login":   {"分管领导的登录名", "login of the leader in charge"},
	"f_where":          {"子站的域名，或频道在 /z/ 之后的一段", "host of a subsite, or what follows /z/ of a channel"},
	"f_notice":         {"给公众看的公告", "the notice citizens read"},
	"f_note":           {"人工核验的依据，省略则自动核验", "how it was verified by hand; otherwise it is checked"},
	"f_level":          {"只列某级：city、county、township、dept", "only this level: city, county, township, dept"},
	"f_batch":          {"批次编号；用同一编号可以续传", "id of the batch; the same id continues it"},
	"f_author":         {"录入人：登录名；没有账号时写 登录名=姓名", "who enters it: login, or login=name for a new account"},
	"f_reviewer":       {"审核人，不得与录入人相同，写法同上", "who reviewed it, another person, written likewise"},
	"f_opinion":        {"审核意见", "the reviewer's opinion"},
	"f_source":         {"原网站名称或地址", "name or address of the old site"},
	"f_mapping":        {"映射文件（TOML），决定进入哪些站点和栏目", "mapping file (TOML): which sites and columns"},
	"f_node":           {"节点的运维地址，可重复；默认本机", "ops address of a node, may be repeated; this machine by default"},
	"f_undo":           {"撤销撤下", "put it back"},
	"f_login":          {"登录名：3 至 64 个小写字母、数字或 . _ -", "login: 3 to 64 lower-case letters, digits or . _ -"},
	"f_person":         {"姓名", "the person's name"},
	"f_unit":           {"所在单位的机构代码", "code of the org the person works in"},
	"f_role":           {"岗位代码：PO 平台运维员，SA 安全管理员，AA 审计管理员，SV 监督员，CL 内容主管……", "role: PO operator, SA security, AA audit, SV supervisor, CL content lead…"},
	"f_document":       {"任命文件的文号", "number of the document that appoints"},
	"f_end":            {"结束这些登录", "end them"},
	"f_link":           {"不设密码，给一个本人自己设密码的链接，三天内用一次", "set no password: print a link by which the person sets one, once, within three days"},
	"f_password_stdin": {"从标准输入读取密码（一行）；省略则生成一个，只显示一次", "read the password from standard input (one line); otherwise one is made and shown once"},

	"usage":       {"用法：", "Usage: "},
	"arguments":   {"参数：", "Arguments:"},
	"flags":       {"选项：", "Flags:"},
	"globals":     {"全局选项：", "Global flags:"},
	"commands":    {"命令：", "Commands:"},
	"more":        {"用 zhanqun <命令> --help 查看各命令的说明。", "Run zhanqun <command> --help for more on a command."},
	"default":     {"默认 ", "default "},
	"required":    {"必填", "required"},
	"data_is":     {"数据目录的完整路径：", "The data folder is"},
	"internal":    {"内部错误：", "Internal error: "},
	"interrupted": {"已中断。", "Interrupted."},

	"password_once":  {"密码：%s\n只显示这一次，请当面交给本人，登录后修改。", "Password: %s\nIt is shown this once: hand it over in person, to be changed after signing in."},
	"setup_first":    {"还没有管理员。请打开 %s ，用设置码设立第一位：%s", "There is no administrator yet. Open %s and make the first one with this set-up code: %s"},
	"link_once":      {"设密码的链接（%s 以前用一次，只显示这一次）：\n%s", "the link that sets the password, once, before %s, shown this once:\n%s"},
	"sessions_live":  {"共 %d 次登录仍有效。", "%d live sessions."},
	"sessions_ended": {"已结束 %d 次登录。", "%d sessions ended."},

	"to_do":         {"应当：", "To do: "},
	"did":           {"已处理：", "Done: "},
	"all_well":      {"没有发现问题。", "Nothing was found."},
	"copying":       {"%s：%d 行，%d 个文件，%.0f MB", "%s: %d rows, %d files, %.0f MB"},
	"backed_up":     {"备份完成：%s，%d 行，%d 个媒体文件，%.1f MB，用时 %.1f 秒。\n摘要 %s", "Backed up: %s, %d rows, %d media files, %.1f MB, %.1f seconds.\nDigest %s"},
	"key_inside":    {"备份中含有密钥：请像密钥一样保管这个文件。", "The archive holds the key: guard the file as you guard the key."},
	"key_apart":     {"备份中没有密钥。请把 %s（指纹 %s…）另存一处；没有它，备份不能恢复。", "The archive does not hold the key. Keep %s (fingerprint %s…) in another place: without it nothing can be restored."},
	"part_damaged":  {"已损坏：%s（第 %d 字节起）：%s", "Damaged: %s (from byte %d): %s"},
	"archive_whole": {"备份完好：%s，%s %s，%d 行，%d 个媒体文件，密钥指纹 %s…\n摘要 %s", "The archive is whole: %s, %s %s, %d rows, %d media files, key %s…\nDigest %s"},
	"restored":      {"恢复完成：%d 行，%d 个媒体文件，重建检索 %d 篇，备份于 %s，用时 %.1f 秒。", "Restored: %d rows, %d media files, %d documents indexed, backed up at %s, %.1f seconds."},
	"masked":        {"遮去 %d 处：%s", "%d masked: %s"},
	"pack_in":       {"已导入“%s”，%d 条。已公开的稿件由 serve 的任务重新检查。", "Imported %q, %d entries. The server's workers read again what is public."},
	"pack_out":      {"已移除“%s”。已公开的稿件由 serve 的任务重新检查。", "Removed %q. The server's workers read again what is public."},
	"done":          {"完成：", "Done: "},
	"checked":       {"只检查，没有写入：", "Checked, nothing written: "},
	"refused":       {"没有写入，请改正后再试：", "Nothing written; correct it and try again: "},
	"orgs_in":       {"共 %d 行，新增 %d，改名 %d，未变 %d，有误 %d。", "%d rows, %d created, %d renamed, %d unchanged, %d wrong."},
	"sites_in":      {"共 %d 行，独立站点 %d，频道 %d，未变 %d，有误 %d。", "%d rows, %d hosts, %d mounts, %d unchanged, %d wrong."},
	"documents_in":  {"批次 %s，共 %d 行，导入 %d，已有 %d，日期不详 %d，有误 %d，用时 %.1f 秒。", "batch %s, %d lines, %d imported, %d already there, %d undated, %d wrong, %.1f seconds."},
	"documents_on":  {"%d 行，导入 %d，已有 %d，有误 %d，每秒 %.0f 篇", "%d lines, %d imported, %d already there, %d wrong, %.0f a second"},
}

// mistakes turn kong's words into a sentence of each language; $1 is what was typed.
var mistakes = []struct {
	kong *regexp.Regexp
	say  [2]string
}{
	{regexp.MustCompile(`^unknown flag (\S+?)(?:, did you mean (.+)\?)?$`), [2]string{"不认识的选项 $1，请用 --help 查看可用的选项。", "Unknown flag $1; --help lists them."}},
	{regexp.MustCompile(`^unexpected argument (\S+)`), [2]string{"不认识的命令或多余的参数“$1”，请用 --help 查看用法。", "Unexpected argument $1; see --help."}},
	{regexp.MustCompile(`^expected one of (.+)$`), [2]string{"命令不完整，后面应是 $1 之一。", "The command is incomplete: expected one of $1."}},
	{regexp.MustCompile(`^expected "?(.+?)"?$`), [2]string{"缺少参数 $1。", "Missing $1."}},
	{regexp.MustCompile(`^missing flags: (.+)$`), [2]string{"缺少选项 $1。", "Missing flags: $1."}},
	{regexp.MustCompile(`^(--\S+?): (.+)$`), [2]string{"选项 $1 的值不对：$2。", "Bad value for $1: $2."}},
}

func (l language) parseError(err error) string {
	text := strings.TrimSpace(err.Error())
	for _, m := range mistakes {
		if m.kong.MatchString(text) {
			return m.kong.ReplaceAllString(text, m.say[l])
		}
	}
	return [2]string{"命令不对：", "Bad command: "}[l] + text
}
