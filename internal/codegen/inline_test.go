package codegen

import (
	"regexp"
	"strings"
	"testing"
)

func enum(values string, more ...string) string {
	return `{"type":"string","enum":["` + strings.Join(strings.Split(values, " "), `","`) + `"]` + strings.Join(more, "") + `}`
}

func objectWith(fields ...string) string {
	return `{"type":"object","properties":{` + strings.Join(fields, ",") + `}}`
}

var enumTypes = regexp.MustCompile(`type (\w+) (?:string|int32|int64)\b`)

// typesOfFields returns the enum types in code, and then each field whose type is one.
func typesOfFields(code string) string {
	var found []string
	for _, enum := range enumTypes.FindAllStringSubmatch(code, -1) {
		found = append(found, enum[1])
	}
	for _, field := range regexp.MustCompile(`(\w+) \*?(?:\[\])?(\w+) .(?:query|json):`).FindAllStringSubmatch(code, -1) {
		if field[2] != "string" && field[2] != "int64" {
			found = append(found, field[1]+":"+field[2])
		}
	}
	return strings.Join(found, " ")
}

// Enums of the same values share a type.
func TestEnumsShareTypes(t *testing.T) {
	const numbers = `{"type":"integer","enum":[0,1]}`
	const named = `{"type":"integer","enum":[1,0],"x-enum-varnames":["Paid","New"]}`
	for _, test := range []struct{ name, schemas, paths, want string }{
		{"under the shortest name", `"Order":` + objectWith(`"state":`+enum("a b")) + `,"OrderLine":` + objectWith(`"state":`+enum("b a")), "", "OrderState State:OrderState State:OrderState"},
		{"of a component", `"State":` + enum("a b") + `,"Order":` + objectWith(`"first":`+enum("b a"), `"second":{"type":"array","items":`+enum("a b")+`}`), "", "State First:State Second:State"},
		{"of two components", `"One":` + enum("a b") + `,"Two":` + enum("a b") + `,"Order":` + objectWith(`"state":`+enum("b a")), "", "One OrderState Two State:OrderState"},
		{"with a title", `"Order":` + objectWith(`"a":`+enum("a b", `,"title":"order state"`), `"b":`+enum("a b", `,"title":"order state"`)), "", "OrderState A:OrderState B:OrderState"},
		{"with several titles", `"Order":` + objectWith(`"a":`+enum("a b", `,"title":"one"`), `"b":`+enum("a b", `,"title":"two"`)), "", "OrderA A:OrderA B:OrderA"},
		{"with the name of AutoRest", `"Order":` + objectWith(`"a":`+enum("a b", `,"x-ms-enum":{"name":"OrderState"}`)), "", "OrderState A:OrderState"},
		{"other values", `"Order":` + objectWith(`"a":`+enum("a b"), `"b":`+enum("a b c")), "", "OrderA OrderB A:OrderA B:OrderB"},
		{"other types", `"Order":` + objectWith(`"a":`+enum("0 1"), `"b":`+named), "", "OrderA OrderB A:OrderA B:OrderB"},
		{"numbers of one name", `"Order":` + objectWith(`"kind":`+numbers) + `,"Line":` + objectWith(`"Kind":`+numbers), "", "LineKind Kind:LineKind Kind:LineKind"},
		{"numbers of several names", `"Order":` + objectWith(`"kind":`+numbers, `"gender":`+numbers), "", "OrderGender OrderKind Gender:OrderGender Kind:OrderKind"},
		{"numbers that one names", `"Order":` + objectWith(`"a":`+numbers, `"b":`+named), "", "OrderA A:OrderA B:OrderA"},
		{"a parameter", `"Order":` + objectWith(`"state":`+enum("a b")), `"/a":{"get":{"operationId":"a","parameters":[{"name":"state","in":"query","schema":` + enum("a b") + `}],"responses":{"204":{"description":""}}}}`, "State State:State State:State"},
		{"parameters of the same name", "", `"/a":{"get":{"operationId":"a","parameters":[{"name":"state","in":"query","schema":` + enum("a b") + `}],"responses":{"204":{"description":""}}},
			"post":{"operationId":"b","parameters":[{"name":"state","in":"query","schema":` + enum("a") + `}],"responses":{"204":{"description":""}}}}`, "BState State State:State State:BState"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, _ := generateWith(t, nil, test.schemas, test.paths)
			if got := typesOfFields(code); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// The fields of a shared type keep their own comments, and the type has none of one of them.
func TestSharedEnumsKeepDescriptions(t *testing.T) {
	code, _ := generateWith(t, nil, `"Order":`+objectWith(`"a":`+enum("a b", `,"description":"the first"`), `"b":`+enum("a b", `,"description":"the second"`)), "")
	for _, want := range []string{"// A is the first. A OrderA", "// B is the second. B OrderA", "// OrderA is an inline schema of the spec. type OrderA string"} {
		if !strings.Contains(code, want) {
			t.Errorf("%q is missing in\n%s", want, code)
		}
	}
}

// If one of the owners of a shared type gets a value, the type stays with the first owner.
func TestLockKeepsSharedEnums(t *testing.T) {
	spec := func(order, line string) string {
		return `"Line":` + objectWith(`"state":`+enum(line)) + `,"Order":` + objectWith(`"state":`+enum(order))
	}
	for _, test := range []struct{ name, order, line, want string }{
		{"the first", "a b", "a b c", "LineState OrderState State:LineState State:OrderState"},
		{"the second", "a b c", "a b", "LineState OrderState State:LineState State:OrderState"},
		{"both", "a b c", "c b a", "LineState State:LineState State:LineState"},
	} {
		t.Run(test.name, func(t *testing.T) {
			lock := &Lock{}
			code, _ := generateWith(t, lock, spec("a b", "a b"), "")
			if got := typesOfFields(code); got != "LineState State:LineState State:LineState" {
				t.Fatalf("got %s", got)
			}
			code, renamed := generateWith(t, lock, spec(test.order, test.line), "")
			if got := typesOfFields(code); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if reported := len(renamed) > 0; reported != (test.name != "both") {
				t.Errorf("got changes of names %v", renamed)
			}
			// A component that comes later does not take over.
			code, _ = generateWith(t, lock, spec(test.order, test.line)+`,"AState":`+enum(test.order), "")
			if got := typesOfFields(code); got != "AState "+test.want {
				t.Errorf("got %s with a component, want AState %s", got, test.want)
			}
		})
	}
}
