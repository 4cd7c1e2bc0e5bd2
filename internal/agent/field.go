package agent

import (
	"slices"
	"strings"
	"unicode"

	"github.com/xsale-go/xsale/internal/spec/naming"
)

// field is what the names around a value say about it.
type field struct {
	kind       string // of the personal data that the name promises; empty for none
	unnamed    string // kind of a value that is masked anyway
	personal   bool   // inside of a person, a company or an address
	business   bool   // a name, a code or a text of something that is for sale, or of a setting
	identifier bool
	code       bool // is about the business, and its digits mean nothing
	page       bool // names the next page of a list
	secret     bool // nobody sees it
}

// newField looks at the name of a value, and at those of the objects around it.
func newField(root, location, name string) field {
	own := words(name)
	f := field{kind: kindOf(own), secret: isSecret(own), identifier: hasLast(own, []string{"id", "guid", "uuid", "uid"}), page: pageToken(own)}
	owner := root
	for segment := range strings.SplitSeq(location, "/") {
		around := words(segment)
		if len(around) == 0 || slices.Equal(around, own) || owner == root && len(around) == 1 && hasAny(around, containers) {
			continue
		}
		owner = segment
		f.personal = f.personal || hasAny(around, persons)
	}
	f.personal = f.personal || hasAny(own, persons) || owner == root && hasAny(words(root), persons)
	f.business = !f.personal && isBusiness(own, words(owner))
	f.code = f.business && hasLast(own, []string{"number", "numer", "nr", "no", "sku", "ean", "gtin*", "isbn*", "code", "kod", "symbol*", "version*"})
	f.unnamed = "text"
	if f.personal && (len(own) == 0 || hasAny(own, []string{"name", "nazw*", "title", "label"}) || hasAny(own, persons)) {
		f.unnamed = "person"
	}
	return f
}

// isBusiness reports whether a field is about goods or settings: because of its own name, or because
// of the word before it or the object around it, as in StatusName and in the Name of a Status.
func isBusiness(own, owner []string) bool {
	for len(own) > 0 && isWord(own[len(own)-1], "pl", "en", "de", "text", "value") && len(own) > 1 {
		own = own[:len(own)-1] // such as NamePl
	}
	if len(own) == 0 {
		return hasLast(owner, things)
	}
	last, before := own[len(own)-1], own[:len(own)-1]
	for len(before) > 0 && isWord(before[len(before)-1], "short", "full", "long", "display", "public", "original", "default", "internal", "external") && !hasAny([]string{last}, []string{"number", "numer", "nr"}) {
		before = before[:len(before)-1]
	}
	if len(before) == 0 {
		before = owner
	}
	switch {
	case hasAny([]string{last}, telling):
		return true
	case hasAny([]string{last}, []string{"name", "nazw*", "title", "tytul*", "label", "code", "kod", "symbol*"}):
		return hasLast(before, things)
	case hasAny([]string{last}, []string{"number", "numer", "nr", "no"}):
		return hasLast(before, []string{"order", "zamowieni*", "external*", "obcy*", "document*", "dokument*", "invoice*", "faktur*", "serial", "line", "item", "version*", "batch*"})
	case hasAny([]string{last}, []string{"description*", "opis", "text", "content*", "tresc*", "value", "wartosc*", "url", "link", "slug", "image", "translation*"}):
		return hasLast(before, goods)
	}
	return false
}

// Words in English and, without diacritics, in Polish. Those with an asterisk are beginnings.
var (
	// telling are fields that are about the business whatever they belong to.
	telling = []string{
		"status", "type", "typ", "kind", "rodzaj*", "currency", "walut*", "unit", "jednostk*", "sku", "ean", "gtin*", "isbn*", "language*", "jezyk*",
		"culture*", "locale*", "version*", "brand", "marka", "model", "color", "colour", "kolor*", "size", "rozmiar*", "format*", "priority*",
		"channel", "platform*", "marketplace*", "method*", "metod*", "warehouse*", "magazyn*", "category", "kategori*",
		"country", "kraj*",
	}
	// goods have descriptions that anybody may read.
	goods = []string{
		"article*", "artyku*", "towar*", "product*", "produkt*", "offer*", "ofert*", "variant*", "wariant*", "item", "translation*", "tlumacz*",
		"category", "kategori*", "status",
	}
	// things have names that are not those of people.
	things = append([]string{
		"good", "integration*", "integracj*", "parameter*", "parametr*", "attribute*", "atrybut*", "feature*", "cech", "stock", "form", "method*",
		"metod*", "sposob*", "currency", "walut*", "price", "cen", "tax", "vat", "rate", "tag", "unit", "jednostk*", "organization*",
		"organizacj*", "organisation*", "brand", "mark", "manufacturer*", "producer*", "producent*", "language*", "jezyk*", "country",
		"kraj*", "type", "typ", "kind", "catalog*", "katalog*", "collection*", "channel", "platform*", "marketplace*", "carrier*", "courier*",
		"kurier*", "set", "bundle*", "promotion*", "promocj*", "discount*", "rabat*", "dictionary*", "slownik*", "template*", "szablon*", "group",
		"grup*", "role", "permission*", "setting*", "plan", "warehouse*", "magazyn*", "line", "position*", "pozycj*", "error",
	}, goods...)
	// containers are fields around a response, which say nothing about it.
	containers = []string{"item", "value", "data", "result", "record", "list", "content", "element", "row", "entry", "page", "response", "payload"}
	// persons have data that is personal throughout.
	persons = []string{
		"buyer*", "purchaser*", "recipient*", "receiver*", "payer*", "payor*", "customer*", "client*", "klient*", "contractor*", "contrahent*",
		"kontrahent*", "person*", "people", "user", "uzytkowni*", "contact*", "kontakt*", "address*", "adres*", "employee*", "staff", "owner",
		"sender*", "consignee*", "guest", "patient*", "subscriber*", "beneficiary*", "holder*", "signer*", "author*", "creator*", "nabyw*", "kupuj*",
		"odbior*", "platnik*", "osob*", "pracowni*", "nadawc*", "wlascici*", "zamawiaj*", "adresat*", "seller*", "sprzedawc*", "vendor*", "supplier*",
		"dostawc*", "opiekun*", "kierowc*", "driver", "podatni*", "podmiot*", "party", "company*", "firm", "member", "agent",
		"assignee*", "assigned*", "by", "me", "profile*", "profil*", "account", "konto*", "issuer*", "debtor*", "creditor*", "tenant*", "student*",
		"teacher*", "doctor*", "passenger*", "traveler*", "resident*", "citizen*", "candidate*", "applicant*", "lead", "attendee*", "participant*",
	}
)

// kinds are the kinds of personal data, by the words of fields, and by what joined words contain.
var kinds = []struct {
	kind   string
	words  []string
	inside []string
}{
	{"email", []string{"mail", "mailbox*"}, []string{"email"}},
	{"phone", []string{"phone*", "telephone*", "mobile", "cell", "tel", "telefon*", "fax*", "faks*", "komork*", "gsm", "msisdn", "whatsapp"}, []string{"phone"}},
	{"ip", []string{"ip"}, []string{"ipaddr", "useragent", "remoteaddr"}},
	{"tax-number", []string{
		"nip", "pesel*", "regon*", "krs", "passport*", "paszport*", "dowod*", "ssn", "eori", "licence", "license", "vatin", "tin",
	}, []string{"vatid", "taxid", "taxnum", "vatnum", "taxno", "vatno", "nationalid", "identitycard"}},
	{"account", []string{"iban", "nrb", "rachun*", "card", "karta", "karty", "bic", "swift", "bank"}, []string{"bankaccount", "accountnum", "accountno", "numerkonta"}},
	{"address", []string{
		"street*", "ulic*", "city", "town", "miast*", "miejscowos*", "zip", "zipcode", "postal*", "postcode*", "pocztow*", "house", "flat", "apartment*",
		"lokal*", "building*", "county", "powiat*", "gmin*", "wojewodztw*", "latitude*", "longitude*", "lat", "lng", "lon", "locker*", "paczkomat*",
	}, []string{"housenum", "flatnum"}},
	{"company", []string{"company", "firm", "firma", "spolk*"}, []string{"companyname"}},
	{"person", []string{
		"surname*", "forename*", "nick", "nickname*", "username*", "login", "imie", "imion*", "nazwisk*", "initials", "salutation",
	}, []string{"firstname", "lastname", "givenname", "familyname", "middlename", "fullname", "username", "nickname"}},
	{"text", []string{
		"note", "notat*", "remark*", "comment*", "komentarz*", "message*", "wiadomos*", "uwag*", "instruction*", "instrukcj*", "birth*", "urodz*", "dob",
		"gender", "sex", "plec", "age", "wiek", "signature*", "podpis*", "avatar*", "photo*", "dedication*", "engraving*", "grawer*", "gift", "wish", "zyczen*",
	}, nil},
}

// kindOf returns the kind of personal data that the words of a name promise.
func kindOf(own []string) string {
	joined := strings.Join(own, "")
	for _, k := range kinds {
		if hasAny(own, k.words) || slices.ContainsFunc(k.inside, func(part string) bool { return strings.Contains(joined, part) }) {
			return k.kind
		}
	}
	return ""
}

// hasAny reports whether one of the words is one of others. Those with an asterisk are beginnings.
func hasAny(all, others []string) bool {
	return slices.ContainsFunc(all, func(word string) bool {
		return slices.ContainsFunc(others, func(other string) bool {
			if beginning, ok := strings.CutSuffix(other, "*"); ok {
				return strings.HasPrefix(word, beginning)
			}
			return isWord(word, other)
		})
	})
}

func hasLast(all, beginnings []string) bool {
	return len(all) > 0 && hasAny(all[len(all)-1:], beginnings)
}

// isWord reports whether a word is one of others, or their plural.
func isWord(word string, others ...string) bool {
	return slices.ContainsFunc(others, func(other string) bool {
		return word == other || word == other+"s" || word == other+"es" || strings.HasSuffix(other, "y") && word == other[:len(other)-1]+"ies"
	})
}

// words splits a name, such as BuyerEMail or adres_dostawy, into its words, in lower case and without
// diacritics. Digits do not count.
func words(name string) []string {
	name = naming.WithoutMarks(name)
	var all []string
	var word []rune
	letters := []rune(name)
	flush := func() {
		if len(word) > 0 {
			all = append(all, strings.ToLower(string(word)))
		}
		word = nil
	}
	for i, r := range letters {
		if !unicode.IsLetter(r) {
			flush()
			continue
		}
		upper := unicode.IsUpper(r)
		if i > 0 && upper && (unicode.IsLower(letters[i-1]) || i+1 < len(letters) && unicode.IsLower(letters[i+1])) {
			flush()
		}
		word = append(word, r)
	}
	flush()
	if i := slices.Index(all, "e"); i >= 0 && i+1 < len(all) && strings.HasPrefix(all[i+1], "mail") { // EMail
		all = slices.Replace(all, i, i+2, all[i+1])
	}
	return all
}

// lastSegment returns the last segment of a path template that is not a variable.
func lastSegment(path string) string {
	last := ""
	for segment := range strings.SplitSeq(path, "/") {
		if segment != "" && !strings.Contains(segment, "{") {
			last = segment
		}
	}
	return last
}

// isSecret reports whether a field has a secret. Page tokens are not secrets.
func isSecret(own []string) bool {
	joined := strings.Join(own, "")
	for _, part := range []string{
		"password", "passwd", "passphrase", "secret", "token", "apikey", "privatekey", "accesskey", "haslo", "credential", "authorization",
		"pickupcode", "accesscode", "verificationcode", "kododbioru",
	} {
		if strings.Contains(joined, part) {
			return !pageToken(own)
		}
	}
	return hasAny(own, []string{"pin", "cvv", "cvc", "otp", "puk", "jwt"})
}

// pageToken reports whether a field names the next page of a list.
func pageToken(own []string) bool {
	return hasAny(own, []string{"cursor", "page", "continuation", "next", "sync"}) && hasLast(own, []string{"token", "cursor", "continuation"})
}
