package agent

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"regexp"
	"strings"
	"unicode"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/mask"
	"github.com/xsale-go/xsale/internal/redact"
)

// privacy decides what an agent sees of the API's data. It masks all strings except those that are
// known to be about the business, because nobody can list all fields with personal data of any spec.
type privacy struct {
	document   *contract.Document
	key        []byte // of the pseudonyms, random for each start
	unmask     bool
	vocabulary map[string]bool // words of the spec, for messages
}

// body returns the masked JSON of a body; ok is false if it is not JSON.
func (p *privacy) body(operation, path string, body []byte, rules func(any) contract.Rules) (masked []byte, ok bool) {
	root := lastSegment(path)
	masker := mask.Masker{Document: p.document, Replace: func(in mask.In, value string, suspect bool) string {
		return p.value(root, in.Location, in.Name, value, suspect, 0)
	}}
	masked, _ = masker.Body(operation, body, rules)
	return masked, masked != nil
}

// maxNesting bounds how often JSON in a string may contain a string with JSON.
const maxNesting = 4

var (
	identifier = regexp.MustCompile(`^[\w.:|/+=~-]{1,128}$`)
	guid       = regexp.MustCompile(`^\{?[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?$`)
	digits     = regexp.MustCompile(`^-?\d+$`)
)

// value returns what an agent sees of a string or number. The root is the last word of the path of the
// operation, which says what a response without other names is about.
func (p *privacy) value(root, location, name, value string, suspect bool, depth int) string {
	value = clean(value)
	if secretName(name) && !strings.EqualFold(value, "null") {
		return redact.Mark
	}
	if nested := strings.TrimSpace(value); len(nested) > 1 && (nested[0] == '{' || nested[0] == '[') && json.Valid([]byte(nested)) {
		if depth == maxNesting {
			return p.pseudonym("text", value)
		}
		inner := mask.Masker{Document: p.document, Replace: func(in mask.In, value string, suspect bool) string {
			return p.value(root, location+in.Location, orElse(in.Name, name), value, suspect, depth+1)
		}}
		masked, _ := inner.Body("", []byte(nested), func(any) contract.Rules { return nil })
		return string(masked)
	}
	value = withoutTokens(value)
	if p.unmask {
		return value
	}
	of := newField(root, location, name)
	switch {
	case of.kind == "" && !suspect:
		return value
	case of.identifier && (guid.MatchString(value) || digits.MatchString(value)):
		if !suspect || !digits.MatchString(value) {
			return value
		}
	case of.identifier && !of.personal && identifier.MatchString(value) && strings.ContainsFunc(value, unicode.IsDigit):
		return p.patterns(value, onlyTelling)
	case of.business && of.kind == "":
		return p.patterns(value, allPatterns)
	}
	if kind := wholePattern(value); kind != "" {
		return p.pseudonym(kind, value)
	}
	if of.kind != "" {
		return p.pseudonym(of.kind, value)
	}
	return p.pseudonym("text", value)
}

// pseudonym returns the same name for the same value, for as long as the server runs, so that an agent
// can group by it. Nothing is stored, and without the key nobody can test a guess.
func (p *privacy) pseudonym(kind, value string) string {
	if p.isPseudonym(value) { // in JSON that came in a string
		return value
	}
	name := kind + "-" + p.code(nameLength, normalized(kind, value))
	return name + p.code(checkLength, name)
}

// A pseudonym is a kind, a code of the value, and a code of both, which proves that this server made it.
const (
	nameLength  = 9
	checkLength = 3
)

func (p *privacy) code(length int, text string) string {
	mac := hmac.New(sha256.New, p.key)
	mac.Write([]byte(text))
	return strings.ToLower(base32.StdEncoding.EncodeToString(mac.Sum(nil))[:length])
}

var pseudonyms = regexp.MustCompile(`(?:person|company|email|phone|address|tax-number|account|ip|text)-[a-z2-7]{12}\b`)

func (p *privacy) isPseudonym(text string) bool {
	return pseudonyms.FindString(text) == text && text != "" && p.code(checkLength, text[:len(text)-checkLength]) == text[len(text)-checkLength:]
}

// pseudonymIn returns a pseudonym of this server in a text, or an empty string.
func (p *privacy) pseudonymIn(text []byte) string {
	for _, found := range pseudonyms.FindAll(text, -1) {
		if p.isPseudonym(string(found)) {
			return string(found)
		}
	}
	return ""
}

// normalized returns a value without what people write in different ways.
func normalized(kind, value string) string {
	value = strings.ToLower(strings.Join(strings.Fields(value), " "))
	switch kind {
	case "phone":
		value = onlyDigits(value)
		value = value[max(0, len(value)-9):] // without the code of the country
	case "tax-number", "account":
		value = strings.NewReplacer(" ", "", "-", "").Replace(strings.TrimPrefix(value, "pl"))
	}
	return value
}

func onlyDigits(value string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, value)
}

func orElse(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return name
}

// clean removes characters that nobody sees: they could hide instructions from a person, or break a
// terminal. Tabs and line breaks stay.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Variation_Selector) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
