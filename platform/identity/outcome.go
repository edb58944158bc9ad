package identity

// Outcome is what became of a sign-in or of a session.
type Outcome string

// The outcomes. Ended is a session that was ended from another one, by a later sign-in or by an administrator.
const (
	SignedIn      Outcome = "signed_in"
	SignedOut     Outcome = "signed_out"
	Ended         Outcome = "ended"
	WrongPassword Outcome = "wrong_password"
	NoPassword    Outcome = "no_password"
	WasDisabled   Outcome = "disabled"
	UnknownLogin  Outcome = "unknown_login"
	// WrongSetupCode is somebody who was not the first administrator.
	WrongSetupCode Outcome = "wrong_setup_code"
	// WrongCode is somebody whose password was right.
	WrongCode Outcome = "wrong_code"
)

// steps are the outcomes of a later or another step than the password's, as rows have them: what an older program knows, and the step.
var steps = map[Outcome]struct {
	as   Outcome
	step string
}{WrongSetupCode: {UnknownLogin, "setup"}, WrongCode: {WrongPassword, "code"}}

// row is the outcome as it is kept.
func (o Outcome) row() (outcome, step string) {
	if s, ok := steps[o]; ok {
		return string(s.as), s.step
	}
	return string(o), ""
}

// outcome is what a row keeps.
func outcome(kept, step string) Outcome {
	for o, s := range steps {
		if string(s.as) == kept && s.step == step {
			return o
		}
	}
	return Outcome(kept)
}

// From is the address as people read it, or "".
func (e SignInEntry) From() string { return address(e.IP) }
