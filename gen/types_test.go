package gen_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/gen"
)

// object has the methods of every generated type of a JSON object.
type object interface {
	json.Marshaler
	json.Unmarshaler
	Get(name string) (json.RawMessage, bool)
	Set(name string, value json.RawMessage) error
}

// objects creates a value of each generated type of a JSON object.
var objects = map[string]func() object{
	"CreateIntegration":    func() object { return new(gen.CreateIntegration) },
	"CreateOrder":          func() object { return new(gen.CreateOrder) },
	"CreateOrderItem":      func() object { return new(gen.CreateOrderItem) },
	"Created":              func() object { return new(gen.Created) },
	"Me":                   func() object { return new(gen.Me) },
	"Order":                func() object { return new(gen.Order) },
	"OrderItem":            func() object { return new(gen.OrderItem) },
	"OrderItemArticle":     func() object { return new(gen.OrderItemArticle) },
	"OrderSynchronization": func() object { return new(gen.OrderSynchronization) },
	"OrganizationInfo":     func() object { return new(gen.OrganizationInfo) },
	"ParameterDefinition":  func() object { return new(gen.ParameterDefinition) },
	"Status":               func() object { return new(gen.Status) },
	"Translation":          func() object { return new(gen.Translation) },
}

func typesOf(file *ast.File) []*ast.TypeSpec {
	var types []*ast.TypeSpec
	for _, declaration := range file.Decls {
		if general, ok := declaration.(*ast.GenDecl); ok {
			for _, spec := range general.Specs {
				if typ, ok := spec.(*ast.TypeSpec); ok {
					types = append(types, typ)
				}
			}
		}
	}
	return types
}

func TestObjectsKeepUnknownFields(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "types.gen.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range typesOf(file) {
		_, structure := typ.Type.(*ast.StructType)
		if name := typ.Name.Name; structure && !strings.HasSuffix(name, "Params") && objects[name] == nil {
			t.Errorf("%s is not in the table of this test", name)
		}
	}

	const exact = `12345678901234567890.123`
	for name, create := range objects {
		object := create()
		if got := reflect.TypeOf(object).Elem().Name(); got != name {
			t.Errorf("%s: got a %s", name, got)
		}
		if err := object.UnmarshalJSON([]byte(`{"Not in the spec": ` + exact + `}`)); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, found := object.Get("Not in the spec"); !found || string(got) != exact {
			t.Errorf("%s: got the unknown field %s, %v, want %s", name, got, found, exact)
		}
		if err := object.Set("Added", json.RawMessage(`1.10`)); err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(object)
		if err != nil || !strings.HasSuffix(string(data), `"Not in the spec":`+exact+`,"Added":1.10}`) {
			t.Errorf("%s: got %s, %v, want both unknown fields at the end", name, data, err)
		}

		fresh := create()
		if err := fresh.Set("First", json.RawMessage(`1`)); err != nil {
			t.Fatal(err)
		}
		if got, found := fresh.Get("First"); !found || string(got) != `1` {
			t.Errorf("%s: got the only unknown field %s, %v, want 1", name, got, found)
		}
	}
}

func TestKnownFieldsAreNotUnknown(t *testing.T) {
	for name, create := range objects {
		structure := reflect.TypeOf(create()).Elem()
		for field := range structure.Fields() {
			property, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if property == "-" {
				continue
			}
			for _, spelling := range []string{property, strings.ToLower(property), strings.ToUpper(property)} {
				object := create()
				if err := object.UnmarshalJSON(fmt.Appendf(nil, `{%q:null}`, spelling)); err != nil {
					t.Errorf("%s.%s: %v", name, spelling, err)
				}
				if got, found := object.Get(spelling); found {
					t.Errorf("%s.%s: got it as an unknown field: %s", name, spelling, got)
				}
				if err := object.Set(spelling, json.RawMessage(`null`)); err == nil {
					t.Errorf("%s.%s: set as an unknown field", name, spelling)
				}
				object = create() // one made in Go does not know its fields until it is marshaled
				if err := object.Set(spelling, json.RawMessage(`null`)); err != nil {
					t.Fatal(err)
				}
				if data, err := object.MarshalJSON(); err == nil {
					t.Errorf("%s.%s: marshaled twice: %s", name, spelling, data)
				}
			}
		}
	}
}

// Required fields are always marshaled, the others only when set.
func TestRequestsOmitUnsetFields(t *testing.T) {
	for want, value := range map[string]any{
		`{"BuyerId":0,"IntegrationId":0,"Items":[],"PayerId":0,"PaymentFormId":0,"PurchaseDate":null,"RecipientId":0}`: gen.CreateOrder{},
		`{"OfferId":0,"Quantity":null,"VariantId":0}`:                                                                  gen.CreateOrderItem{},
		`{"IntegrationType":0,"Name":""}`:                                                                              gen.CreateIntegration{},
		`{"IntegrationType":0,"IsActive":false,"Name":"","OrderSynchronization":{"ExportWithoutTransport":true}}`: gen.CreateIntegration{
			IsActive: new(false), OrderSynchronization: &gen.OrderSynchronization{ExportWithoutTransport: true},
		},
		`{"LanguageId":0}`: gen.Translation{},
		`{}`:               gen.ParameterDefinition{},
	} {
		if got, err := json.Marshal(value); err != nil || string(got) != want {
			t.Errorf("%T: got %s, %v, want %s", value, got, err, want)
		}
	}
}

func TestTranslationDistinguishesAbsentNullAndEmpty(t *testing.T) {
	for _, document := range []string{
		`{"LanguageId":2}`,
		`{"LanguageId":2,"Name":null}`,
		`{"LanguageId":2,"Name":""}`,
		`{"Description":null,"LanguageId":2,"Name":"Żółw"}`,
	} {
		var translation gen.Translation
		if err := json.Unmarshal([]byte(document), &translation); err != nil {
			t.Errorf("%s: %v", document, err)
		}
		if got, err := json.Marshal(translation); err != nil || string(got) != document {
			t.Errorf("%s: got %s, %v after a round trip", document, got, err)
		}
	}
}
