package agent

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/mask"
	"github.com/xsale-go/xsale/internal/redact"
	"github.com/xsale-go/xsale/internal/spec/model"
)

// privacy decides what an agent sees of the API's data. It masks all strings except those that are
// known to be about the business, because nobody can list all fields with personal data of any spec.
type privacy struct {
	document   *contract.Document
	key        []byte // of the pseudonyms, random for each start
	unmask     bool
	vocabulary map[string]bool // words of the spec, for messages

	// identifiers are the names of variables in paths. An agent needs the values of such fields.
	identifiers map[string]bool
}

func newPrivacy(document *contract.Document, unmask bool) *privacy {
	return &privacy{document, random(32), unmask, vocabularyOf(document), identifiersOf(document)}
}

func identifiersOf(document *contract.Document) map[string]bool {
	all := map[string]bool{}
	for _, o := range document.Operations() {
		for _, p := range o.Parameters() {
			if own := words(p.Name); p.In == model.InPath && kindOf(own) == "" && !hasAny(own, persons) && !hasAny(own, []string{"name", "nazw*"}) {
				all[strings.Join(own, "")] = true
			}
		}
	}
	return all
}

// body returns the masked JSON of a body; ok is false if it is not JSON.
func (p *privacy) body(operation, path string, body []byte, rules func(any) contract.Rules) (masked []byte, ok bool) {
	m := &masking{privacy: p, root: lastSegment(path), fields: map[string]field{}}
	return m.json(operation, "", "", body, rules, 0)
}

// masking is the masking of one body.
type masking struct {
	*privacy
	root   string           // the last word of the path, which says what a response without other names is about
	fields map[string]field // by location without indices, and name
}

// json masks JSON that is at a location, which may be in a string.
func (m *masking) json(operation, at, name string, body []byte, rules func(any) contract.Rules, depth int) (masked []byte, ok bool) {
	masker := mask.Masker{Document: m.document, Replace: func(in mask.In, value string, suspect bool) string {
		return m.value(at+in.Location, cmp.Or(in.Name, name), value, suspect, depth)
	}}
	if !m.unmask {
		masker.DataNames = func(location string, names []string) bool { return m.dataNames(at+location, names) }
	}
	masked, _ = masker.Body(operation, body, rules)
	return masked, masked != nil
}

// dataNames reports whether the names in an object are data: if one of them cannot be the name of a
// field, or if the object is about persons and no name means anything, as in {"ByUser":{"nowak":2}}.
func (m *masking) dataNames(location string, names []string) bool {
	if slices.ContainsFunc(names, dataName.MatchString) {
		return true
	}
	around := words(location[strings.LastIndex(location, "/")+1:])
	return len(names) > 0 && hasAny(around, persons) && !slices.ContainsFunc(names, func(name string) bool {
		own := words(name)
		return m.known(name) || kindOf(own) != "" || hasAny(own, persons) || hasAny(own, things) || hasAny(own, telling)
	})
}

// dataName matches names that no field has.
var dataName = regexp.MustCompile(`[ ,]|.@|\d{5}`)

// field returns what the names around a value say.
func (m *masking) field(location, name string) field {
	key := withoutDigits(location) + " " + name
	of, ok := m.fields[key]
	if !ok {
		of = newField(m.root, location, name)
		of.identifier = of.identifier || of.kind == "" && m.identifiers[strings.Join(words(name), "")]
		m.fields[key] = of
	}
	return of
}

// maxNesting bounds how often JSON in a string may contain a string with JSON.
const maxNesting = 4

var (
	identifier = regexp.MustCompile(`^[\w.:|/+=~-]+$`)
	guid       = regexp.MustCompile(`^\{?[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?$`)
	digits     = regexp.MustCompile(`^-?\d+$`)
)

// value returns what an agent sees of a string or number.
func (m *masking) value(location, name, value string, suspect bool, depth int) string {
	value = clean(value)
	of := m.field(location, name)
	if of.secret {
		return redact.Mark
	}
	if nested := strings.TrimSpace(value); len(nested) > 1 && (nested[0] == '{' || nested[0] == '[') && json.Valid([]byte(nested)) {
		if depth == maxNesting {
			return m.pseudonym("text", value)
		}
		masked, _ := m.json("", location, name, []byte(nested), func(any) contract.Rules { return nil }, depth+1)
		return string(masked)
	}
	value = withoutTokens(value)
	if m.unmask {
		return value
	}
	switch {
	case (of.identifier || of.page) && keptIdentifier(of, value, suspect):
		return m.patterns(value, onlyTelling)
	case of.kind == "" && (!suspect || of.business):
		return m.patterns(value, !suspect || of.code)
	}
	return m.pseudonym(cmp.Or(wholePattern(value), of.kind, of.unnamed), value)
}

// keptIdentifier reports whether an agent sees an identifier, which it needs for the next call. Of what
// may identify a person, only numbers and GUIDs are.
func keptIdentifier(of field, value string, suspect bool) bool {
	switch {
	case guid.MatchString(value), digits.MatchString(value) && (!suspect || len(value) <= 8):
		return true
	case of.personal || of.kind != "":
		return false
	case digits.MatchString(value):
		return true
	}
	length := 128
	if of.page {
		length = 4096
	}
	return len(value) <= length && identifier.MatchString(value) && (of.page || strings.ContainsFunc(value, unicode.IsDigit)) && wholePattern(value) == ""
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
		if number := onlyDigits(value); len(number) >= 6 {
			value = number[max(0, len(number)-9):] // without the code of the country
		}
	case "tax-number", "account":
		value = strings.NewReplacer(" ", "", "-", "").Replace(strings.TrimPrefix(value, "pl"))
	}
	return value
}

func withoutDigits(value string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, value)
}

func onlyDigits(value string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, value)
}

// clean removes invisible characters: they could hide instructions from a person, or break a
// terminal. Tabs and line breaks stay.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Variation_Selector) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
