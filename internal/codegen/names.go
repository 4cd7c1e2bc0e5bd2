package codegen

import (
	"go/token"
	"strings"
	"unicode"

	"github.com/xsale-go/xsale/internal/spec/naming"
)

// initialisms are written in capitals, as Go does: those of its own style, and those of this trade.
var initialisms = map[string]string{}

func init() {
	for _, word := range strings.Fields(`ACL API ASCII CPU CSS CSV DB DNS EAN EOF ERP GID GUID HTML HTTP HTTPS IBAN ID IP
		JSON KSEF NIP PDF QPS RAM REGON RPC SIP SKU SLA SMTP SQL SSH TCP TLS TTL UDP UI UID URI URL UTF8 UUID VAT VM XML XSRF XSS`) {
		initialisms[strings.ToLower(word)] = word
	}
	for _, word := range strings.Fields("API GUID ID IP NIP PDF SKU UID URI URL UUID") {
		initialisms[strings.ToLower(word)+"s"] = word + "s"
	}
}

// goName turns any name into an exported Go identifier: order_id and OrderId become OrderID, zamówienie Zamowienie, 2fa
// N2fa. A name without a letter or digit that could be kept becomes the fallback.
func goName(name, fallback string) string {
	var joined strings.Builder
	for _, part := range splitWords(naming.WithoutMarks(name)) {
		if word, ok := initialisms[strings.ToLower(part)]; ok {
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

// splitWords splits a name at what is neither an ASCII letter nor a digit, and at the capitals of camel case.
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
			nextIsLower := i+1 < len(characters) && unicode.IsLower(characters[i+1]) && !endsPlural(characters, i+1)
			if unicode.IsLower(previous) || unicode.IsDigit(previous) || unicode.IsUpper(previous) && nextIsLower {
				flush()
			}
		}
		word = append(word, byte(r))
	}
	flush()
	return words
}

// endsPlural reports whether the s at i ends an initialism in the plural, as in IDs.
func endsPlural(characters []rune, i int) bool {
	return characters[i] == 's' && (i+1 == len(characters) || !unicode.IsLower(characters[i+1])) && i >= 2 && unicode.IsUpper(characters[i-2])
}

// identifiers are the names that are taken in a scope.
type identifiers map[string]bool

// take returns a name that is free in the scope, and takes it: the given one, that with the suffix, or that with a number.
func (taken identifiers) take(name, suffix string) string {
	if taken[name] {
		name = naming.Free(name+suffix, func(name string) bool { return taken[name] })
	}
	taken[name] = true
	return name
}

// isExported reports whether a name can be used for Go as it is.
func isExported(name string) bool {
	return token.IsIdentifier(name) && token.IsExported(name)
}
