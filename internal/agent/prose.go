package agent

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/spec/model"
)

// prose returns a message of the API, such as a reason for a rejection. A message may quote a name,
// which has no pattern, so only words remain that the spec or the usual messages have. Short numbers
// remain, too.
func (p *privacy) prose(text string) string {
	text = withoutTokens(clean(text))
	if p.unmask {
		return text
	}
	masked := prosePart.ReplaceAllStringFunc(p.patterns(text, allPatterns), func(part string) string {
		if p.isPseudonym(part) || p.known(part) {
			return part
		}
		return unknownWord
	})
	for { // neighbors are one
		shorter := strings.ReplaceAll(masked, unknownWord+" "+unknownWord, unknownWord)
		if shorter == masked {
			return masked
		}
		masked = shorter
	}
}

const unknownWord = "[…]"

// prosePart matches a pseudonym, or a word with the digits and hyphens in it.
var prosePart = regexp.MustCompile(`\b(?:tax-number|[a-z]+)-[a-z2-7]{12}\b|[\p{L}\p{M}\d]+(?:['’_-][\p{L}\p{M}\d]+)*`)

// known reports whether all words of a part are known.
func (p *privacy) known(part string) bool {
	letters := strings.IndexFunc(part, unicode.IsLetter) >= 0
	if !letters {
		return len(onlyDigits(part)) <= 6
	}
	for _, word := range words(part) {
		if !p.vocabulary[word] && !usualWords[word] {
			return false
		}
	}
	return len(onlyDigits(part)) <= 4
}

// vocabularyOf returns the words in the names and texts of a spec. The values of examples are not
// among them.
func vocabularyOf(document *contract.Document) map[string]bool {
	v := vocabulary{}
	seen := map[*model.Schema]bool{}
	for _, o := range document.Operations() {
		spec := o.Spec()
		v.add(o.ID, o.Path, spec.Summary, spec.Description, strings.Join(spec.Tags, " "))
		for _, p := range o.Parameters() {
			v.add(p.Name, p.Description)
			v.schema(p.Schema, seen)
		}
		if spec.RequestBody != nil {
			for _, media := range spec.RequestBody.Content {
				v.schema(media.Schema, seen)
			}
		}
		for _, response := range spec.Responses {
			for _, media := range response.Content {
				v.schema(media.Schema, seen)
			}
		}
	}
	return v
}

type vocabulary map[string]bool

func (v vocabulary) add(texts ...string) {
	for _, text := range texts {
		for _, word := range words(text) {
			v[word] = true
		}
	}
}

func (v vocabulary) schema(ref *model.SchemaRef, seen map[*model.Schema]bool) {
	if ref == nil || ref.Value == nil || seen[ref.Value] {
		return
	}
	seen[ref.Value] = true
	schema := ref.Value
	v.add(ref.Ref[strings.LastIndex(ref.Ref, "/")+1:], schema.Title, schema.Description)
	for _, value := range schema.Enum {
		if text, ok := value.(string); ok {
			v.add(text)
		}
	}
	for name, property := range schema.Properties {
		v.add(name)
		v.schema(property, seen)
	}
	for _, parts := range []model.SchemaRefs{schema.AllOf, schema.AnyOf, schema.OneOf, {schema.Items, schema.Not, schema.AdditionalProperties.Schema}} {
		for _, part := range parts {
			v.schema(part, seen)
		}
	}
}

// usualWords are the words of messages about requests, in English and Polish, without diacritics.
var usualWords = func() map[string]bool {
	all := map[string]bool{}
	for _, word := range strings.Fields(`
a about above access active add address after again all allowed already also an and another any api are argument array as ask
at attempt available bad be because been before begin below between body both but by call can cannot cant change changed char
character characters check client code column conflict connection constraint contact contain contains content conversion convert
converted could count create created currently data database date deadline decimal deleted denied describe detail details
different digits does doesn doesnt done due duplicate duplicated each either element empty encoded end enter entity entry equal
error errors exactly exceed exceeded exceeds exception exist existing exists expected expired expression fail failed failure
false field fields file find following for forbidden foreign format found from function future gateway get given greater guid
had has have header id identifier if in incorrect index input insert integer internal invalid is isn isnt it item items its json
key later least length less letters limit line list locked long longer malformed match matches maximum may media message method
minimum missing model more most must name negative new no non none not null number object occurred of on one only operation or
order other out outside page parameter parse part path pattern per permission permitted please position positive possible
precision previous problem processed processing property provided queue range rate read record reference reject rejected
request requests require required requires resource response result retry route row rule same schema see send sent server
service set short should size some specified specify start state status still string submitted success successful
successfully such supported system than that the their then there these they this time timeout title to token too true try type
unable unauthorized unexpected unhandled unique unit unknown unprocessable unsupported until up update updated upload uri url
use used user uuid valid validation value values version violation wait was were when which while will with without wrong you
your zero bytes s t january february march april june july august september october november december
aby albo anulowano blad bledna bledne bledny bledow brak brakuje byc bylo co czas data daty do dodano dozwolona dozwolone dla
dlugosc dlugi dostepu dostepny duzo go i id identyfikator identyfikatorze ilosc inna inny istnieje jako jest jezeli juz klucz
konflikt kod kwota liczba liczby lub maksymalna miec minimalna moze mozna musi na nalezy nazwa nie niedozwolona niedozwolone
niepoprawna niepoprawne niepoprawny nieprawidlowa nieprawidlowe nieprawidlowy nieznana nieznany numer numerem numerze o obiekt odmowa od
odpowiedz oraz parametr pola pole polu podac podano podany ponownie poprawna poprawny poza przekroczono przez pusta puste pusty
rekord serwera sie sprobuj status statusu ta ten to typ tylko uprawnien usunieto w wartosc wartosci wymagana wymagane wymagany
wystapil z za zadanie zadania zajety zakres zamowienia zamowienie zbyt ze zmieniono znaleziono znakow znak
`) {
		all[word] = true
	}
	return all
}()
