package agent

import (
	"math/big"
	"net/netip"
	"regexp"
	"strings"

	"github.com/xsale-go/xsale/internal/redact"
)

// pattern finds personal data by what it looks like.
type pattern struct {
	kind    string
	telling bool // also in an identifier, where digits mean nothing
	shape   *regexp.Regexp
	valid   func(match string) bool // nil if the shape is enough
}

// patternTable has the strictest patterns first, because a match is not looked at again.
var patternTable = []pattern{
	{"email", true, regexp.MustCompile(`(?i)[\p{L}\d._%+'-]+(?:@|%40|&#0*64;|&#x0*40;|\s?[(\[]at[)\]]\s?)[\p{L}\d-]+(?:\.[\p{L}\d-]+)+`), nil},
	{"account", true, regexp.MustCompile(`(?i)\bPL[ -]?\d{2}(?:[ -]?\d{4}){6}\b`), validIBAN},
	{"account", true, regexp.MustCompile(`\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b`), validIBAN},
	{"account", false, regexp.MustCompile(`\b\d{2}(?:[ -]?\d{4}){6}\b`), func(match string) bool { return validIBAN("PL" + match) }},
	{"account", false, regexp.MustCompile(`\b\d{4}(?:[ -]?\d{4}){2}[ -]?\d{3,4}\b`), validCard},
	{"ip", true, regexp.MustCompile(`\b(?:\d{1,3}\.){3}\d{1,3}\b`), validIP},
	{"ip", true, regexp.MustCompile(`(?i)[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,7}(?:\.\d{1,3}){0,3}`), validIP},
	{"tax-number", false, regexp.MustCompile(`\b\d{11}\b`), validPESEL},
	{"tax-number", false, regexp.MustCompile(`(?i)\b(?:PL[ -]?)?\d{3}[ -]?(?:\d{3}[ -]?\d{2}[ -]?\d{2}|\d{2}[ -]?\d{2}[ -]?\d{3})\b`), validNIP},
	{"phone", false, regexp.MustCompile(`(?:\+|\b00)[1-9]\d{0,2}[ \-.()/]*\d(?:[ \-.()/]*\d){6,12}\b`), nil},
	{"phone", false, regexp.MustCompile(`\b(?:48[ -]?)?[1-9]\d{2}([ -]?)\d{3}[ -]?\d{3}\b`), nil},
	{"phone", false, regexp.MustCompile(`\(\d{2,4}\) ?\d{2,4}(?:[ -]?\d{2,4}){1,3}\b`), nil},
	{"address", false, regexp.MustCompile(`(?i)\b(?:ul|al|os|pl)\.\s*[\p{L}\d. -]{2,40}?\d+[a-z]?(?:\s*[/m.]+\s*\d+)?`), nil},
	{"address", false, regexp.MustCompile(`(?i)\b(?:ulica|ulicy|aleja|aleje|osiedle|plac)\s+[\p{L}\d. -]{2,40}?\d+[a-z]?(?:\s*/\s*\d+)?`), nil},
	{"address", false, regexp.MustCompile(`\b\d{2}-\d{3}(?:\s+\p{Lu}[\p{L}-]+)*`), nil},
	{"address", false, regexp.MustCompile(`(?i)\b\d{1,5}[a-z]?\s+(?:\p{L}+\s+){1,3}(?:street|st|road|rd|avenue|ave|lane|drive|boulevard|blvd)\b\.?`), nil},
}

// telltale are characters. Every match contains at least one.
const telltale = "0123456789@[("

// Which patterns to look for.
const (
	allPatterns = false
	onlyTelling = true
)

// patterns replaces personal data in a text.
func (p *privacy) patterns(text string, only bool) string {
	if !strings.ContainsAny(text, telltale) {
		return text
	}
	for _, pattern := range patternTable {
		if only && !pattern.telling {
			continue
		}
		text = pattern.shape.ReplaceAllStringFunc(text, func(match string) string {
			if pattern.valid != nil && !pattern.valid(match) {
				return match
			}
			return p.pseudonym(pattern.kind, match)
		})
	}
	return text
}

// wholePattern returns the kind of personal data that a value is, or an empty string.
func wholePattern(value string) string {
	value = strings.TrimSpace(value)
	if !strings.ContainsAny(value, telltale) {
		return ""
	}
	for _, pattern := range patternTable {
		if pattern.shape.FindString(value) == value && value != "" && (pattern.valid == nil || pattern.valid(value)) {
			return pattern.kind
		}
	}
	return ""
}

var jwt = regexp.MustCompile(`\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?|(?i:\bbearer\s+)[\w.~+/-]{8,}=*`)

// withoutTokens redacts what looks like a token, whatever else is shown.
func withoutTokens(text string) string { return jwt.ReplaceAllLiteralString(text, redact.Mark) }

func validIP(match string) bool {
	_, err := netip.ParseAddr(match)
	return err == nil
}

// validIBAN checks the two check digits (ISO 7064, mod 97-10).
func validIBAN(match string) bool {
	compact := strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(match))
	if strings.HasPrefix(compact, "PL") && len(compact) != 28 || len(compact) < 15 || len(compact) > 34 {
		return false
	}
	var number strings.Builder
	for _, r := range compact[4:] + compact[:4] {
		if r >= 'A' && r <= 'Z' {
			number.WriteString(big.NewInt(int64(r - 'A' + 10)).String())
			continue
		}
		number.WriteRune(r)
	}
	value, ok := new(big.Int).SetString(number.String(), 10)
	return ok && new(big.Int).Mod(value, big.NewInt(97)).Int64() == 1
}

// validCard checks the digit of Luhn.
func validCard(match string) bool {
	sum := 0
	number := onlyDigits(match)
	for i := range number {
		digit := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			if digit *= 2; digit > 9 {
				digit -= 9
			}
		}
		sum += digit
	}
	return sum%10 == 0
}

// validPESEL checks the last digit of a Polish personal number.
func validPESEL(match string) bool {
	sum := 0
	for i, weight := range []int{1, 3, 7, 9, 1, 3, 7, 9, 1, 3} {
		sum += weight * int(match[i]-'0')
	}
	return (10-sum%10)%10 == int(match[10]-'0')
}

// validNIP checks the last digit of a Polish tax number.
func validNIP(match string) bool {
	number := onlyDigits(match)
	sum := 0
	for i, weight := range []int{6, 5, 7, 2, 3, 4, 5, 6, 7} {
		sum += weight * int(number[i]-'0')
	}
	return sum%11 == int(number[9]-'0')
}
