package app

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// help prints the help of a command in the session's language; kong's own speaks English only.
func (s *session) help(_ kong.HelpOptions, k *kong.Context) error {
	node := k.Selected()
	w := k.Stdout
	if node == nil {
		fmt.Fprintf(w, "%s\n\n%szhanqun <command> [flags]\n", k.Model.Help, s.words.say("usage"))
		s.commandList(w, k.Model.Node)
		s.flagList(w, "flags", k.Model.Flags)
		fmt.Fprintf(w, "\n%s\n", s.words.say("more"))
		return nil
	}
	fmt.Fprintf(w, "%s\n\n%s%s\n", node.Help, s.words.say("usage"), usage(node))
	if len(node.Positional) > 0 {
		fmt.Fprintf(w, "\n%s\n", s.words.say("arguments"))
		for _, p := range node.Positional {
			fmt.Fprintf(w, "  %-26s %s\n", "<"+p.Name+">", p.Help)
		}
	}
	s.commandList(w, node)
	s.flagList(w, "flags", node.Flags)
	s.flagList(w, "globals", k.Model.Flags)
	return nil
}

func usage(n *kong.Node) string {
	parts := []string{n.FullPath()}
	if !n.Leaf() {
		parts = append(parts, "<command>")
	}
	for _, p := range n.Positional {
		parts = append(parts, "<"+p.Name+">")
	}
	for _, f := range n.Flags {
		if f.Required {
			parts = append(parts, "--"+f.Name+"="+f.FormatPlaceHolder())
		}
	}
	return strings.Join(append(parts, "[flags]"), " ")
}

// commandList lists the commands one can run, whole.
func (s *session) commandList(w io.Writer, n *kong.Node) {
	if len(n.Children) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", s.words.say("commands"))
	for _, leaf := range n.Leaves(true) {
		path := strings.TrimPrefix(leaf.FullPath(), "zhanqun ")
		for _, p := range leaf.Positional {
			path += " <" + p.Name + ">"
		}
		fmt.Fprintf(w, "  %-36s %s\n", path, leaf.Help)
	}
}

func (s *session) flagList(w io.Writer, title string, flags []*kong.Flag) {
	if len(flags) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", s.words.say(title))
	for _, f := range flags {
		name, help := "--"+f.Name, f.Help
		if !f.IsBool() {
			name += "=" + strings.Trim(f.FormatPlaceHolder(), `"`)
			if f.PlaceHolder != "" {
				name = "--" + f.Name + "=" + f.PlaceHolder
			}
		}
		if f.Name == "help" {
			help = s.words.say("help")
		}
		var more []string
		if f.HasDefault && f.Default != "" {
			more = append(more, s.words.say("default")+f.Default)
		}
		if f.Required {
			more = append(more, s.words.say("required"))
		}
		more = append(more, f.Envs...)
		if len(more) > 0 {
			help += "（" + strings.Join(more, "，") + "）"
			if s.words == english {
				help = strings.NewReplacer("（", " (", "）", ")", "，", ", ").Replace(help)
			}
		}
		fmt.Fprintf(w, "  %-32s %s\n", name, help)
	}
}
