package doctor

import (
	"os"
	"regexp"
	"strings"
)

var (
	// homes matches the names of users in paths.
	homes  = regexp.MustCompile(`(?i)((?:/home|/Users|[a-z]:\\Users)[/\\])[^/\\\s:;,"']+`)
	emails = regexp.MustCompile(`[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+\.\p{L}{2,}`)
	tokens = regexp.MustCompile(`eyJ[\w-]{10,}[\w.=-]*`)
	users  = regexp.MustCompile(`://[^/\s@"']*@`) // and passwords, in URLs
)

// minMasked is the length from which a value is masked. A shorter one would damage other words.
const minMasked = 4

// mask returns a function that removes secrets and personal data, because people paste reports into
// public issues.
func (e *examination) mask() func(string) string {
	var pairs []string
	add := func(value, shown string) {
		if len(value) >= minMasked {
			pairs = append(pairs, value, shown)
		}
	}
	add(e.credentials.ClientSecret.Reveal(), "[client secret]")
	add(e.credentials.Password.Reveal(), "[password]")
	add(e.setting(Organization).Value, "[organization]")
	add(e.credentials.Username, "[user name]")
	add(e.credentials.ClientID, "[client ID]")
	if home, err := os.UserHomeDir(); err == nil && len(strings.Trim(home, `/\`)) > 0 {
		add(home+string(os.PathSeparator), "~"+string(os.PathSeparator))
		add(home, "~")
	}
	replacer := strings.NewReplacer(pairs...)
	return func(text string) string {
		text = replacer.Replace(users.ReplaceAllString(text, "://"))
		text = tokens.ReplaceAllString(text, "[token]")
		text = emails.ReplaceAllString(text, "[email]")
		return homes.ReplaceAllString(text, "$1[user]")
	}
}
