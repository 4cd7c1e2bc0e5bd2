package gen_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/xsale-go/xsale/gen"
)

// object is what every generated type of a JSON object offers.
type object interface {
	json.Marshaler
	json.Unmarshaler
	Get(name string) (json.RawMessage, bool)
	Set(name string, value json.RawMessage) error
}

// objects makes one value of each generated type of a JSON object.
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

func TestNoExportedFieldLosesDigits(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		count, lossy := lossyFields(file)
		checked += count
		for _, field := range lossy {
			t.Errorf("%s: %s", name, field)
		}
	}
	if checked < 50 {
		t.Errorf("only %d fields were found to check", checked)
	}
}

func TestLossyFieldsAreFound(t *testing.T) {
	for declaration, want := range map[string]string{
		"type Order struct { Price float64 }":                            "Order.Price is a float64",
		"type Order struct { Price, Net float32 }":                       "Order.Price is a float32; Order.Net is a float32",
		"type Order struct { Price *float64 }":                           "Order.Price is a float64",
		"type Order struct { Extra interface{} }":                        "Order.Extra is an interface{}",
		"type Order struct { Extra []any }":                              "Order.Extra is an any",
		"type Order struct { Extra map[string]interface{} }":             "Order.Extra is an interface{}",
		"type Order struct { Price wire.Nullable[float64] }":             "Order.Price is a float64",
		"type Order struct { Lines []struct { Price float64 } }":         "Order.Lines is a float64",
		"type Order struct { Price wire.Decimal; price float64 }":        "",
		"type order struct { Price float64 }":                            "",
		"type Order struct { Extra map[string]json.RawMessage; id any }": "",
		"type Order struct { Client HttpRequestDoer }":                   "",
		"type Price = float64":                                           "Price is a float64",
		"type Prices []float64":                                          "Prices is a float64",
		"type Doer interface { Do(any) float64 }":                        "",
		"type Editor func(any) float64":                                  "",
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "", "package gen\n"+declaration, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, lossy := lossyFields(file); strings.Join(lossy, "; ") != want {
			t.Errorf("%s: got %q, want %q", declaration, lossy, want)
		}
	}
}

// lossyFields names the exported types and fields that hold a float or an empty interface, into which encoding/json
// reads numbers as floats, and counts all that it looked at.
func lossyFields(file *ast.File) (checked int, lossy []string) {
	check := func(name string, typ ast.Expr) {
		checked++
		ast.Inspect(typ, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.SelectorExpr, *ast.FuncType:
				return false // a type of another package; a function is no JSON
			case *ast.InterfaceType:
				if len(node.Methods.List) == 0 {
					lossy = append(lossy, name+" is an interface{}")
				}
				return false
			case *ast.Ident:
				switch node.Name {
				case "float32", "float64":
					lossy = append(lossy, name+" is a "+node.Name)
				case "any":
					lossy = append(lossy, name+" is an any")
				}
			}
			return true
		})
	}
	for _, typ := range typesOf(file) {
		if !typ.Name.IsExported() {
			continue
		}
		structure, ok := typ.Type.(*ast.StructType)
		if !ok {
			check(typ.Name.Name, typ.Type)
			continue
		}
		for _, field := range structure.Fields.List {
			for _, name := range field.Names {
				if name.IsExported() {
					check(typ.Name.Name+"."+name.Name, field.Type)
				}
			}
		}
	}
	return checked, lossy
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

func TestEveryObjectKeepsUnknownMembers(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "types.gen.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range typesOf(file) {
		_, isStruct := typ.Type.(*ast.StructType)
		if name := typ.Name.Name; isStruct && !strings.HasSuffix(name, "Params") && objects[name] == nil {
			t.Errorf("%s is not in the table of this test", name)
		}
	}

	const exact = `12345678901234567890.123`
	for name, make := range objects {
		object := make()
		if got := reflect.TypeOf(object).Elem().Name(); got != name {
			t.Errorf("%s stands in the table for %s", got, name)
		}
		if err := object.UnmarshalJSON([]byte(`{"Nowhere described": ` + exact + `}`)); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, found := object.Get("Nowhere described"); !found || string(got) != exact {
			t.Errorf("%s keeps %s, %v", name, got, found)
		}
		if err := object.Set("Added", json.RawMessage(`1.10`)); err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(object)
		if err != nil || !strings.HasSuffix(string(data), `"Nowhere described":`+exact+`,"Added":1.10}`) {
			t.Errorf("%s is written as %s, %v", name, data, err)
		}

		fresh := make()
		if err := fresh.Set("First", json.RawMessage(`1`)); err != nil {
			t.Fatal(err)
		}
		if got, found := fresh.Get("First"); !found || string(got) != `1` {
			t.Errorf("%s: the first member that is set is %s, %v", name, got, found)
		}
	}
}

func TestDescribedMembersAreNotAmongTheUnknown(t *testing.T) {
	for name, make := range objects {
		structure := reflect.TypeOf(make()).Elem()
		for field := range structure.Fields() {
			member, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if member == "-" {
				continue
			}
			for _, spelling := range []string{member, strings.ToLower(member), strings.ToUpper(member)} {
				object := make()
				if err := object.UnmarshalJSON(fmt.Appendf(nil, `{%q:null}`, spelling)); err != nil {
					t.Errorf("%s.%s: %v", name, spelling, err)
				}
				if got, found := object.Get(spelling); found {
					t.Errorf("%s.%s is among the unknown members: %s", name, spelling, got)
				}
				if err := object.Set(spelling, json.RawMessage(`null`)); err != nil {
					t.Fatal(err)
				}
				if data, err := object.MarshalJSON(); err == nil {
					t.Errorf("%s.%s is written twice: %s", name, spelling, data)
				}
			}
		}
	}
}

// TestAbsentMembersOfARequestAreLeftOut guards the tags: what is required is always written, the rest only when set.
func TestAbsentMembersOfARequestAreLeftOut(t *testing.T) {
	for want, value := range map[string]any{
		`{"BuyerId":0,"IntegrationId":0,"Items":null,"PayerId":0,"PaymentFormId":0,"PurchaseDate":null,"RecipientId":0}`: gen.CreateOrder{},
		`{"OfferId":0,"Quantity":null,"VariantId":0}`:                                                                    gen.CreateOrderItem{},
		`{"IntegrationType":0,"Name":""}`:                                                                                gen.CreateIntegration{},
		`{"IntegrationType":0,"IsActive":false,"Name":"","OrderSynchronization":{"ExportWithoutTransport":false}}`: gen.CreateIntegration{
			IsActive: new(false), OrderSynchronization: &gen.OrderSynchronization{ExportWithoutTransport: new(false)},
		},
		`{"LanguageId":0}`: gen.Translation{},
		`{}`:               gen.ParameterDefinition{},
	} {
		if got, err := json.Marshal(value); err != nil || string(got) != want {
			t.Errorf("%T: got %s, %v, want %s", value, got, err, want)
		}
	}
}

func TestTranslationKeepsAbsentNullAndTextApart(t *testing.T) {
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
			t.Errorf("%s is written back as %s, %v", document, got, err)
		}
	}
}
