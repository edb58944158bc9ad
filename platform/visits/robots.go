package visits

import (
	"bytes"
	_ "embed"
	"strings"
)

//go:embed robots.txt
var robotList string

// agentMost is how much of a User-Agent is looked at.
const agentMost = 512

// agents knows programs by parts of their User-Agent, sorted by the first byte so that most places of a text are passed with one look.
type agents [256][]agent

type agent struct {
	part   []byte
	person bool
}

func newAgents(list string) (a *agents) {
	a = new(agents)
	for line := range strings.Lines(list) {
		line = strings.TrimSpace(line)
		part, person := strings.CutPrefix(line, "!")
		if len(part) < 2 || part[0] == '#' {
			continue
		}
		a[part[0]] = append(a[part[0]], agent{[]byte(part), person})
	}
	return a
}

// program reports whether a User-Agent is not that of a person's browser.
func (a *agents) program(text []byte) bool {
	text = text[:min(len(text), agentMost)]
	for i := 0; i < len(text)-1; i++ {
		first, second := lower(text[i]), lower(text[i+1])
		for j := range a[first] {
			one := &a[first][j]
			if one.part[1] != second || len(text)-i < len(one.part) || !bytes.EqualFold(text[i:i+len(one.part)], one.part) {
				continue
			}
			if !one.person {
				return true
			}
			i += len(one.part) - 1
			break
		}
	}
	return len(text) == 0
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
