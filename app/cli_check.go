package app

import (
	"fmt"
	"io"
)

type fsckCommand struct{}

// Run reports what does not belong together and says what it would do; it changes nothing. Exit code 2 is findings.
func (fsckCommand) Run(s *session) error {
	h, err := s.house(false)
	if err != nil {
		return err
	}
	defer h.Close()
	media, err := openStore(s.ctx, s.cfg)
	if err != nil {
		return err
	}
	i := &inspection{h: h, media: media, cfg: s.cfg}
	if err := i.fsck(s.ctx); err != nil {
		return err
	}
	return s.report(i.found)
}

// report prints findings; those that were not put right end the command with exit code 2.
func (s *session) report(found []finding) error {
	found = sorted(append([]finding{}, found...))
	open := 0
	for _, f := range found {
		if !f.Fixed {
			open++
		}
	}
	if err := s.print(found, func(w io.Writer) {
		for _, f := range found {
			state := s.words.say("to_do")
			if f.Fixed {
				state = s.words.say("did")
			}
			fmt.Fprintf(w, "%-7s %s [%s]\n        %s\n        %s%s\n", f.Severity, f.Name, f.Where, f.Say, state, f.Do)
		}
		if len(found) == 0 {
			fmt.Fprintln(w, s.words.say("all_well"))
		}
	}); err != nil {
		return err
	}
	if open > 0 {
		return errPartly
	}
	return nil
}

type doctorCommand struct {
	Fix  bool   `name:"fix" help:"${f_fix}"`
	Free string `name:"min-free" default:"1GB" placeholder:"SIZE" help:"${f_free}"`
}

// Run looks at everything around the data that can keep the installation from its promises. Exit code 2 is findings.
func (c doctorCommand) Run(s *session) error {
	least, err := bytesOf(c.Free)
	if err != nil {
		return err
	}
	d := &doctor{s: s, fix: c.Fix, least: least}
	d.examine()
	return s.report(d.found)
}
