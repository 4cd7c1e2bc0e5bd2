package codegen

import (
	"go/token"
	"slices"
	"strings"
	"unicode"

	"github.com/xsale-go/xsale/internal/spec/naming"
	"github.com/xsale-go/xsale/internal/spec/tree"
)

// acronyms are words in capitals: those of Go style and those of e-commerce in Poland.
var acronyms = map[string]string{}

func init() {
	for word := range strings.FieldsSeq(`ACL API ASCII CPU CSS CSV DB DNS EAN EOF ERP GID GUID HTML HTTP HTTPS IBAN ID IP
		JSON KSEF NIP PDF QPS RAM REGON RPC SIP SKU SLA SMTP SQL SSH TCP TLS TTL UDP UI UID URI URL UTF8 UUID VAT VM XML XSRF XSS`) {
		acronyms[strings.ToLower(word)] = word
	}
	for word := range strings.FieldsSeq("API GUID ID IP NIP PDF SKU UID URI URL UUID") {
		acronyms[strings.ToLower(word)+"s"] = word + "s"
	}
}

// goName turns a name into an exported Go identifier: order_id and OrderId become OrderID,
// zamówienie becomes Zamowienie and 2fa becomes N2fa. A name without ASCII letters or digits
// becomes the fallback.
func goName(name, fallback string) string {
	var joined strings.Builder
	for _, part := range splitWords(naming.WithoutMarks(name)) {
		if word, ok := acronyms[strings.ToLower(part)]; ok {
			joined.WriteString(word)
			continue
		}
		joined.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	identifier := joined.String()
	switch {
	case identifier == "":
		return fallback
	case identifier[0] >= '0' && identifier[0] <= '9':
		return "N" + identifier
	}
	return identifier
}

// splitWords splits a name at camel case and at characters other than ASCII letters and digits.
func splitWords(name string) []string {
	var words []string
	var word []byte
	flush := func() {
		if len(word) > 0 {
			words = append(words, string(word))
			word = nil
		}
	}
	characters := []rune(name)
	for i, r := range characters {
		switch {
		case r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case unicode.IsUpper(r) && i > 0:
			previous := characters[i-1]
			nextLower := i+1 < len(characters) && unicode.IsLower(characters[i+1]) && !endsPlural(characters, i+1)
			if unicode.IsLower(previous) || unicode.IsDigit(previous) || unicode.IsUpper(previous) && nextLower {
				flush()
			}
		}
		word = append(word, byte(r))
	}
	flush()
	return words
}

// endsPlural reports whether the s at i ends the plural of an acronym, as in IDs.
func endsPlural(characters []rune, i int) bool {
	return characters[i] == 's' && (i+1 == len(characters) || !unicode.IsLower(characters[i+1])) && i >= 2 && unicode.IsUpper(characters[i-2])
}

// location is where a schema is, and what its type is called unless another one has the name.
type location struct {
	pointer string
	words   string
	owner   string // goes before the words if they are taken; may be empty
	last    string // if these are taken, too, may get a number; the words and Model if empty
}

// inside returns the location of a schema inside another one.
func (l location) inside(keyword, words string, name ...string) location {
	return location{tree.Join(l.pointer, append([]string{keyword}, name...)...), l.words + words, l.owner, ""}
}

// identifiers are the names that a scope declares.
type identifiers map[string]bool

// symbol is a part of the spec that gets a Go name.
type symbol struct {
	key     lockKey
	pointer string
	given   string   // its name in the spec
	prefix  string   // of each wanted name
	chosen  string   // by x-go-name
	wanted  []string // the first free one is taken; the last one may get a number
	name    string
}

// scope is a set of symbols whose names must differ.
type scope struct {
	taken identifiers
	valid func(name string) bool // what every name must be; nil if nothing
	free  func(name string) bool // what a name must also be that is not in the lock file; nil if nothing
	take  func(name string)      // called for each name; nil if nothing is to be done
}

// name gives each symbol a name: the chosen one; or the one it had; or else, first for those whose
// name in the spec is a Go name, the first wanted name that no other symbol has or had.
func (p *preparer) name(in scope, symbols []*symbol) {
	take := func(s *symbol, name string) {
		s.name = name
		in.taken[name] = true
		if in.take != nil {
			in.take(name)
		}
	}
	taken := func(name string) bool { return in.taken[name] || in.valid != nil && !in.valid(name) }
	for _, s := range symbols {
		if s.chosen != "" && !taken(s.chosen) {
			take(s, s.chosen)
		} else if s.chosen != "" {
			s.wanted, s.chosen = append([]string{s.chosen}, s.wanted...), ""
		}
	}
	for _, s := range symbols {
		if locked := p.lock.names[s.key]; s.name == "" && locked != "" && !taken(locked) {
			take(s, locked)
		}
	}
	unavailable := func(name string) bool {
		return taken(name) || p.locked[symbols[0].key.scope()][name] || in.free != nil && !in.free(name)
	}
	for exactness := range 3 {
		for _, s := range symbols {
			if s.name == "" && s.exactness() <= exactness {
				i := slices.IndexFunc(s.wanted, func(name string) bool { return !unavailable(name) })
				if i >= 0 {
					take(s, s.wanted[i])
				} else {
					take(s, naming.Free(s.wanted[len(s.wanted)-1], unavailable))
				}
			}
		}
	}
	for _, s := range symbols {
		locked := p.lock.names[s.key]
		reason := ""
		switch {
		case locked != "" && s.name != locked && s.chosen != "":
			reason = "x-go-name replaces the name " + locked + " of the lock file"
		case locked != "" && s.name != locked:
			reason = "the name " + locked + " of the lock file is taken"
		case locked != "" && s.name != s.wanted[0] && s.chosen == "":
			reason = "the lock file keeps the name"
		case s.name != s.wanted[0] && s.chosen == "" && taken(s.wanted[0]):
			reason = "the Go name " + s.wanted[0] + " is taken"
		case s.name != s.wanted[0] && s.chosen == "":
			reason = "the Go name " + s.wanted[0] + " has another meaning in the lock file"
		}
		if reason != "" {
			p.report.Add("go-names", s.pointer, s.given, s.name, reason)
		}
		p.lock.names[s.key] = s.name
	}
	for _, s := range symbols {
		if s.chosen != "" && p.locked[s.key.scope()][s.name] {
			p.lock.release(s.key)
		}
	}
}

// exactness is 0 if the name in the spec is the Go name, 1 if only letters differ in case, and else
// 2.
func (s *symbol) exactness() int {
	switch {
	case s.prefix+s.given == s.wanted[0]:
		return 0
	case strings.EqualFold(s.prefix+s.given, s.wanted[0]):
		return 1
	}
	return 2
}

// exported reports whether a name is an exported Go identifier.
func exported(name string) bool {
	return token.IsIdentifier(name) && token.IsExported(name)
}
