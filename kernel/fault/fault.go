// Package fault is the vocabulary of failure: what kind it is, the sentence a person may read,
// and the cause that only the log reads.
//
// An error that is not a fault is nobody's fault but ours: its text is never shown.
package fault

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// Kind says what the one who asked should do about it.
type Kind string

const (
	Invalid     Kind = "invalid"     // what was given is wrong: correct it
	NotFound    Kind = "not_found"   // there is no such thing here; also another site's thing
	Forbidden   Kind = "forbidden"   // you may not
	Conflict    Kind = "conflict"    // somebody was faster, or a rule of the data refuses it
	Gone        Kind = "gone"        // it was here and was taken away on purpose
	TooLarge    Kind = "too_large"   // smaller, please
	Unavailable Kind = "unavailable" // not now: the store does not answer
)

// Fault is an error that may be shown to a person.
type Fault struct {
	Kind  Kind
	Say   string // a whole sentence in Chinese that says what to do
	Field string // the input it belongs to, or ""
	Cause error  // for the log, or nil

	format string // what Say was made of
	args   []any
}

func (f *Fault) Error() string {
	if f.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", f.Kind, f.Say, f.Cause)
	}
	return fmt.Sprintf("%s: %s", f.Kind, f.Say)
}

func (f *Fault) Unwrap() error { return f.Cause }

// New makes a fault whose sentence is the formatted text. What is put into it may be another fault: that is its sentence.
func New(k Kind, format string, args ...any) error { return made(k, "", nil, format, args) }

// Because makes a fault that keeps cause for the log.
func Because(cause error, k Kind, format string, args ...any) error {
	return made(k, "", cause, format, args)
}

// In makes an Invalid fault of one input field.
func In(field, format string, args ...any) error {
	return made(Invalid, field, nil, format, args)
}

// At is the fault of err, which belongs to an input field.
func At(field string, err error) error {
	var f *Fault
	if !errors.As(err, &f) {
		return err
	}
	at := *f
	at.Field = field
	return &at
}

// list is words between "、" in another language, or "" where one of them is not known.
func list(s string, word func(string) string) string {
	words := strings.Split(s, "、")
	for i, w := range words {
		if words[i] = word(w); words[i] == "" {
			return ""
		}
	}
	return strings.Join(words, ", ")
}

func made(k Kind, field string, cause error, format string, args []any) error {
	return &Fault{Kind: k, Say: put(format, args, Say), Field: field, Cause: cause, format: format, args: args}
}

// put formats a sentence; say is how the faults that are put into it are told.
func put(format string, args []any, say func(error) string) string {
	said := make([]any, len(args))
	for i, a := range args {
		said[i] = a
		if f, is := a.(*Fault); is {
			said[i] = say(f)
		}
	}
	return fmt.Sprintf(format, said...)
}

// KindOf reports the kind of the first fault in err's chain, or "" when there is none.
func KindOf(err error) Kind {
	var f *Fault
	if errors.As(err, &f) {
		return f.Kind
	}
	return ""
}

// Is reports whether err is a fault of kind k.
func Is(err error, k Kind) bool { return KindOf(err) == k }

// Say returns the sentence of the first fault in err's chain; for any other error a sentence that tells nothing.
func Say(err error) string {
	var f *Fault
	if errors.As(err, &f) {
		return f.Say
	}
	return silent
}

const silent = "系统暂时不能完成这项操作，请稍后再试。"

// SayIn is Say in the language of word, which knows sentences by what they are in Chinese with their %s and %d in place, and answers ""
// for one it does not know: that stays as it is. What is put into a sentence is looked up too.
func SayIn(err error, word func(zh string) string) string {
	var f *Fault
	if !errors.As(err, &f) {
		return cmp.Or(word(silent), silent)
	}
	other := word(f.format)
	if f.format == "%s" { // another fault's whole sentence
		other = f.format
	}
	if other == "" {
		return f.Say
	}
	args := make([]any, len(f.args))
	for i, a := range f.args {
		args[i] = a
		if s, is := a.(string); is {
			args[i] = cmp.Or(word(s), list(s, word), s)
		}
	}
	return put(other, args, func(err error) string { return SayIn(err, word) })
}
