package review

import "github.com/zhanqun/zhanqun/platform/publication"

// State is where an edition is on its way.
type State string

// The states of an edition, as states.mermaid draws them.
const (
	Draft      State = "draft"      // nothing is frozen
	Submitted  State = "submitted"  // frozen, no step taken
	Again      State = "again"      // reviewed, another review is next
	Secrecy    State = "secrecy"    // reviewed, the secrecy opinion is next
	Final      State = "final"      // the last word is next
	Approved   State = "approved"   // may be published
	Returned   State = "returned"   // finished; the corrected text is a new edition
	Overtaken  State = "overtaken"  // finished; a newer edition was frozen before this one was public
	Published  State = "published"  // what citizens see
	Emergency  State = "emergency"  // what citizens see, and a review is owed
	Settled    State = "settled"    // what citizens see, reviewed afterwards
	Superseded State = "superseded" // was public; a newer edition is, or was, in its place
	Withdrawn  State = "withdrawn"  // was public; citizens read a notice
	Gone       State = "gone"       // was public; its address is not used again
	Redirected State = "redirected" // was public; its address leads to another text
	Erased     State = "erased"     // the words are gone by law, the digest stays
)

// Public reports whether citizens see an edition in this state.
func (s State) Public() bool { return s == Published || s == Emergency || s == Settled }

// Says is the state in the words of the desk.
func (s State) Says() string {
	return map[State]string{
		Draft: "草稿", Submitted: "待审核", Again: "待复审", Secrecy: "待保密审查", Final: "待终审", Approved: "待发布", Returned: "已退回", Overtaken: "已有新稿",
		Published: "已发布", Emergency: "紧急发布，待补审", Settled: "已发布（已补审）", Superseded: "已被新版替换", Withdrawn: "已撤回", Gone: "已永久停用网址", Redirected: "已转到另一篇", Erased: "已依法删除",
	}[s]
}

// StateOf reads an edition's state from its rows.
func StateOf(t *publication.Trail) State {
	switch {
	case t.Erased != nil:
		return Erased
	case t.Ended != nil && t.Ended.How == "superseded":
		return Superseded
	case t.Left != nil && t.Left.How == publication.MovedTo:
		return Redirected
	case t.Left != nil:
		return Gone
	case t.Ended != nil:
		return Withdrawn
	case t.Public && t.Debt == nil:
		return Published
	case t.Public && t.Settled == nil:
		return Emergency
	case t.Public:
		return Settled
	case t.Returned():
		return Returned
	case t.Overtaken:
		return Overtaken
	case t.Approved():
		return Approved
	case len(t.Steps) == 0:
		return Submitted
	case t.Next.HoldsReview:
		return Again
	case t.Next.HoldsSecrecy:
		return Secrecy
	}
	return Final
}
