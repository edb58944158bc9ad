package policies

import "strings"

// The oracle: the rule in plain Go, written from the prose and the table alone. It knows neither casbin nor
// grants.csv; the columns are PO IE SA AA SV CL IO LO RV SR PB LD SE LC LH, as in the table on paper.
var paper = []struct{ class, cells, actions string }{
	{"T", "H..............", "site.provision site.trial site.suspend.execute site.archive"},
	{"T", "H..............", "domain.bind tls.manage cache.purge node.manage job.retry"},
	{"T", "H..............", "storage.bucket storage.quota backup.run backup.restore"},
	{"T", "H..............", "theme.install theme.assign template.publish"},
	{"T", "H..............", "migration.import migration.cutover urlmap.edit"},
	{"T", "H.H............", "probe.configure integrity.snapshot lockdown.on lockdown.off"},
	{"T", "..H............", "policy.password policy.2fa ip.allowlist key.rotate sanitizer.allowlist api.token.revoke"},
	{"T", "..H............", "user.create user.disable appointment.technical"},
	{"T", "...H...........", "audit.read audit.verify audit.export"},
	{"T", "H..............", "wordpack.install calendar.load"},
	{"I", ".K.............", "column.tree.move column.template column.merge.execute column.close.execute"},
	{"T", "H..............", "cluster.greyscale cluster.banner"},
	{"I", ".K.............", "home.slot.place banner.place special.assemble"},
	{"T", "H..............", "identity.set meta.set footer.set"},
	{"I", ".K.............", "push.rule.define feed.inbound.define rendition.template"},
	{"C", ".....OO........", "article.create article.edit.draft article.attach submission.prepare"},
	{"C", ".....OOO.......", "article.submit submission.send submission.recall"},
	{"C", "........O..O...", "review.pass review.return"},
	{"C", ".........O.....", "secrecy.pass secrecy.refuse"},
	{"C", "...........O...", "article.signoff"},
	{"C", ".....O....O....", "article.publish article.schedule article.unpublish article.withdraw"},
	{"C", ".....O....OO...", "article.publish.emergency"},
	{"C", "........OO.O...", "debt.settle"},
	{"C", ".....O.........", "column.request.new column.request.rename column.request.merge column.request.close column.owner.set media.share"},
	{"C", ".....O..O.O....", "push.accept push.refuse repost.create"},
	{"C", ".....O..O.O....", "submission.receive submission.adopt submission.decline submission.commission"},
	{"C", ".....OO........", "interpretation.create media.upload transcript.edit"},
	{"C", ".....OO...OO...", "incident.declare incident.update warning.issue refutation.create"},
	{"C", ".....O.......O.", "mailbox.define letter.screen letter.accept letter.refuse letter.merge letter.assign"},
	{"C", "..............A", "letter.handle reply.draft supplement.request transfer.propose"},
	{"C", ".....O..O..O.O.", "letter.extend.approve reply.review letter.publish.redacted"},
	{"C", ".....OOO..O....", "consultation.create consultation.open consultation.close consultation.result survey.create survey.open survey.close survey.result interview.host"},
	{"C", "............O..", "powerlist.edit service.edit guide.edit form.upload"},
	{"C", "............O.A", "application.process"},
	{"C", ".....O...O.O.OA", "disclosure_request.handle disclosure_request.decide"},
	{"C", ".....O.....O...", "appointment.content training.record"},
	{"S", ".....O.....O...", "site.apply"},
	{"S", "....U..........", "site.approve site.requalify site.close.order"},
	{"S", "HHHHUOOOOOOOOOO", "monitor.read finding.read clock.read"},
	{"S", "....U..........", "indicator.pack.activate quota.set cycle.cap.set clockrule.set"},
	{"S", "....U..........", "task.issue hot_topic.assign letter.supervise"},
	{"S", ".....OOO...O...", "task.report rectification.submit"},
	{"S", "....U..........", "assessment.run bulletin.publish rectification.issue rectification.verify"},
	{"S", "....U..........", "evaluation.open evaluation.close evaluation.publish"},
	{"S", "....U..........", "article.takedown"},
	{"S", "...............", "draft.read"},
	{"S", "H.H.UO.....O...", "mechanism.record meeting.record runbook.record drill.record patrol.record"},
}

// The citizen's actions: relation public only.
const paperCitizen = "public.read public.search public.subscribe letter.write letter.query letter.rate letter.reopen message.post " +
	"opinion.give survey.answer interview.ask error.report application.file application.query " +
	"disclosure_request.file disclosure_request.query evaluation.vote"

// 上级终审 is prose under the table, not a row of it.
const paperFinal = "review.final.pass review.final.return"

type oracle struct {
	class map[Action]string
	cells map[Action]string
}

func newOracle() oracle {
	o := oracle{class: map[Action]string{}, cells: map[Action]string{}}
	for _, row := range paper {
		for _, a := range strings.Fields(row.actions) {
			o.class[Action(a)], o.cells[Action(a)] = row.class, row.cells
		}
	}
	for _, a := range strings.Fields(paperCitizen) {
		o.class[Action(a)], o.cells[Action(a)] = "X", strings.Repeat(".", 15)
	}
	for _, a := range strings.Fields(paperFinal) {
		o.class[Action(a)], o.cells[Action(a)] = "C", strings.Repeat(".", 15)
	}
	return o
}

func (o oracle) letter(r Role, a Action) byte {
	const columns = "PO IE SA AA SV CL IO LO RV SR PB LD SE LC LH "
	if i := strings.Index(columns, string(r)+" "); i >= 0 {
		return o.cells[a][i/3]
	}
	return '.'
}

func one(rel Relation, of ...Relation) bool {
	for _, r := range of {
		if r == rel {
			return true
		}
	}
	return false
}

// decide is the whole rule.
func (o oracle) decide(r Role, rel Relation, a Action) cell {
	if o.class[a] == "X" {
		if r == CZ && rel == Public {
			return allow
		}
		return deny
	}
	if r == CZ || rel == Public || rel == Other {
		return deny
	}
	if strings.HasPrefix(string(a), "review.final.") { // the one exception to "C only from the owner"
		if r == RV && one(rel, Carrier, Above) {
			return ifAssigned
		}
		return deny
	}
	owner := one(rel, Own, OwnChannel, HostOwn)
	hosted := one(rel, Host, HostOwn)
	letter := o.letter(r, a)
	switch o.class[a] {
	case "T": // only from the host
		if letter == 'H' && hosted {
			return allow
		}
	case "I": // the owner of a subsite, the carrier of a channel, the host at its own portal
		if letter == 'K' && one(rel, Own, Carrier, HostOwn) {
			return ifInScope
		}
	case "C": // only from the owner; a subordinate may only submit
		submits := rel == Below && (a == "submission.send" || a == "submission.recall")
		switch {
		case letter == 'O' && (owner || submits):
			return ifInScope
		case letter == 'A' && owner:
			return ifAssigned
		}
	case "S":
		switch {
		case letter == 'H' && hosted, letter == 'U' && rel != Below:
			return allow
		case letter == 'O' && owner:
			return ifInScope
		}
	}
	return deny
}

// broken names the sentence of the notice that a grant of a in relation rel would break, whatever the role; or "".
func (o oracle) broken(rel Relation, a Action) string {
	switch class := o.class[a]; {
	case a == "draft.read":
		return "nobody reads unpublished drafts of a lower site"
	case class == "X" && rel != Public:
		return "citizens' actions are citizens' only"
	case class == "X":
		return ""
	case rel == Public:
		return "a citizen has X only"
	case rel == Other:
		return "who has no business with the site does nothing there"
	case class == "T" && !one(rel, Host, HostOwn):
		return "technique only from the host"
	case class == "I" && !one(rel, Own, Carrier, HostOwn):
		return "a site is assembled by its owner, a channel by its carrier, the portal by the host"
	case strings.HasPrefix(string(a), "review.final."):
		if !one(rel, Carrier, Above) {
			return "the last review from outside is the carrier's or the superior's"
		}
	case rel == Below && a != "submission.send" && a != "submission.recall":
		return "a subordinate may only submit"
	case class == "C" && !one(rel, Own, OwnChannel, HostOwn, Below):
		return "content only from the owner"
	}
	return ""
}
