// Package bench compares libraries that the client could depend on. It is a separate module, so
// that the libraries that were not chosen stay out of the module graph of the client's users.
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

// library is one candidate. Its methods take and return strings, so that one table of facts serves
// all candidates.
type library interface {
	libraryName() string
	parsed(number string) (string, error)
	computed(x, operator, y string) (string, error)
	marshaled(number string) (string, error)
	unmarshaled(literal string) (string, error)
	scanned(source any) (string, error)
	stored(number string) (string, error)

	benchmarkParse(b *testing.B)
	benchmarkFormat(b *testing.B)
	benchmarkParseFormat(b *testing.B)
	benchmarkSum(b *testing.B)
	benchmarkRetained(b *testing.B)
	sumOfOrder() (string, error)
}

// numbers implements library for the number type T, in the way that the library documents.
type numbers[T any] struct {
	name      string
	parse     func(number string, into *T) error
	format    func(*T) string
	operators map[string]func(x, y *T) (T, error)
	sumLines  func(prices, quantities []T) (T, error)
}

// libraries has the order of the columns in docs/decisions/decimals.md.
var libraries = []library{
	numbers[shopspring.Decimal]{
		name: "shopspring",
		parse: func(number string, into *shopspring.Decimal) (err error) {
			*into, err = shopspring.NewFromString(number)
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
		parse: func(number string, into *apd.Decimal) error {
			_, _, err := into.SetString(number)
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
		parse: func(number string, into *govalues.Decimal) (err error) {
			*into, err = govalues.Parse(number)
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
		parse: func(number string, into *udecimal.Decimal) (err error) {
			*into, err = udecimal.Parse(number)
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
		parse: func(number string, into *big.Rat) error {
			if _, ok := into.SetString(number); !ok {
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

// apdOperator uses the base context. Its precision is 0, which means that it does not round.
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

// formatRat returns all decimals of the number, or a fraction if there is no end to them.
func formatRat(r *big.Rat) string {
	if places, finite := r.FloatPrec(); finite {
		return r.FloatString(places)
	}
	return r.RatString()
}

func (n numbers[T]) libraryName() string { return n.name }

func (n numbers[T]) parsed(number string) (string, error) {
	var value T
	if err := n.parse(number, &value); err != nil {
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

func (n numbers[T]) marshaled(number string) (string, error) {
	var value T
	if err := n.parse(number, &value); err != nil {
		return "", err
	}
	literal, err := json.Marshal(&value)
	return string(literal), err
}

// unmarshaled starts from 7, to distinguish an unchanged value from 0.
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

func (n numbers[T]) stored(number string) (string, error) {
	var value T
	if err := n.parse(number, &value); err != nil {
		return "", err
	}
	valuer, ok := any(&value).(driver.Valuer)
	if !ok {
		return "no method", nil
	}
	stored, err := valuer.Value()
	return fmt.Sprintf("%T %v", stored, stored), err
}

// fact is a row of the table in docs/decisions/decimals.md: a question and the results in the order
// of libraries.
type fact struct {
	question string
	ask      func(library) (string, error)
	results  [5]string
}

const (
	digits40  = "1234567890123456789012345678901234567890"
	exact     = "exact"
	rounded   = "**rounded**"
	rejected  = "error"
	oversized = "1e999999999" // a gigabyte when written out
)

var facts = []fact{
	{"parse 1234567890123456.789", parseExactness("1234567890123456.789"), [5]string{exact, exact, exact, exact, exact}},
	{"parse 16777217.01", parseExactness("16777217.01"), [5]string{exact, exact, exact, exact, exact}},
	{"parse 40 digits", parseExactness(digits40), [5]string{exact, exact, rejected, exact, exact}},
	{"parse 400 digits", parseExactness(strings.Repeat("7", 400)), [5]string{exact, exact, rejected, rejected, exact}},
	{"parse 1e-30", parseExactness("1e-30"), [5]string{exact, exact, rounded, rejected, exact}},
	{"0.1 + 0.2", exactness("0.1", "+", "0.2"), [5]string{exact, exact, exact, exact, exact}},
	{"1234567.89123 * 987654.321987", exactness("1234567.89123", "*", "987654.321987"), [5]string{exact, exact, rounded, exact, exact}},
	{"0.00000000001 * 0.00000000001", exactness("0.00000000001", "*", "0.00000000001"), [5]string{exact, exact, rounded, rounded, exact}},
	{"1 / 3", exactness("1", "/", "3"), [5]string{rounded, rejected, rounded, rounded, exact}},
	{"0.000000001 / 1000000000", exactness("0.000000001", "/", "1000000000"), [5]string{rounded, rejected, exact, exact, exact}},

	{"format 10.50", formatOf("10.50"), [5]string{"10.5", "10.50", "10.50", "10.5", "10.5"}},
	{"format -0.00", formatOf("-0.00"), [5]string{"0", "-0.00", "0.00", "0", "0"}},
	{"format 0.000", formatOf("0.000"), [5]string{"0", "0.000", "0.000", "0", "0"}},
	{"format 1E3", formatOf("1E3"), [5]string{"1000", "1E+3", "1000", rejected, "1000"}},
	{"format 1.0e+2", formatOf("1.0e+2"), [5]string{"100", "1.0E+2", "100", rejected, "100"}},
	{"format NaN", formatOf("NaN"), [5]string{rejected, "NaN", rejected, rejected, rejected}},
	{"format 1e999999999", formatOf(oversized), [5]string{rejected, rejected, rejected, rejected, rejected}},

	{"marshal 10.50 to JSON", jsonOf("10.50"), [5]string{`"10.5"`, `"10.50"`, `"10.50"`, `"10.5"`, `"21/2"`}},
	{"unmarshal a JSON number", fromJSON("10.50"), [5]string{"10.5", rejected, "10.50", "10.5", rejected}},
	{"unmarshal a quoted number", fromJSON(`"10.50"`), [5]string{"10.5", "10.50", "10.50", "10.5", "10.5"}},
	{"unmarshal null over 7", fromJSON("null"), [5]string{"7", "7", "7", "7", "7"}},

	{"sql Scan of []byte 10.50", scanOf([]byte("10.50")), [5]string{"10.5", "10.50", "10.50", "10.5", "no method"}},
	{"sql Scan of NULL", scanOf(nil), [5]string{rejected, rejected, rejected, rejected, "no method"}},
	{"sql Value of 10.50", valueOf("10.50"), [5]string{"string 10.5", "string 10.50", "string 10.50", "string 10.5", "no method"}},
}

func formatOf(number string) func(library) (string, error) {
	return func(l library) (string, error) { return l.parsed(number) }
}

func jsonOf(number string) func(library) (string, error) {
	return func(l library) (string, error) { return l.marshaled(number) }
}

func fromJSON(literal string) func(library) (string, error) {
	return func(l library) (string, error) { return l.unmarshaled(literal) }
}

func scanOf(source any) func(library) (string, error) {
	return func(l library) (string, error) { return l.scanned(source) }
}

func valueOf(number string) func(library) (string, error) {
	return func(l library) (string, error) { return l.stored(number) }
}

func parseExactness(number string) func(library) (string, error) {
	return func(l library) (string, error) {
		got, err := l.parsed(number)
		return verdict(got, rational(number)), err
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

func rational(number string) *big.Rat {
	value, ok := new(big.Rat).SetString(number)
	if !ok {
		panic("not a number: " + number)
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
				got, err := fact.ask(library)
				if err != nil {
					got = rejected
				}
				if got != fact.results[i] {
					t.Errorf("%s: got %s (%v), want %s", library.libraryName(), got, err, fact.results[i])
				}
			}
			row := "| " + fact.question + " | " + strings.Join(fact.results[:], " | ") + " |"
			if !strings.Contains(string(page), row) {
				t.Errorf("docs/decisions/decimals.md lacks the row\n%s", row)
			}
		})
	}
}

// The largest power of ten limits the memory that a short hostile string can cost.
func TestDecimalLargestPowerOfTen(t *testing.T) {
	largest := map[string]int{"shopspring": 10_000, "apd": 100_000, "govalues": 18, "big.Rat": 1_000_000}
	for _, library := range libraries {
		exponent, ok := largest[library.libraryName()]
		if !ok { // udecimal does not parse exponents
			exponent = -1
		}
		if exponent >= 0 {
			if _, err := library.parsed(fmt.Sprintf("1e%d", exponent)); err != nil {
				t.Errorf("%s rejects 1e%d: %v", library.libraryName(), exponent, err)
			}
		}
		if _, err := library.parsed(fmt.Sprintf("1e%d", exponent+1)); err == nil {
			t.Errorf("%s accepts 1e%d", library.libraryName(), exponent+1)
		}
	}
}

// Each power of ten takes a byte. 1e9, which Go code can create past the parser's limit, would
// print as a gigabyte.
func TestShopspringStringGrowsWithExponent(t *testing.T) {
	if length := len(shopspring.New(1, 1_000_000).String()); length != 1_000_001 {
		t.Errorf("1e6: got %d characters, want 1,000,001", length)
	}
}

// The value keeps trailing zeros; only String drops them.
func TestShopspringKeepsTrailingZerosInExponent(t *testing.T) {
	value := shopspring.RequireFromString("10.50")
	if got := value.StringFixed(-value.Exponent()); got != "10.50" {
		t.Errorf("got %s, want 10.50", got)
	}
}

// Division is shopspring's only operation that rounds. DivRound takes the precision.
func TestShopspringDivisionRoundsToSixteenPlaces(t *testing.T) {
	one, three := shopspring.NewFromInt(1), shopspring.NewFromInt(3)
	if got := one.Div(three).String(); got != "0.3333333333333333" {
		t.Errorf("1 / 3: got %s", got)
	}
	if got := one.DivRound(three, 20).String(); got != "0.33333333333333333333" {
		t.Errorf("1 / 3, rounded to 20 decimals: got %s", got)
	}
}

// shopspring's settings are package variables: lowering this one makes numbers invalid in the whole
// process.
func TestShopspringExponentLimitIsGlobal(t *testing.T) {
	before := shopspring.MaxDecodeExponent
	t.Cleanup(func() { shopspring.MaxDecodeExponent = before })
	shopspring.MaxDecodeExponent = 100
	if value, err := shopspring.NewFromString("1e-300"); err == nil {
		t.Errorf("1e-300: got %s, want an error", value)
	}
}

// Assignment copies the struct but not the digits of a number beyond 128 bits, so arithmetic on the
// copy changes the original.
func TestApdCopiesShareDigits(t *testing.T) {
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

// With a precision, apd divides and reports whether it rounded.
func TestApdReportsRounding(t *testing.T) {
	var third apd.Decimal
	condition, err := apd.BaseContext.WithPrecision(20).Quo(&third, apd.New(1, 0), apd.New(3, 0))
	if err != nil || !condition.Inexact() || third.String() != "0.33333333333333333333" {
		t.Errorf("1 / 3: got %s, %v, %v", third.String(), condition, err)
	}
}

const orderLines = 500

// order returns prices with two decimals and mostly whole quantities, the same ones in every run.
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

func orderNumbers() []string {
	prices, quantities := order()
	return append(prices, quantities...)
}

func (n numbers[T]) parseAll(literals []string) ([]T, error) {
	values := make([]T, len(literals))
	for i, number := range literals {
		if err := n.parse(number, &values[i]); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func (n numbers[T]) sumOfOrder() (string, error) {
	priceStrings, quantityStrings := order()
	prices, priceErr := n.parseAll(priceStrings)
	quantities, quantityErr := n.parseAll(quantityStrings)
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
			t.Errorf("%s: got %s, %v, want %s", library.libraryName(), got, err, formatRat(truth))
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

// One operation is a whole order of 1000 numbers, so µs per operation are ns per number, and
// fractions of an allocation per number stay visible.
func (n numbers[T]) benchmarkParse(b *testing.B) {
	literals := orderNumbers()
	values := make([]T, len(literals))
	var zero T
	b.ReportAllocs()
	for b.Loop() {
		for i, number := range literals {
			values[i] = zero // keeps a library from reusing the memory of the last number
			if err := n.parse(number, &values[i]); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func (n numbers[T]) benchmarkFormat(b *testing.B) {
	values, err := n.parseAll(orderNumbers())
	if err != nil {
		b.Fatal(err)
	}
	formatted := make([]string, len(values)) // keeps the strings on the heap, as a caller would
	b.ReportAllocs()
	for b.Loop() {
		for i := range values {
			formatted[i] = n.format(&values[i])
		}
	}
}

func (n numbers[T]) benchmarkParseFormat(b *testing.B) {
	literals := orderNumbers()
	values := make([]T, len(literals))
	formatted := make([]string, len(literals))
	var zero T
	b.ReportAllocs()
	for b.Loop() {
		for i, number := range literals {
			values[i] = zero
			if err := n.parse(number, &values[i]); err != nil {
				b.Fatal(err)
			}
			formatted[i] = n.format(&values[i])
		}
	}
}

func (n numbers[T]) benchmarkSum(b *testing.B) {
	priceStrings, quantityStrings := order()
	prices, priceErr := n.parseAll(priceStrings)
	quantities, quantityErr := n.parseAll(quantityStrings)
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

// benchmarkRetained reports the heap per parsed number, including its slice element.
func (n numbers[T]) benchmarkRetained(b *testing.B) {
	const count = 1_000_000
	literals := orderNumbers()
	var retained float64
	for b.Loop() {
		before := heapInUse()
		values := make([]T, count)
		for i := range values {
			if err := n.parse(literals[i%len(literals)], &values[i]); err != nil {
				b.Fatal(err)
			}
		}
		retained = float64(heapInUse()-before) / count
		runtime.KeepAlive(values)
	}
	b.ReportMetric(retained, "retained-B/value")
	b.ReportMetric(0, "ns/op") // hides the time, which is mostly garbage collection
}

func heapInUse() uint64 {
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return memory.HeapAlloc
}
