package spreadsheet

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/pflag"

	"github.com/xsale-go/xsale/internal/output"
)

// cells are values of the API, what a Polish spreadsheet must show, and whether it may count with them.
var cells = []struct {
	value  string
	want   string // as text, numbers with a point
	number bool
}{
	{`548.90`, "548.9", true},
	{`0.07`, "0.07", true},
	{`-1234567.89`, "-1234567.89", true},
	{`-5`, "-5", true},
	{`12345678901`, "12345678901", true},
	{`"Zażółć gęślą jaźń"`, "Zażółć gęślą jaźń", false},
	{`"ZAŻÓŁĆ; \"GĘŚLĄ\", JAŹŃ"`, "ZAŻÓŁĆ; \"GĘŚLĄ\", JAŹŃ", false},
	{`"5901234123457"`, "5901234123457", false},
	{`5901234123457`, "5901234123457", false},
	{`"61109010140000071219812874"`, "61109010140000071219812874", false},
	{`123456789012345678901`, "123456789012345678901", false},
	{`"0042"`, "0042", false},
	{`"12.50"`, "12.50", false},
	{`"1,50"`, "1,50", false},
	{`"1-2"`, "1-2", false},
	{`"10.12"`, "10.12", false},
	{`"1E5"`, "1E5", false},
	{`"3 maja"`, "3 maja", false},
	{`"maj 5"`, "maj 5", false},
	{`"12\" monitor"`, "12\" monitor", false},
	{`"5;6"`, "5;6", false},
	{`"+48 601 234 567"`, "+48 601 234 567", false},
	{`"00-950 Warszawa"`, "00-950 Warszawa", false},
	{`"PRAWDA"`, "PRAWDA", false},
	{`"=1+1"`, "'=1+1", false},
	{`"@SUM(A1:A9)"`, "'@SUM(A1:A9)", false},
	{`"-2+3+cmd|' /C calc'!A0"`, "-2+3+cmd|' /C calc'!A0", false},
	{`"=HYPERLINK(\"http://127.0.0.1/?\"&A1;\"ok\")"`, `'=HYPERLINK("http://127.0.0.1/?"&A1;"ok")`, false},
	{`"a;=1+1"`, "a;=1+1", false},
	{`"a,=1+1"`, "a,'=1+1", false},
	{`"a\n=1+1"`, "a\n'=1+1", false},
	{`"＝1+1"`, "'＝1+1", false},
	{`{"a":[1,-5]}`, `{"a":[1, -5]}`, false},
}

// export writes the cells as CSV.
func export(t *testing.T, arguments ...string) string {
	t.Helper()
	options := new(output.Options)
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	options.AddFlags(flags)
	if err := flags.Parse(arguments); err != nil {
		t.Fatal(err)
	}
	if err := options.Check(flags); err != nil {
		t.Fatal(err)
	}
	list := func(yield func(jsontext.Value, error) bool) {
		for i, cell := range cells {
			if !yield(jsontext.Value(fmt.Sprintf(`{"Id":%d,"Wartość":%s}`, i, cell.value)), nil) {
				return
			}
		}
	}
	var out bytes.Buffer
	if err := output.RawList(t.Context(), &out, options, list, nil); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "export.csv")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func find(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is not installed", program)
	}
	return path
}

// Python reads each value as the API sent it, but for the apostrophe in front of a formula.
func TestPython(t *testing.T) {
	python := find(t, "python3")
	const program = `import csv, json, sys
with open(sys.argv[1], encoding="utf-8-sig", newline="") as file:
    print(json.dumps(list(csv.reader(file, delimiter=sys.argv[2], strict=True))))`
	for arguments, separator := range map[string]string{"--csv": ",", "--csv --csv-separator ;": ";", "--csv --csv-separator tab --csv-bom": "\t", "--csv=excel-pl": ";"} {
		flags := strings.Split(arguments, " ")
		data, err := exec.CommandContext(t.Context(), python, "-c", program, export(t, flags...), separator).Output()
		var records [][]string
		if err != nil || json.Unmarshal(data, &records) != nil || len(records) != len(cells)+1 || records[0][1] != "Wartość" {
			t.Fatalf("%s: %v: %s", arguments, err, data)
		}
		for i, cell := range cells {
			got := records[i+1][1]
			if formula, ok := strings.CutPrefix(got, `="`); ok && strings.HasSuffix(arguments, "excel-pl") {
				got = strings.ReplaceAll(strings.TrimSuffix(formula, `"`), `""`, `"`)
			}
			if strings.HasSuffix(arguments, "excel-pl") && strings.HasPrefix(cell.value, "-") || cell.number {
				got = strings.Replace(got, ",", ".", 1)
			}
			want := cell.value
			if strings.HasPrefix(want, `"`) {
				if err := json.Unmarshal([]byte(cell.value), &want); err != nil {
					t.Fatal(err)
				}
			}
			if strings.HasPrefix(want, "{") {
				want = cell.want
			}
			if strings.ReplaceAll(got, "'", "") != strings.ReplaceAll(want, "'", "") {
				t.Errorf("%s, %s: got %q", arguments, cell.value, got)
			}
		}
	}
}

// flatDocument is the part of a Flat OpenDocument that the test reads.
type flatDocument struct {
	Rows []struct {
		Cells []struct {
			Type    string   `xml:"value-type,attr"`
			Value   string   `xml:"value,attr"`
			Formula string   `xml:"formula,attr"`
			Lines   []string `xml:"p"`
		} `xml:"table-cell"`
	} `xml:"body>spreadsheet>table>table-row"`
}

// text is a formula that only gives a text.
var text = regexp.MustCompile(`^of:="([^"]|"")*"$`)

// A Polish spreadsheet that opens the file without questions shows amounts as numbers and everything else
// as it is, and computes nothing.
func TestLibreOffice(t *testing.T) {
	office := find(t, "soffice")
	dir := t.TempDir()
	command := exec.CommandContext(t.Context(), office, "-env:UserInstallation=file://"+filepath.ToSlash(dir)+"/profile", "--headless",
		"--infilter=CSV:59,34,76,1,,1045,false,true", // semicolons, quotes, UTF-8, Polish, no quoted text, find dates
		"--convert-to", "fods", "--outdir", dir, export(t, "--csv=excel-pl"))
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "export.fods"))
	if err != nil {
		t.Fatal(err)
	}
	var document flatDocument
	if err := xml.Unmarshal(data, &document); err != nil || len(document.Rows) < len(cells)+1 {
		t.Fatalf("%v, %d rows", err, len(document.Rows))
	}
	if heading := document.Rows[0].Cells; heading[0].Lines[0] != "Id" || heading[1].Lines[0] != "Wartość" {
		t.Errorf("got %v", heading)
	}
	for i, want := range cells {
		cell := document.Rows[i+1].Cells[1]
		got, number := strings.Join(cell.Lines, "\n"), cell.Type == "float"
		if number {
			got = cell.Value
		}
		if got != want.want || number != want.number || cell.Formula != "" && !text.MatchString(cell.Formula) {
			t.Errorf("%s: got %q, type %s, formula %s", want.value, got, cell.Type, cell.Formula)
		}
	}
}
