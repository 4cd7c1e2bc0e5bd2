package output

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/pflag"
)

// options parses flags.
func options(t *testing.T, arguments ...string) (*Options, error) {
	t.Helper()
	o := new(Options)
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	o.AddFlags(flags)
	if err := flags.Parse(arguments); err != nil {
		t.Fatal(err)
	}
	return o, o.Check(flags)
}

// printed returns what a document of an unknown form prints.
func printed(t *testing.T, document string, arguments ...string) (string, error) {
	t.Helper()
	o, err := options(t, arguments...)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = Raw(t.Context(), &out, o, strings.NewReader(document), nil)
	return out.String(), err
}

func TestRaw(t *testing.T) {
	const orders = `[{"Id":1,"Sum":12.50,"Buyer":{"Name":"Łucja"},"Items":[{"Q":3}]},{"Id":9007199254740993,"Note":"a\tb","Sum":1e2}]`
	for name, test := range map[string]struct {
		document  string
		arguments []string
		want      string
	}{
		"table":               {orders, nil, "ID                SUM    NOTE\n1                 12.50  \n9007199254740993  1e2    a b\n"},
		"table of columns":    {orders, []string{"--columns", "Buyer.Name,/Items/0/Q,id"}, "BUYER.NAME  /ITEMS/0/Q  ID\nŁucja       3           1\n                        9007199254740993\n"},
		"json":                {`{"b":1.0,"a":[]}`, []string{"-o", "json"}, "{\n  \"b\": 1.0,\n  \"a\": []\n}\n"},
		"ndjson":              {"\ufeff" + ` [ {"b" : 1.0} , 2 ] `, []string{"-o", "ndjson"}, "{\"b\":1.0}\n2\n"},
		"value":               {`"x"`, nil, "x\n"},
		"object":              {`{"Id":1,"Buyer":{"Name":"x","Age":2}}`, nil, "Id     1\nBuyer  {\"Name\":\"x\", \"Age\":2}\n"},
		"columns of a value":  {`{"Id":1,"Buyer":{"Name":"x"}}`, []string{"--columns", "Buyer.Name"}, "Buyer.Name  x\n"},
		"csv":                 {orders, []string{"--csv"}, "Id,Sum,Buyer,Items,Note\r\n1,12.50,\"{\"\"Name\"\":\"\"Łucja\"\"}\",\"[{\"\"Q\"\":3}]\",\r\n9007199254740993,1e2,,,a\tb\r\n"},
		"csv of a value":      {`{"Id":1,"B":true,"N":null}`, []string{"-o", "csv"}, "Id,B,N\r\n1,true,\r\n"},
		"csv of scalars":      {`[1.50,"x",""]`, []string{"--csv"}, "value\r\n1.50\r\nx\r\n\"\"\r\n"},
		"csv, empty":          {`[]`, []string{"--csv", "--columns", "Id,Name"}, "Id,Name\r\n"},
		"jq":                  {orders, []string{"--jq", `.[] | .Sum, .Id, .Buyer`}, "12.50\n1\n{\"Name\":\"Łucja\"}\n1e2\n9007199254740993\nnull\n"},
		"jq of each":          {orders, []string{"--jq", `.Buyer.Name`, "-o", "ndjson"}, "Łucja\nnull\n"},
		"jq, arithmetic":      {`[12.50,0.1]`, []string{"--jq", `add, length`}, "12.6\n2\n"},
		"jq, no environment":  {`{}`, []string{"--jq", `env, $ENV`}, "{}\n{}\n"},
		"jq, halt":            {`{}`, []string{"--jq", `1, halt, 2`}, "1\n"},
		"template":            {orders, []string{"--template", `{{range .}}{{.Id}}={{.Sum}}{{"\n"}}{{end}}`}, "1=12.50\n9007199254740993=1e2\n"},
		"template of each":    {orders, []string{"--template", `{{.Id}}`, "-o", "ndjson"}, "1\n9007199254740993\n"},
		"template, null":      {`[{"a":null,"b":[{"c":null}]},{"b":null}]`, []string{"--template", `{{range .}}[{{index . "a"}}{{range .b}}{{.c}}{{else}}-{{end}}{{with $x := .b}}{{else}}{{$x}}{{end}}{{template "t" .}}]{{end}}{{define "t"}}{{if .b}}{{(index .b 0).c}}{{else}}{{.b | json}}{{.b}}{{end}}{{end}}`}, "[][-null]\n"},
		"template, functions": {`{"a":["x",1.0],"b":{"c":"<ł>"}}`, []string{"--template", `{{join ", " .a}} {{json .b}}`}, "x, 1.0 {\"c\":\"<ł>\"}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := printed(t, test.document, test.arguments...)
			if err != nil || got != test.want {
				t.Errorf("%v\n got %q\nwant %q", err, got, test.want)
			}
		})
	}
}

// Errors say what is wrong, and show no data.
func TestErrorsOfDocuments(t *testing.T) {
	const data = `[{"Id":1,"Name":"canary","Items":[{"Q":1}]}]`
	for _, test := range []struct {
		document  string
		arguments []string
		want      string
		printed   string
	}{
		{data, []string{"--jq", ".[].Name + 1"}, "--jq: cannot add: string and number", ""},
		{data, []string{"--jq", ".[].Name[]"}, "--jq: cannot iterate over: string", ""},
		{data, []string{"--jq", ".[] | .[0]"}, "--jq: expected an array but got: object", ""},
		{data, []string{"--jq", `error("mine")`}, "--jq: error: mine", ""},
		{data, []string{"--jq", `"mine\n" | halt_error`}, "--jq: mine", ""},
		{data, []string{"--jq", `halt_error`}, "--jq: the filter calls halt_error", ""},
		{data, []string{"--template", "{{.Name}}"}, `--template: line 1: <.Name>: can't evaluate field Name in type []interface {}`, ""},
		{data, []string{"--template", "{{range .}}{{.Id}} {{.Nmae}}{{end}}"}, `--template: line 1: <.Nmae>: there is no field "Nmae" here; {{index . "Nmae"}} prints one that may be missing`, "1 "},
		{data, []string{"--columns", "Id,Nmae"}, `--columns "Nmae": nothing in the output has this field; did you mean Name?`, ""},
		{data, []string{"--columns", "Price", "--csv"}, `--columns "Price": nothing in the output has this field; it has Id, Items, Name`, ""},
		{data, []string{"--columns", "Items.0.P"}, `--columns "Items.0.P": nothing in the output has this field`, ""},
		{`[{"Id":1},canary]`, []string{"-o", "ndjson"}, "the response is not valid JSON: error at byte 10", "{\"Id\":1}\n"},
		{`[{"Id":1}`, []string{"--csv"}, "the response is not valid JSON: error at byte 9", "Id\r\n1\r\n"},
		{`[{"Id":1},{"Id":2`, nil, "the response is not valid JSON: error at byte 17", "ID\n1\n"},
		{`[1] canary`, []string{"-o", "ndjson"}, "the response is not valid JSON: error at byte 4", "1\n"},
		{`[1] [2]`, []string{"-o", "ndjson"}, "something follows its end", "1\n"},
		{``, []string{"-o", "json"}, "the response is empty: it has no JSON", ""},
		{`<html>`, []string{"-o", "json"}, "the response is not valid JSON: error at byte 0", ""},
	} {
		got, err := printed(t, test.document, test.arguments...)
		if err == nil || err.Error() != test.want || got != test.printed {
			t.Errorf("%q %q: got %q, %v", test.document, test.arguments, got, err)
		}
	}
}

func TestOptions(t *testing.T) {
	for arguments, want := range map[string]string{
		"-o xml":                         `--output "xml": use table, json, ndjson or csv`,
		"--csv=excel-fr":                 "--csv=excel-fr: use --csv, --csv=excel or --csv=excel-pl",
		"--csv -o json":                  "--csv and --output json cannot be used together",
		"--csv -o csv":                   "",
		"--csv-separator ;":              "--csv-separator has no effect without --csv",
		"--csv-bom -o csv":               "",
		"--csv --csv-separator x":        `--csv-separator "x": use a comma, a semicolon, | or tab`,
		"--csv --csv-decimal x":          `--csv-decimal "x": use a point or a comma`,
		"--jq . --template x":            "--jq and --template cannot be used together",
		"--jq . -o table":                "--jq and --output table cannot be used together: it reads JSON",
		"--template . --csv":             "--template and --output csv cannot be used together: it reads JSON",
		"--jq . --columns Id":            "--jq and --columns cannot be used together",
		"--columns Id -o json":           "--columns and --output json cannot be used together: use --jq to choose fields of JSON",
		"--columns a..b":                 `--columns "a..b": write it as a field, such as Id, as Items.0.Quantity, or as /Items/0/Quantity`,
		"--jq .[":                        "--jq: the filter ends too early: a bracket, quote or 'end' may be missing",
		"--jq .a|\n|.ł)":                 `--jq: unexpected "|" in line 2, column 1`,
		"--jq input":                     "--jq: input(s)/0 is not allowed",
		"--jq nosuch":                    "--jq: function not defined: nosuch/0",
		"--jq $x":                        "--jq: variable not defined: $x",
		"--jq import\t\"a\"\tas\ta;\t.":  `--jq: cannot load module: "a"`,
		"--template {{":                  "--template: line 1: unclosed action",
		"--template {{nosuch\t1}}":       `--template: line 1: function "nosuch" not defined`,
		"--csv --csv-decimal comma":      "",
		"--csv=excel-pl --csv-bom=false": "",
	} {
		_, err := options(t, strings.Split(arguments, " ")...)
		if got := fmt.Sprint(err); got != want && (err != nil || want != "") {
			t.Errorf("%s: got %s, want %s", arguments, got, want)
		}
	}
}

// A program that never ends, ends with the command.
func TestProgramsEndWithTheCommand(t *testing.T) {
	for _, arguments := range [][]string{
		{"--jq", "def f: f; f"}, {"--jq", "repeat(1)"}, {"--jq", "[range(1e18)]"},
		{"--template", "{{range 9000000000000000000}}{{end}}"}, {"--template", "{{range 9000000000000000000}}x{{end}}"},
	} {
		o, err := options(t, arguments...)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		end := errors.New("ended")
		go cancel(end)
		if err := Raw(ctx, io.Discard, o, strings.NewReader("{}"), nil); !errors.Is(err, end) {
			t.Errorf("%v: got %v", arguments, err)
		}
	}
}

// many is a long list of elements of about 100 bytes.
func many(count int, produced *int) iter.Seq2[jsontext.Value, error] {
	return func(yield func(jsontext.Value, error) bool) {
		for i := range count {
			*produced = i + 1
			if !yield(jsontext.Value(fmt.Sprintf(`{"Id":%d,"PurchaseDate":"2026-11-01","Note":"%s"}`, i, strings.Repeat("x", 60))), nil) {
				return
			}
		}
	}
}

// firstWrite notes how many elements existed when the first bytes were written.
type firstWrite struct{ produced, at *int }

func (f firstWrite) Write(p []byte) (int, error) {
	if *f.at == 0 {
		*f.at = *f.produced
	}
	return len(p), nil
}

// A long list is printed as it arrives.
func TestListsStream(t *testing.T) {
	for _, arguments := range [][]string{
		{"-o", "table"}, {"--columns", "Id"}, {"-o", "json"}, {"-o", "ndjson"}, {"--csv"}, {"--csv", "--columns", "Id,Note"},
		{"--jq", ".Id", "-o", "ndjson"}, {"--template", "{{.Id}}", "-o", "ndjson"},
	} {
		o, err := options(t, arguments...)
		if err != nil {
			t.Fatal(err)
		}
		produced, at := 0, 0
		if err := RawList(t.Context(), firstWrite{&produced, &at}, o, many(1000, &produced), nil); err != nil || produced != 1000 || at > sampleSize {
			t.Errorf("%v: %v, %d elements, first bytes after %d", arguments, err, produced, at)
		}
	}
}

// A list ends where it cannot be written, in every format.
func TestListsEndWithTheirReader(t *testing.T) {
	for _, arguments := range [][]string{
		{"-o", "table"}, {"--columns", "Id"}, {"-o", "json"}, {"-o", "ndjson"}, {"--csv"},
		{"--jq", ".Id", "-o", "ndjson"}, {"--jq", ".[]"}, {"--template", "{{.Id}}", "-o", "ndjson"}, {"--template", "{{range .}}{{.Id}}{{end}}"},
	} {
		o, err := options(t, arguments...)
		if err != nil {
			t.Fatal(err)
		}
		produced := 0
		err = RawList(t.Context(), failing{}, o, many(1000, &produced), nil)
		if !errors.Is(err, errFull) || err.Error() != errFull.Error() || o.Format != Table && o.program == nil && produced > sampleSize {
			t.Errorf("%v: %v after %d elements", arguments, err, produced)
		}
	}
}

var errFull = errors.New("no space left")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }

// Typed values print by their own rows, unless columns are chosen.
func TestTypedValues(t *testing.T) {
	type status struct {
		ID   int    `json:"Id"`
		Name string `json:",omitempty"`
		Kind string `json:"Kind,omitempty"`
	}
	list := func(yield func(status, error) bool) {
		_ = yield(status{ID: 1}, nil) && yield(status{2, "", "x"}, nil)
	}
	rows := Rows[status]{Heading: []string{"ID", "TWICE"}, Row: func(s status) []any { return []any{s.ID, 2 * s.ID} }}
	for arguments, want := range map[string]string{
		"-o table":              "ID  TWICE\n1   2\n2   4\n",
		"--columns Id,Kind":     "ID  KIND\n1   \n2   x\n",
		"--csv":                 "Id,Kind\r\n1,\r\n2,x\r\n",
		"--csv --columns Kind":  "Kind\r\n\"\"\r\nx\r\n",
		"--jq .[1].Kind":        "x\n",
		"--template {{len\t.}}": "2\n",
	} {
		o, err := options(t, strings.Split(arguments, " ")...)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := List(t.Context(), &out, o, list, rows); err != nil || out.String() != want {
			t.Errorf("%s: %v\n got %q\nwant %q", arguments, err, out.String(), want)
		}
	}
	o, _ := options(t, "--columns", "Id,Nmae")
	if err := Value(t.Context(), io.Discard, o, status{}, nil); err == nil || !strings.Contains(err.Error(), `--columns "Nmae"`) {
		t.Errorf("got %v", err)
	}
}
