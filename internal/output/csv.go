package output

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/pflag"
)

// dialect is what the flags specify about CSV. Without flags it is that of RFC 4180.
type dialect struct {
	name      string
	separator string
	decimal   string
	bom       bool
}

// Values of --csv.
const (
	dialectStandard = "rfc4180"
	dialectExcel    = "excel"
	dialectExcelPL  = "excel-pl" // as in most of Europe
)

// check fills in what the name of the dialect sets.
func (d *dialect) check(flags *pflag.FlagSet, used bool) error {
	for _, name := range []string{flagSeparator, flagDecimal, flagBOM} {
		if !used && flags.Changed(name) {
			return fmt.Errorf("--%s has no effect without --csv", name)
		}
	}
	separator, decimal := ",", "."
	switch d.name {
	case "", dialectStandard, dialectExcel:
	case dialectExcelPL:
		separator, decimal = ";", ","
	default:
		return fmt.Errorf("--csv=%s: use --csv, --csv=excel or --csv=excel-pl", d.name)
	}
	if !flags.Changed(flagBOM) {
		d.bom = d.excel()
	}
	switch d.separator {
	case "":
		if d.separator = separator; d.decimal == "," || d.decimal == "comma" {
			d.separator = ";"
		}
	case "tab", `\t`:
		d.separator = "\t"
	case ",", ";", "\t", "|":
	default:
		return fmt.Errorf("--csv-separator %q: use a comma, a semicolon, | or tab", d.separator)
	}
	switch d.decimal {
	case "":
		d.decimal = decimal
	case ".", ",":
	case "point", "comma":
		d.decimal = map[string]string{"point": ".", "comma": ","}[d.decimal]
	default:
		return fmt.Errorf("--csv-decimal %q: use a point or a comma", d.decimal)
	}
	return nil
}

// excel reports whether Excel is to open the file.
func (d *dialect) excel() bool { return d.name == dialectExcel || d.name == dialectExcelPL }

// csvWriter prints records as CSV.
type csvWriter struct {
	out     io.Writer
	dialect *dialect
	begun   bool
}

func (w *csvWriter) begin(heading []string) error {
	cells := make([]string, len(heading))
	for i, name := range heading {
		cells[i] = w.dialect.text(name)
	}
	return w.write(cells)
}

func (w *csvWriter) record(values []jsontext.Value) error {
	cells := make([]string, len(values))
	for i, value := range values {
		cells[i] = w.dialect.cell(value)
	}
	return w.write(cells)
}

func (w *csvWriter) end() error { return nil }

// write writes a line. A value in quotes may contain anything.
func (w *csvWriter) write(cells []string) error {
	var line strings.Builder
	if !w.begun && w.dialect.bom {
		line.WriteString("\ufeff")
	}
	w.begun = true
	for i, cell := range cells {
		if i > 0 {
			line.WriteString(w.dialect.separator)
		}
		if strings.ContainsAny(cell, "\"\r\n") || strings.Contains(cell, w.dialect.separator) || strings.TrimSpace(cell) != cell ||
			cell == "" && len(cells) == 1 { // or the line would be empty, which readers skip
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		line.WriteString(cell)
	}
	line.WriteString("\r\n")
	_, err := io.WriteString(w.out, line.String())
	return err
}

// cell returns a value as it stands in CSV, but for quotes.
func (d *dialect) cell(value jsontext.Value) string {
	switch s := text(value); value.Kind() {
	case '0':
		return d.number(s)
	case 't', 'f':
		return s
	default:
		return d.text(s)
	}
}

// Excel shows a number with more digits before the point as 5.9E+12, and loses those beyond maxDigits.
const (
	maxWhole  = 11
	maxDigits = 15
)

// number returns a number for a cell. It stays a number unless Excel would show another one.
func (d *dialect) number(literal string) string {
	localized := strings.ReplaceAll(literal, ".", d.decimal)
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(literal, "-"), ".")
	digits := whole + fraction
	if d.excel() && strings.Trim(digits, "0123456789") == "" && (len(whole) > maxWhole || len(digits) > maxDigits) {
		return verbatim(localized)
	}
	return localized
}

var (
	dateTime    = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)$`)
	date        = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)
	shortNumber = regexp.MustCompile(`^(0|[1-9]\d{0,10})$`)
	signed      = regexp.MustCompile(`^[+-]\d{1,15}([.,]\d{1,4})?$`)
	guessed     = regexp.MustCompile(`(?i)^[+-]?(?:[\s.,$€£(]|zł|pln)*\d`)
	// What Excel or LibreOffice reads as a date, such as "maj 5", "mar-20" or "II 2026", as a truth value,
	// or as an error such as #N/A, which spoils what is computed from it.
	month = regexp.MustCompile(`(?i)^(sty|lut|mar|kwi|maj|cze|lip|sie|wrz|paź|lis|gru|jan|feb|apr|may|jun|jul|aug|sep|oct|nov|dec)\p{L}*[\s./-]*\d|^[IVX]{1,4}[\s./-]+\d`)
	truth = regexp.MustCompile(`(?i)^(true|false|prawda|fałsz|#[\p{L}\d/_]+[!?]?)$`)
)

// text returns a text for a cell, so that no spreadsheet takes it for a formula. For Excel it also
// stays as it is where Excel would make a number or a date of it, such as of 0042, 5901234123457 or 1-2.
func (d *dialect) text(s string) string {
	s = strings.ReplaceAll(s, "\x00", "\ufffd") // no reader of CSV takes it
	if d.excel() {
		trimmed := strings.TrimFunc(s, unicode.IsSpace)
		switch {
		case date.MatchString(s), shortNumber.MatchString(s):
			return s
		case dateTime.MatchString(s):
			return dateTime.ReplaceAllString(s, "$1 $2")
		case guessed.MatchString(trimmed), month.MatchString(trimmed), truth.MatchString(trimmed):
			short := len(utf16.Encode([]rune(s))) <= maxLiteral
			if rest := strings.TrimLeft(trimmed, "+-"); short && !strings.ContainsAny(s, "\r\n") && len(trimmed)-len(rest) <= 1 && d.defuse(rest) == rest {
				return verbatim(s)
			}
		}
	} else if signed.MatchString(s) {
		return s
	}
	return d.defuse(s)
}

// maxLiteral is how long a string in a formula may be, in UTF-16. Excel takes no longer one for a number.
const maxLiteral = 255

// verbatim returns a formula whose result is the text.
func verbatim(s string) string { return `="` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// formulaStarts begin a formula, also in their full-width and small forms.
const formulaStarts = "=+-@＝＋－＠﹦﹢﹣﹫−"

// defuse puts an apostrophe in front of what a spreadsheet could take for a formula: at the start of the
// text, and where a spreadsheet that expects another separator would begin a cell.
func (d *dialect) defuse(s string) string {
	var safe strings.Builder
	if s != "" && strings.ContainsRune("\t\r\n", rune(s[0])) { // removed by some spreadsheets
		safe.WriteByte('\'')
	}
	if !strings.ContainsAny(s, formulaStarts) {
		return safe.String() + s
	}
	first, cell := true, true // whether the text, and a cell, may begin here
	for _, r := range s {
		if cell && strings.ContainsRune(formulaStarts, r) {
			safe.WriteByte('\'')
		}
		switch {
		case r == '\r' || r == '\n' || strings.ContainsRune(",;|\t", r) && string(r) != d.separator:
			cell = true
		case unicode.IsSpace(r):
			cell = cell && first
		default:
			invisible := r == '"' || unicode.In(r, unicode.Cc, unicode.Cf)
			cell, first = cell && invisible, first && invisible
		}
		safe.WriteRune(r)
	}
	return safe.String()
}
