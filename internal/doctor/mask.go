package doctor

import (
	"cmp"
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
	add(e.setting(Organization).Value, "[organization]")
	if credentials := e.credentials.Load(); credentials != nil {
		add(credentials.ClientSecret.Reveal(), "[client secret]")
		add(credentials.Password.Reveal(), "[password]")
		add(credentials.Username, "[user name]")
		add(credentials.ClientID, "[client ID]")
	}
	for i, name := range credentialVariables {
		add(e.variable(name), []string{"[client ID]", "[client secret]", "[user name]", "[password]"}[i])
	}
	for _, value := range e.Private {
		add(value, "[private]")
	}
	if home, err := os.UserHomeDir(); err == nil && len(strings.Trim(home, `/\`)) > 0 {
		add(home+string(os.PathSeparator), "~"+string(os.PathSeparator))
		add(home, "~")
	}
	account := regexp.MustCompile(`\b(account(?: \w+)? "?)` + regexp.QuoteMeta(cmp.Or(e.setting(Account).Value, "\x00")))
	replacer := strings.NewReplacer(pairs...)
	return func(text string) string {
		text = replacer.Replace(users.ReplaceAllString(text, "://"))
		text = account.ReplaceAllString(text, "${1}NAME")
		text = tokens.ReplaceAllString(text, "[token]")
		text = emails.ReplaceAllString(text, "[email]")
		return homes.ReplaceAllString(text, "$1[user]")
	}
}
