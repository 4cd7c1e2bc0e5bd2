// Package bench compares libraries that the client could depend on. It is a module of its own, so
// that the libraries that were not chosen never reach the module graph of the client's users.
package bench

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/cockroachdb/apd/v3"
	govalues "github.com/govalues/decimal"
	"github.com/quagmt/udecimal"
	shopspring "github.com/shopspring/decimal"
)

// library is one candidate; questions about facts are asked in text, so that one table serves all
// of them.
type library interface {
	libraryName() string
	parsed(text string) (string, error)
	computed(x, operator, y string) (string, error)
	marshaled(text string) (string, error)
	unmarshaled(literal string) (string, error)
	scanned(source any) (string, error)
	stored(text string) (string, error)

	benchmarkParse(b *testing.B)
	benchmarkFormat(b *testing.B)
	benchmarkParseFormat(b *testing.B)
	benchmarkSum(b *testing.B)
	benchmarkRetained(b *testing.B)
	sumOfOrder() (string, error)
}

// numbers says how a library does each thing with its number type T, as its documentation shows it.
type numbers[T any] struct {
	name      string
	parse     func(text string, into *T) error
	format    func(*T) string
	operators map[string]func(x, y *T) (T, error)
	sumLines  func(prices, quantities []T) (T, error)
}

// The order of the columns in docs/decisions/decimals.md.
var libraries = []library{
	numbers[shopspring.Decimal]{
		name: "shopspring",
		parse: func(text string, into *shopspring.Decimal) (err error) {
			*into, err = shopspring.NewFromString(text)
			return err
		},
		format: func(d *shopspring.Decimal) string { return d.String() },
		operators: map[string]func(x, y *shopspring.Decimal) (shopspring.Decimal, error){
			"+": func(x, y *shopspring.Decimal) (shopspring.Decimal, error) { return x.Add(*y), nil },
			"*": func(x, y *shopspring.Decimal) (shopspring.Decimal, error) { return x.Mul(*y), nil },
			"/": func(x, y *shopspring.Decimal) (shopspring.Decimal, error) { return x.Div(*y), nil },
		},
		sumLines: func(prices, quantities []shopspring.Decimal) (sum shopspring.Decimal, err error) {
			for i := range prices {
				sum = sum.Add(prices[i].Mul(quantities[i]))
			}
			return sum, nil
		},
	},
	numbers[apd.Decimal]{
		name: "apd",
		parse: func(text string, into *apd.Decimal) error {
			_, _, err := into.SetString(text)
			return err
		},
		format: func(d *apd.Decimal) string { return d.String() },
		operators: map[string]func(x, y *apd.Decimal) (apd.Decimal, error){
			"+": apdOperator(apd.BaseContext.Add),
			"*": apdOperator(apd.BaseContext.Mul),
			"/": apdOperator(apd.BaseContext.Quo),
		},
		sumLines: func(prices, quantities []apd.Decimal) (sum apd.Decimal, err error) {
			var line apd.Decimal
			for i := range prices {
				if _, err := apd.BaseContext.Mul(&line, &prices[i], &quantities[i]); err != nil {
					return sum, err
				}
				if _, err := apd.BaseContext.Add(&sum, &sum, &line); err != nil {
					return sum, err
				}
			}
			return sum, nil
		},
	},
	numbers[govalues.Decimal]{
		name: "govalues",
		parse: func(text string, into *govalues.Decimal) (err error) {
			*into, err = govalues.Parse(text)
			return err
		},
		format: func(d *govalues.Decimal) string { return d.String() },
		operators: map[string]func(x, y *govalues.Decimal) (govalues.Decimal, error){
			"+": func(x, y *govalues.Decimal) (govalues.Decimal, error) { return x.Add(*y) },
			"*": func(x, y *govalues.Decimal) (govalues.Decimal, error) { return x.Mul(*y) },
			"/": func(x, y *govalues.Decimal) (govalues.Decimal, error) { return x.Quo(*y) },
		},
		sumLines: func(prices, quantities []govalues.Decimal) (sum govalues.Decimal, err error) {
			for i := range prices {
				line, err := prices[i].Mul(quantities[i])
				if err != nil {
					return sum, err
				}
				if sum, err = sum.Add(line); err != nil {
					return sum, err
				}
			}
			return sum, nil
		},
	},
	numbers[udecimal.Decimal]{
		name: "udecimal",
		parse: func(text string, into *udecimal.Decimal) (err error) {
			*into, err = udecimal.Parse(text)
			return err
		},
		format: func(d *udecimal.Decimal) string { return d.String() },
		operators: map[string]func(x, y *udecimal.Decimal) (udecimal.Decimal, error){
			"+": func(x, y *udecimal.Decimal) (udecimal.Decimal, error) { return x.Add(*y), nil },
			"*": func(x, y *udecimal.Decimal) (udecimal.Decimal, error) { return x.Mul(*y), nil },
			"/": func(x, y *udecimal.Decimal) (udecimal.Decimal, error) { return x.Div(*y) },
		},
		sumLines: func(prices, quantities []udecimal.Decimal) (sum udecimal.Decimal, err error) {
			for i := range prices {
				sum = sum.Add(prices[i].Mul(quantities[i]))
			}
			return sum, nil
		},
	},
	numbers[big.Rat]{
		name: "big.Rat",
		parse: func(text string, into *big.Rat) error {
			if _, ok := into.SetString(text); !ok {
				return errors.New("not a number")
			}
			return nil
		},
		format: formatRat,
		operators: map[string]func(x, y *big.Rat) (big.Rat, error){
			"+": ratOperator((*big.Rat).Add),
			"*": ratOperator((*big.Rat).Mul),
			"/": ratOperator((*big.Rat).Quo),
		},
		sumLines: func(prices, quantities []big.Rat) (sum big.Rat, err error) {
			var line big.Rat
			for i := range prices {
				sum.Add(&sum, line.Mul(&prices[i], &quantities[i]))
			}
			return sum, nil
		},
	},
}

// apdOperator works in the base context, whose precision of 0 means that nothing is rounded.
func apdOperator(
	compute func(result, x, y *apd.Decimal) (apd.Condition, error),
) func(x, y *apd.Decimal) (apd.Decimal, error) {
	return func(x, y *apd.Decimal) (result apd.Decimal, err error) {
		_, err = compute(&result, x, y)
		return result, err
	}
}

func ratOperator(compute func(result, x, y *big.Rat) *big.Rat) func(x, y *big.Rat) (big.Rat, error) {
	return func(x, y *big.Rat) (result big.Rat, err error) {
		compute(&result, x, y)
		return result, nil
	}
}

// formatRat writes as many places as the number has, and a fraction where no count of places is
// enough.
func formatRat(r *big.Rat) string {
	if places, finite := r.FloatPrec(); finite {
		return r.FloatString(places)
	}
	return r.RatString()
}

func (n numbers[T]) libraryName() string { return n.name }

func (n numbers[T]) parsed(text string) (string, error) {
	var value T
	if err := n.parse(text, &value); err != nil {
		return "", err
	}
	return n.format(&value), nil
}

func (n numbers[T]) computed(x, operator, y string) (string, error) {
	var left, right T
	if err := errors.Join(n.parse(x, &left), n.parse(y, &right)); err != nil {
		return "", err
	}
	result, err := n.operators[operator](&left, &right)
	if err != nil {
		return "", err
	}
	return n.format(&result), nil
}

func (n numbers[T]) marshaled(text string) (string, error) {
	var value T
	if err := n.parse(text, &value); err != nil {
		return "", err
	}
	literal, err := json.Marshal(&value)
	return string(literal), err
}

// unmarshaled starts from 7, to tell a member that was left alone from one that became 0.
func (n numbers[T]) unmarshaled(literal string) (string, error) {
	var value T
	if err := n.parse("7", &value); err != nil {
		return "", err
	}
	if err := json.Unmarshal([]byte(literal), &value); err != nil {
		return "", err
	}
	return n.format(&value), nil
}

func (n numbers[T]) scanned(source any) (string, error) {
	var value T
	scanner, ok := any(&value).(sql.Scanner)
	if !ok {
		return "no method", nil
	}
	if err := scanner.Scan(source); err != nil {
		return "", err
	}
	return n.format(&value), nil
}

func (n numbers[T]) stored(text string) (string, error) {
	var value T
	if err := n.parse(text, &value); err != nil {
		return "", err
	}
	valuer, ok := any(&value).(driver.Valuer)
	if !ok {
		return "no method", nil
	}
	stored, err := valuer.Value()
	return fmt.Sprintf("%T %v", stored, stored), err
}

// fact is a row of the table in docs/decisions/decimals.md: a question and the result of each
// library, in the order of libraries.
type fact struct {
	question string
	ask      func(library) (string, error)
	answers  [5]string
}

const (
	digits40  = "1234567890123456789012345678901234567890"
	exact     = "exact"
	rounded   = "**rounded**"
	refused   = "error"
	oversized = "1e999999999" // short as text, a gigabyte when written out
)

var facts = []fact{
	{"parse 1234567890123456.789", parseExactness("1234567890123456.789"), [5]string{exact, exact, exact, exact, exact}},
	{"parse 16777217.01", parseExactness("16777217.01"), [5]string{exact, exact, exact, exact, exact}},
	{"parse 40 digits", parseExactness(digits40), [5]string{exact, exact, refused, exact, exact}},
	{"parse 400 digits", parseExactness(strings.Repeat("7", 400)), [5]string{exact, exact, refused, refused, exact}},
	{"parse 1e-30", parseExactness("1e-30"), [5]string{exact, exact, rounded, refused, exact}},
	{"0.1 + 0.2", exactness("0.1", "+", "0.2"), [5]string{exact, exact, exact, exact, exact}},
	{"1234567.89123 * 987654.321987", exactness("1234567.89123", "*", "987654.321987"), [5]string{exact, exact, rounded, exact, exact}},
	{"0.00000000001 * 0.00000000001", exactness("0.00000000001", "*", "0.00000000001"), [5]string{exact, exact, rounded, rounded, exact}},
	{"1 / 3", exactness("1", "/", "3"), [5]string{rounded, refused, rounded, rounded, exact}},
	{"0.000000001 / 1000000000", exactness("0.000000001", "/", "1000000000"), [5]string{rounded, refused, exact, exact, exact}},

	{"format 10.50", textOf("10.50"), [5]string{"10.5", "10.50", "10.50", "10.5", "10.5"}},
	{"format -0.00", textOf("-0.00"), [5]string{"0", "-0.00", "0.00", "0", "0"}},
	{"format 0.000", textOf("0.000"), [5]string{"0", "0.000", "0.000", "0", "0"}},
	{"format 1E3", textOf("1E3"), [5]string{"1000", "1E+3", "1000", refused, "1000"}},
	{"format 1.0e+2", textOf("1.0e+2"), [5]string{"100", "1.0E+2", "100", refused, "100"}},
	{"format NaN", textOf("NaN"), [5]string{refused, "NaN", refused, refused, refused}},
	{"format 1e999999999", textOf(oversized), [5]string{refused, refused, refused, refused, refused}},

	{"marshal 10.50 to JSON", jsonOf("10.50"), [5]string{`"10.5"`, `"10.50"`, `"10.50"`, `"10.5"`, `"21/2"`}},
	{"unmarshal a JSON number", fromJSON("10.50"), [5]string{"10.5", refused, "10.50", "10.5", refused}},
	{"unmarshal a quoted number", fromJSON(`"10.50"`), [5]string{"10.5", "10.50", "10.50", "10.5", "10.5"}},
	{"unmarshal null over 7", fromJSON("null"), [5]string{"7", "7", "7", "7", "7"}},

	{"sql Scan of []byte 10.50", scanOf([]byte("10.50")), [5]string{"10.5", "10.50", "10.50", "10.5", "no method"}},
	{"sql Scan of NULL", scanOf(nil), [5]string{refused, refused, refused, refused, "no method"}},
	{"sql Value of 10.50", valueOf("10.50"), [5]string{"string 10.5", "string 10.50", "string 10.50", "string 10.5", "no method"}},
}

func textOf(text string) func(library) (string, error) {
	return func(l library) (string, error) { return l.parsed(text) }
}

func jsonOf(text string) func(library) (string, error) {
	return func(l library) (string, error) { return l.marshaled(text) }
}

func fromJSON(literal string) func(library) (string, error) {
	return func(l library) (string, error) { return l.unmarshaled(literal) }
}

func scanOf(source any) func(library) (string, error) {
	return func(l library) (string, error) { return l.scanned(source) }
}

func valueOf(text string) func(library) (string, error) {
	return func(l library) (string, error) { return l.stored(text) }
}

func parseExactness(text string) func(library) (string, error) {
	return func(l library) (string, error) {
		got, err := l.parsed(text)
		return verdict(got, rational(text)), err
	}
}

func exactness(x, operator, y string) func(library) (string, error) {
	return func(l library) (string, error) {
		truth := new(big.Rat)
		switch operator {
		case "+":
			truth.Add(rational(x), rational(y))
		case "*":
			truth.Mul(rational(x), rational(y))
		case "/":
			truth.Quo(rational(x), rational(y))
		}
		got, err := l.computed(x, operator, y)
		return verdict(got, truth), err
	}
}

func verdict(got string, truth *big.Rat) string {
	if value, ok := new(big.Rat).SetString(got); ok && value.Cmp(truth) == 0 {
		return exact
	}
	return rounded
}

func rational(text string) *big.Rat {
	value, ok := new(big.Rat).SetString(text)
	if !ok {
		panic("not a number: " + text)
	}
	return value
}

func TestDecimalFacts(t *testing.T) {
	page, err := os.ReadFile("../docs/decisions/decimals.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, fact := range facts {
		t.Run(fact.question, func(t *testing.T) {
			for i, library := range libraries {
				answer, err := fact.ask(library)
				if err != nil {
					answer = refused
				}
				if answer != fact.answers[i] {
					t.Errorf("%s: %s (%v), the table says %s", library.libraryName(), answer, err, fact.answers[i])
				}
			}
			// This keeps the page in sync with the libraries.
			row := "| " + fact.question + " | " + strings.Join(fact.answers[:], " | ") + " |"
			if !strings.Contains(string(page), row) {
				t.Errorf("docs/decisions/decimals.md lacks the row\n%s", row)
			}
		})
	}
}

// The largest power of ten bounds the memory that a short hostile text can take.
func TestDecimalLargestPowerOfTen(t *testing.T) {
	largest := map[string]int{"shopspring": 10_000, "apd": 100_000, "govalues": 18, "big.Rat": 1_000_000}
	for _, library := range libraries {
		exponent, ok := largest[library.libraryName()]
		if !ok { // udecimal reads no exponent at all
			exponent = -1
		}
		if exponent >= 0 {
			if _, err := library.parsed(fmt.Sprintf("1e%d", exponent)); err != nil {
				t.Errorf("%s refuses 1e%d: %v", library.libraryName(), exponent, err)
			}
		}
		if _, err := library.parsed(fmt.Sprintf("1e%d", exponent+1)); err == nil {
			t.Errorf("%s reads 1e%d", library.libraryName(), exponent+1)
		}
	}
}

// One byte for each power of ten: a number of 1e9 made in Go, past the parser's bound, would be a
// gigabyte of text.
func TestShopspringTextGrowsWithTheExponent(t *testing.T) {
	if length := len(shopspring.New(1, 1_000_000).String()); length != 1_000_001 {
		t.Errorf("1e6 is %d characters", length)
	}
}

// What the page says about keeping places: the value holds them, only String drops them.
func TestShopspringKeepsPlacesInTheExponent(t *testing.T) {
	value := shopspring.RequireFromString("10.50")
	if got := value.StringFixed(-value.Exponent()); got != "10.50" {
		t.Errorf("10.50 with its own places is %s", got)
	}
}

// Division is the one operation of shopspring that rounds on its own; DivRound lets the caller say
// where.
func TestShopspringDivisionStopsAtSixteenPlaces(t *testing.T) {
	one, three := shopspring.NewFromInt(1), shopspring.NewFromInt(3)
	if got := one.Div(three).String(); got != "0.3333333333333333" {
		t.Errorf("1 / 3 is %s", got)
	}
	if got := one.DivRound(three, 20).String(); got != "0.33333333333333333333" {
		t.Errorf("1 / 3 to 20 places is %s", got)
	}
}

// The settings of shopspring are variables of the package: a program that lowers this one narrows
// what everybody in the process can parse.
func TestShopspringBoundIsProcessWide(t *testing.T) {
	before := shopspring.MaxDecodeExponent
	t.Cleanup(func() { shopspring.MaxDecodeExponent = before })
	shopspring.MaxDecodeExponent = 100
	if value, err := shopspring.NewFromString("1e-300"); err == nil {
		t.Errorf("read %s", value)
	}
}

// An assignment copies the struct but not the digits of a number beyond 128 bits, so computing into
// the copy changes the original.
func TestApdCopiesShareLargeNumbers(t *testing.T) {
	original, _, err := apd.NewFromString(digits40)
	if err != nil {
		t.Fatal(err)
	}
	assigned := *original
	if _, err := apd.BaseContext.Add(&assigned, &assigned, apd.New(1, 0)); err != nil {
		t.Fatal(err)
	}
	if original.String() == digits40 {
		t.Error("the original is unchanged")
	}
}

// With a precision apd divides, and says whether it rounded.
func TestApdReportsRounding(t *testing.T) {
	var third apd.Decimal
	condition, err := apd.BaseContext.WithPrecision(20).Quo(&third, apd.New(1, 0), apd.New(3, 0))
	if err != nil || !condition.Inexact() || third.String() != "0.33333333333333333333" {
		t.Errorf("1 / 3 is %s, %v, %v", third.String(), condition, err)
	}
}

const orderLines = 500

// order returns prices with two decimal places and quantities that are mostly whole, the same ones
// in every run.
func order() (prices, quantities []string) {
	random := rand.New(rand.NewPCG(1, 2))
	magnitudes := []int{10, 100, 1_000, 10_000, 100_000}
	for range orderLines {
		whole := random.IntN(magnitudes[random.IntN(len(magnitudes))])
		prices = append(prices, fmt.Sprintf("%d.%02d", whole, random.IntN(100)))
		quantity := fmt.Sprint(1 + random.IntN(99))
		if random.IntN(4) == 0 {
			quantity += fmt.Sprintf(".%03d", random.IntN(1_000))
		}
		quantities = append(quantities, quantity)
	}
	return prices, quantities
}

func orderTexts() []string {
	prices, quantities := order()
	return append(prices, quantities...)
}

func (n numbers[T]) parseAll(texts []string) ([]T, error) {
	values := make([]T, len(texts))
	for i, text := range texts {
		if err := n.parse(text, &values[i]); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func (n numbers[T]) sumOfOrder() (string, error) {
	priceTexts, quantityTexts := order()
	prices, priceErr := n.parseAll(priceTexts)
	quantities, quantityErr := n.parseAll(quantityTexts)
	if err := errors.Join(priceErr, quantityErr); err != nil {
		return "", err
	}
	sum, err := n.sumLines(prices, quantities)
	return n.format(&sum), err
}

// A library that is fast because it drops digits must not win the benchmark.
func TestDecimalSumsAgree(t *testing.T) {
	prices, quantities := order()
	truth := new(big.Rat)
	for i := range prices {
		truth.Add(truth, new(big.Rat).Mul(rational(prices[i]), rational(quantities[i])))
	}
	for _, library := range libraries {
		got, err := library.sumOfOrder()
		if err != nil || rational(got).Cmp(truth) != 0 {
			t.Errorf("%s: %s, %v; want %s", library.libraryName(), got, err, formatRat(truth))
		}
	}
}

func BenchmarkDecimalParse(b *testing.B)       { benchmarkEach(b, library.benchmarkParse) }
func BenchmarkDecimalFormat(b *testing.B)      { benchmarkEach(b, library.benchmarkFormat) }
func BenchmarkDecimalParseFormat(b *testing.B) { benchmarkEach(b, library.benchmarkParseFormat) }
func BenchmarkDecimalSum(b *testing.B)         { benchmarkEach(b, library.benchmarkSum) }
func BenchmarkDecimalRetained(b *testing.B)    { benchmarkEach(b, library.benchmarkRetained) }

func benchmarkEach(b *testing.B, benchmark func(library, *testing.B)) {
	for _, library := range libraries {
		b.Run(library.libraryName(), func(b *testing.B) { benchmark(library, b) })
	}
}

// The operation that is measured is a whole order of 1000 numbers, so that microseconds for each
// operation read as nanoseconds for each number, and a fraction of an allocation is not rounded
// away.
func (n numbers[T]) benchmarkParse(b *testing.B) {
	texts := orderTexts()
	values := make([]T, len(texts))
	var zero T
	b.ReportAllocs()
	for b.Loop() {
		for i, text := range texts {
			values[i] = zero // or a library that parses in place would reuse the memory of an earlier number
			if err := n.parse(text, &values[i]); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func (n numbers[T]) benchmarkFormat(b *testing.B) {
	values, err := n.parseAll(orderTexts())
	if err != nil {
		b.Fatal(err)
	}
	texts := make([]string, len(values)) // keeps the texts on the heap, where a caller would have them
	b.ReportAllocs()
	for b.Loop() {
		for i := range values {
			texts[i] = n.format(&values[i])
		}
	}
}

func (n numbers[T]) benchmarkParseFormat(b *testing.B) {
	texts := orderTexts()
	values := make([]T, len(texts))
	formatted := make([]string, len(texts))
	var zero T
	b.ReportAllocs()
	for b.Loop() {
		for i, text := range texts {
			values[i] = zero
			if err := n.parse(text, &values[i]); err != nil {
				b.Fatal(err)
			}
			formatted[i] = n.format(&values[i])
		}
	}
}

func (n numbers[T]) benchmarkSum(b *testing.B) {
	priceTexts, quantityTexts := order()
	prices, priceErr := n.parseAll(priceTexts)
	quantities, quantityErr := n.parseAll(quantityTexts)
	if err := errors.Join(priceErr, quantityErr); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := n.sumLines(prices, quantities); err != nil {
			b.Fatal(err)
		}
	}
}

// benchmarkRetained reports the heap that one parsed number keeps, its place in the slice included.
func (n numbers[T]) benchmarkRetained(b *testing.B) {
	const count = 1_000_000
	texts := orderTexts()
	var retained float64
	for b.Loop() {
		before := heapInUse()
		values := make([]T, count)
		for i := range values {
			if err := n.parse(texts[i%len(texts)], &values[i]); err != nil {
				b.Fatal(err)
			}
		}
		retained = float64(heapInUse()-before) / count
		runtime.KeepAlive(values)
	}
	b.ReportMetric(retained, "retained-B/value")
	b.ReportMetric(0, "ns/op") // hides a time that is mostly the collector's
}

func heapInUse() uint64 {
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return memory.HeapAlloc
}
