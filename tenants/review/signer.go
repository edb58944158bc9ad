package review

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/policies"
)

// Steps are the steps of each policy by their names, as the schema of platform/publication has them.
var Steps = map[string][]string{
	publication.Small: {"review"}, publication.Brief: {"review", "final"}, publication.Ordinary: {"review", "secrecy", "final"},
	publication.Double: {"review", "second", "secrecy", "final"}, publication.Triple: {"review", "second", "third", "secrecy", "final"},
}

// Signer is who alone takes a step, with the posts that he has at this moment as seen from the object.
type Signer struct {
	Account kernel.AccountID
	Name    string
	Held    []policies.Held
}

// takes reports whether the one who was named can take the edition's next step: he has the posts for it, and neither wrote the text nor has
// signed it before. Who cannot holds up nothing: the step is everybody's who may take it.
func (s Signer) takes(t *publication.Trail, acts ...policies.Action) bool {
	signed := slices.ContainsFunc(t.Steps, func(taken publication.Step) bool { return taken.Reviewer == s.Account })
	return s.Account != t.Author && !signed && Standing{Held: s.Held}.may(acts...) == nil
}

// reserved refuses the edition's next step to whoever is not named for it, as long as the one who is can take it.
func (s Standing) reserved(who kernel.AccountID, t *publication.Trail, acts ...policies.Action) error {
	if t.Next == nil {
		return nil
	}
	if one, named := s.Signers[t.Next.Name]; named && one.Account != who && one.takes(t, acts...) {
		return fault.New(fault.Forbidden, "这一步指定由%s办理，请等他处理，或请内容主管在“审核流程”里改指定的人。", one.Name)
	}
	return nil
}

// Named is who is named for the edition's next step, or nil; able says whether he can take it, else it is everybody's who may.
func (d *Desk) Named(ctx context.Context, t *publication.Trail) (one *Signer, able bool, err error) {
	s, err := d.People.Standing(ctx, t.Object)
	if err != nil || t.Next == nil {
		return nil, false, err
	}
	named, is := s.Signers[t.Next.Name]
	if !is {
		return nil, false, nil
	}
	return &named, named.takes(t, s.asks(t, publication.Approved)...), nil
}

// checkSigners refuses names that the chain has no step for.
func (c Chain) checkSigners() error {
	for step, who := range c.Signers {
		if !slices.Contains(Steps[c.Policy], step) || who <= 0 {
			return fault.In("sign", "这种审核流程没有要指定人的这一步，请刷新后重新选择。")
		}
		if step == "final" && c.Last != 0 {
			return fault.In("sign", "由上级终审的，终审不能再指定本单位的人。")
		}
	}
	return nil
}

// String is what the audit chain remembers of a chain.
func (c Chain) String() string {
	parts := []string{c.Policy, c.Last.String()}
	for _, step := range slices.Sorted(maps.Keys(c.Signers)) {
		parts = append(parts, fmt.Sprintf("%s=%d", step, c.Signers[step]))
	}
	return strings.Join(parts, " ")
}
