package surface

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// ManPage is a manual page in section 1.
type ManPage struct {
	Name string // such as xsale-orders-list.1
	Roff []byte
}

// Man returns a manual page for each command.
func (s Surface) Man(date time.Time) []ManPage {
	var pages []ManPage
	for _, command := range commands(s.Root) {
		name := strings.ReplaceAll(command.CommandPath(), " ", "-")
		pages = append(pages, ManPage{name + ".1", []byte(s.manPage(command, name, date))})
	}
	return pages
}

func (s Surface) manPage(command *cobra.Command, pageName string, date time.Time) string {
	var page strings.Builder
	root := s.Root.Name()
	fmt.Fprintf(&page, ".TH %s 1 %s \"%s %s\" \"%s manual\"\n", roff(strings.ToUpper(pageName)), date.UTC().Format(time.DateOnly), root, s.Root.Version, root)
	fmt.Fprintf(&page, ".SH NAME\n%s \\- %s\n", roff(pageName), roff(command.Short))
	fmt.Fprintf(&page, ".SH SYNOPSIS\n%s\n", roff(synopsis(command)))
	page.WriteString(".SH DESCRIPTION\n")
	for i, part := range help(command) {
		text := roff(strings.Join(part.lines, "\n")) + "\n"
		switch {
		case part.literal:
			text = ".PP\n.nf\n" + text + ".fi\n"
		case i > 0:
			text = ".PP\n" + text
		}
		page.WriteString(text)
	}
	if list := flags(command); len(list) > 0 {
		page.WriteString(".SH OPTIONS\n")
		for _, flag := range list {
			fmt.Fprintf(&page, ".TP\n.B %s\n%s\n", roff(name(flag)), roff(meaning(flag)))
		}
	}
	if command != s.Root {
		fmt.Fprintf(&page, ".PP\nThe options of all commands are in\n.BR %s (1).\n", roff(root))
	} else {
		page.WriteString(".SH EXIT STATUS\n")
		for _, code := range s.ExitCodes {
			fmt.Fprintf(&page, ".TP\n.B %d\n%s\n", code.Code, roff(code.Meaning))
		}
	}
	if command.HasExample() {
		fmt.Fprintf(&page, ".SH EXAMPLES\n.nf\n%s\n.fi\n", roff(strings.TrimRight(command.Example, "\n")))
	}
	var related []string
	if command.HasParent() {
		related = append(related, command.Parent().CommandPath())
	}
	for _, child := range command.Commands() {
		if child.IsAvailableCommand() {
			related = append(related, child.CommandPath())
		}
	}
	page.WriteString(".SH SEE ALSO\n")
	for i, path := range related {
		end := ","
		if i == len(related)-1 {
			end = ""
		}
		fmt.Fprintf(&page, ".BR %s (1)%s\n", roff(strings.ReplaceAll(path, " ", "-")), end)
	}
	return page.String()
}

var roffSpecial = strings.NewReplacer(`\`, `\e`, "-", `\-`, "…", "...", "'", `\(aq`, "^", `\(ha`, "~", `\(ti`, "`", `\(ga`)

// roff escapes text. A dot at the start of a line would be a request.
func roff(text string) string {
	lines := strings.Split(roffSpecial.Replace(text), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
