package pipeline

import (
	"math/rand/v2"
	"strings"
)

// author writes random specs in the style of ASP.NET tools. Equal seeds give equal specs.
type author struct {
	random  *rand.Rand
	version string // 2.0, 3.0 or 3.1
	schemas []string
	shapes  map[string]bool // templates of paths, without variable names
	ids     map[string]bool
}

func newAuthor(seed uint64) *author {
	random := rand.New(rand.NewPCG(seed, 1))
	return &author{random: random, version: pick(random, "2.0", "3.0", "3.1"), shapes: map[string]bool{}, ids: map[string]bool{}}
}

func pick[T any](random *rand.Rand, choices ...T) T { return choices[random.IntN(len(choices))] }

// chance is true once in n times.
func (a *author) chance(n int) bool { return a.random.IntN(n) == 0 }

// words are parts of harmless names.
var words = strings.Fields(`Order Customer Invoice Stock Article Price Status Document Warehouse Address Payment User Item Line Page
	Result Report Zamówienie Żółć Ilość Odpowiedź`)

// oddNames have a meaning in Go, in the generator or in generated code.
var oddNames = append(strings.Fields(`body ctx params context url json server r w c err request type range string len rsp req response
	New Client RawClient Params Error String Type Handler Unimplemented NewFake ServerInterface NewClient Operation Raw
	nil true iota int error any map func select go package import interface struct var const default switch fmt io http
	runtime strings errors bytes xml multipart mime wire xsale fake openapi_types strictnethttp options edit editors sent
	order-no OrderNo order_no orderNo ORDERNO $filter @odata.type x.y a/b ~tilde % 2fa 007 _ __ - 日本 id ID Id iD
	AdditionalProperties additionalProperties Get Set DecodeJSON MarshalJSON UnmarshalJSON Union union Response ResponseObject RequestObject
	Body ContentType Headers StatusCode Visit Value Method ApplyDefaults AsString FromString MergeString Discriminator
	ValueByDiscriminator Bytes Reader siw sh handler pathParam0 queryValues opts item example enum properties required
	init main _test Scheme Schema items allOf Zażółć`), "with space", "a b", "é")

func (a *author) word() string { return pick(a.random, words...) }

// propertyName returns a property name in one of the styles that services use.
func (a *author) propertyName() string {
	if a.chance(3) {
		return pick(a.random, oddNames...)
	}
	name := a.word() + a.word()
	switch a.random.IntN(4) {
	case 0:
		first := []rune(name)[:1]
		return strings.ToLower(string(first)) + strings.TrimPrefix(name, string(first))
	case 1:
		return a.word() + "_" + a.word()
	case 2:
		return a.word() + "-" + a.word()
	}
	return name
}

// schemaName returns a type name in one of the styles that .NET tools use.
func (a *author) schemaName() string {
	plain, other := a.word()+a.word(), a.word()
	switch a.random.IntN(16) {
	case 0:
		return plain + "[" + other + "]"
	case 1:
		return plain + "`1[[Acme.Api." + other + ", Acme.Api, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null]]"
	case 2:
		return plain + "«" + other + ",List«" + plain + "»»"
	case 3:
		return "Acme.Api.V" + pick(a.random, "1", "2") + "." + other
	case 4:
		return "Acme.Api." + plain + "+" + other
	case 5:
		return plain + "Of" + other + "Of" + plain
	case 6:
		return pick(a.random, oddNames...)
	case 7:
		return pick(a.random, "Get", "Create", "Update") + other + pick(a.random, "Params", "JSONBody", "JSONRequestBody", "200JSONResponse",
			"RequestObject", "ResponseObject", "Response", "Request", "defaultJSONResponse", "FormdataBody", "Option1", "Item", "Value")
	case 8:
		return "New" + pick(a.random, "Get", "Create", "Update") + other + pick(a.random, "Request", "RequestWithBody", "")
	case 9:
		return strings.ToLower(other)
	}
	return plain
}

// ref returns a reference to a component schema.
func (a *author) ref(name string) object {
	name = strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
	if a.chance(4) { // Swashbuckle writes references to generic types as URLs
		name = strings.NewReplacer("%", "%25", "`", "%60", "[", "%5B", "]", "%5D", " ", "%20").Replace(name)
	}
	if a.version == "2.0" {
		return object{"$ref": "#/definitions/" + name}
	}
	return object{"$ref": "#/components/schemas/" + name}
}

// openAPI3 is true for 3.0 and 3.1.
func (a *author) openAPI3() bool { return a.version != "2.0" }
