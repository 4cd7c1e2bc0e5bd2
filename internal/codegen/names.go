package codegen

import (
	"go/token"
	"strings"
	"unicode"

	"github.com/xsale-go/xsale/internal/spec/naming"
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

// identifiers are the names that a scope declares.
type identifiers map[string]bool

// take declares and returns the first free name of: name, name with the suffix, both with a number.
func (taken identifiers) take(name, suffix string) string {
	if taken[name] {
		name = naming.Free(name+suffix, func(name string) bool { return taken[name] })
	}
	taken[name] = true
	return name
}

// exported reports whether a name is an exported Go identifier.
func exported(name string) bool {
	return token.IsIdentifier(name) && token.IsExported(name)
}
