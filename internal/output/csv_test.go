package output

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// What a cell becomes, as in RFC 4180, and for a Polish Excel.
var cellTests = []struct{ value, standard, excel string }{
	// Numbers stay numbers, unless Excel would show others.
	{`12.50`, `12.50`, `12,50`},
	{`-5`, `-5`, `-5`},
	{`-0.1`, `-0.1`, `-0,1`},
	{`1e2`, `1e2`, `1e2`},
	{`1.5E-3`, `1.5E-3`, `1,5E-3`},
	{`12345678901`, `12345678901`, `12345678901`},
	{`5901234123457`, `5901234123457`, `="5901234123457"`},
	{`-123456789012`, `-123456789012`, `="-123456789012"`},
	{`0.1234567890123456`, `0.1234567890123456`, `="0,1234567890123456"`},
	{`true`, `true`, `true`},
	{`null`, ``, ``},
	// Text that Excel would take for a number, a date or a truth value.
	{`"5901234123457"`, `5901234123457`, `="5901234123457"`},
	{`"61109010140000071219812874"`, `61109010140000071219812874`, `="61109010140000071219812874"`},
	{`"007"`, `007`, `="007"`},
	{`"0"`, `0`, `0`},
	{`"4711"`, `4711`, `4711`},
	{`"12.50"`, `12.50`, `="12.50"`},
	{`"1-2"`, `1-2`, `="1-2"`},
	{`"3 maja"`, `3 maja`, `="3 maja"`},
	{`"1E5"`, `1E5`, `="1E5"`},
	{`"1/2"`, `1/2`, `="1/2"`},
	{`"00-950 Warszawa"`, `00-950 Warszawa`, `="00-950 Warszawa"`},
	{`" 0042"`, ` 0042`, `=" 0042"`},
	{`"maj 5"`, `maj 5`, `="maj 5"`},
	{`"mar-20"`, `mar-20`, `="mar-20"`},
	{`"Maria 5"`, `Maria 5`, `="Maria 5"`},
	{`"PRAWDA"`, `PRAWDA`, `="PRAWDA"`},
	{`"II 2026"`, `II 2026`, `="II 2026"`},
	{`"zł 5"`, `zł 5`, `="zł 5"`},
	{`"PLN5"`, `PLN5`, `="PLN5"`},
	{`"#N/A"`, `#N/A`, `="#N/A"`},
	{`"#DZIEL/0!"`, `#DZIEL/0!`, `="#DZIEL/0!"`},
	{`"# 5"`, `# 5`, `# 5`},
	{`"12\" monitor"`, `12" monitor`, `="12"" monitor"`},
	{`"5;6"`, `5;6`, `="5;6"`},
	{`"5 = \n6"`, "5 = \n6", "5 = \n6"},
	// Dates and times that Excel reads in any language.
	{`"2026-11-01"`, `2026-11-01`, `2026-11-01`},
	{`"2026-11-01T10:00:00"`, `2026-11-01T10:00:00`, `2026-11-01 10:00:00`},
	{`"2026-11-01T10:00:00Z"`, `2026-11-01T10:00:00Z`, `="2026-11-01T10:00:00Z"`},
	// Formulas, wherever a spreadsheet may begin a cell.
	{`"=1+1"`, `'=1+1`, `'=1+1`},
	{`"+1+1"`, `'+1+1`, `="+1+1"`},
	{`"-1+1"`, `'-1+1`, `="-1+1"`},
	{`"-2+3+cmd|' /C calc'!A0"`, `'-2+3+cmd|' /C calc'!A0`, `="-2+3+cmd|' /C calc'!A0"`},
	{`"@SUM(A1)"`, `'@SUM(A1)`, `'@SUM(A1)`},
	{`"＝1+1"`, `'＝1+1`, `'＝1+1`},
	{`"＠A1"`, `'＠A1`, `'＠A1`},
	{`"  =1"`, `  '=1`, `  '=1`},
	{`"\u00a0=1"`, "\u00a0'=1", "\u00a0'=1"},
	{`"\u200b=1"`, "\u200b'=1", "\u200b'=1"},
	{`"\ufeff=1"`, "\ufeff'=1", "\ufeff'=1"},
	{`"\t=1"`, "'\t'=1", "'\t'=1"},
	{`"\rx"`, "'\rx", "'\rx"},
	{`"\u0001=1"`, "\x01'=1", "\x01'=1"},
	{`"\"=1\""`, `"'=1"`, `"'=1"`},
	{`"a;=1"`, `a;'=1`, `a;=1`},
	{`"a,=1"`, `a,=1`, `a,'=1`},
	{`"a;\"=1"`, `a;"'=1`, `a;"=1`},
	{`"a\t-1"`, "a\t'-1", "a\t'-1"},
	{`"a|@x"`, `a|'@x`, `a|'@x`},
	{`"a\n=1"`, "a\n'=1", "a\n'=1"},
	{`"1,=1"`, `1,=1`, `1,'=1`},
	{`"a = b, - c, @d"`, `a = b, - c, @d`, `a = b, - c, @d`},
	{`"-5"`, `-5`, `="-5"`},
	{`"+48601234567"`, `+48601234567`, `="+48601234567"`},
	{`"+48 601 234 567"`, `'+48 601 234 567`, `="+48 601 234 567"`},
	{`"jan@example.com"`, `jan@example.com`, `jan@example.com`},
	// Other text.
	{`"Zażółć \"gęślą\", jaźń; ok"`, `Zażółć "gęślą", jaźń; ok`, `Zażółć "gęślą", jaźń; ok`},
	{`"a\r\nb"`, "a\r\nb", "a\r\nb"},
	{`"a\u0000b"`, "a\ufffdb", "a\ufffdb"},
	{`{"a":[1,-5,"=1"]}`, `{"a":[1, -5, "=1"]}`, `{"a":[1, -5, "=1"]}`},
}

func TestCells(t *testing.T) {
	for _, test := range cellTests {
		for dialect, want := range map[string]string{dialectStandard: test.standard, dialectExcelPL: test.excel} {
			o, err := options(t, "--csv="+dialect)
			if err != nil {
				t.Fatal(err)
			}
			if got := o.dialect.cell(jsontext.Value(test.value)); got != want {
				t.Errorf("%s, %s: got %s, want %s", test.value, dialect, got, want)
			}
		}
	}
}

// Another reader of CSV gets the same texts, but for apostrophes, in any dialect.
func TestCSVReadBack(t *testing.T) {
	for _, separator := range []string{",", ";", "tab", "|"} {
		var rows []map[string]json.RawMessage
		for i, test := range cellTests {
			rows = append(rows, map[string]json.RawMessage{"A": json.RawMessage(test.value), "B": json.RawMessage(fmt.Sprint(i))})
		}
		document, err := json.Marshal(rows)
		if err != nil {
			t.Fatal(err)
		}
		got, err := printed(t, string(document), "--csv", "--csv-separator", separator)
		if err != nil {
			t.Fatal(err)
		}
		reader := csv.NewReader(strings.NewReader(got))
		reader.Comma = rune(strings.Replace(separator, "tab", "\t", 1)[0])
		records, err := reader.ReadAll()
		if err != nil || len(records) != len(cellTests)+1 {
			t.Fatalf("%s: %d records, %v", separator, len(records), err)
		}
		for i, test := range cellTests {
			want := strings.ReplaceAll(strings.ReplaceAll(text(jsontext.Value(test.value)), "\x00", "\ufffd"), "\r\n", "\n") // as encoding/csv reads it
			if got := records[i+1][0]; strings.ReplaceAll(got, "'", "") != strings.ReplaceAll(want, "'", "") {
				t.Errorf("%s, %s: got %q, want %q", separator, test.value, got, want)
			}
		}
	}
}

func TestDialects(t *testing.T) {
	const document = `[{"A":1.5,"B":"x;y"}]`
	for arguments, want := range map[string]string{
		"--csv":                                      "A,B\r\n1.5,x;y\r\n",
		"--csv=excel":                                "\ufeffA,B\r\n1.5,x;y\r\n",
		"--csv=excel-pl":                             "\ufeffA;B\r\n1,5;\"x;y\"\r\n",
		"--csv=excel-pl --csv-bom=false":             "A;B\r\n1,5;\"x;y\"\r\n",
		"--csv=excel-pl --csv-separator tab":         "\ufeffA\tB\r\n1,5\tx;y\r\n",
		"--csv --csv-bom":                            "\ufeffA,B\r\n1.5,x;y\r\n",
		"--csv --csv-decimal ,":                      "A;B\r\n1,5;\"x;y\"\r\n",
		"--csv --csv-decimal , --csv-separator ,":    "A,B\r\n\"1,5\",x;y\r\n",
		"-o csv --csv-separator | --csv-decimal .":   "A|B\r\n1.5|x;y\r\n",
		"--csv --csv-separator ; --columns B,A,nope": "",
	} {
		got, err := printed(t, document, strings.Split(arguments, " ")...)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%s: got %q, %v", arguments, got, err)
		}
	}
}

// The first elements decide the columns. What later ones have on top is reported.
func TestLateFields(t *testing.T) {
	list := func(yield func(jsontext.Value, error) bool) {
		for i := range 300 {
			element := `{"Id":1}`
			switch i {
			case sampleSize - 1:
				element = `{"Id":2,"In":3}`
			case 200, 201:
				element = `{"Id":4,"Late":5,"Later":6}`
			case 202:
				element = `null`
			}
			if !yield(jsontext.Value(element), nil) {
				return
			}
		}
	}
	o, err := options(t, "--csv")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = RawList(t.Context(), &out, o, list, []string{"Spec", "Id"})
	if want := "fields that the first 100 elements do not have are left out of 2 later ones: Late, Later; name the columns with --columns, or use -o ndjson\n" +
		"elements that are not objects and are left empty: 1; -o ndjson prints them"; fmt.Sprint(err) != want {
		t.Errorf("got %v", err)
	}
	lines := strings.Split(out.String(), "\r\n")
	if lines[0] != "Spec,Id,In" || lines[1] != ",1," || lines[100] != ",2,3" || lines[201] != ",4," || lines[203] != ",," || len(lines) != 302 {
		t.Errorf("%d lines: %q", len(lines), lines[:3])
	}

	o, _ = options(t, "--csv", "--columns", "Late")
	if err := RawList(t.Context(), &out, o, list, nil); err != nil {
		t.Errorf("a column that only later elements have: %v", err)
	}
}
