package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"github.com/bytedance/sonic"
	jsonv2 "github.com/go-json-experiment/json"
	goccy "github.com/goccy/go-json"

	"github.com/xsale-go/xsale/bench/client/peer"
	"github.com/xsale-go/xsale/bench/client/server"
	"github.com/xsale-go/xsale/bench/client/xsaleapi"
	"github.com/xsale-go/xsale/gen"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/wire/codec"
)

// candidate is a JSON decoder.
type candidate struct {
	name      string
	unmarshal func(data []byte, target any) error
}

// codecs has the order of the columns in docs/decisions/json.md.
var codecs = []candidate{
	{"encoding/json", json.Unmarshal},
	{"wire", codec.Unmarshal},
	{"goccy", goccy.Unmarshal},
	{"sonic", sonic.Unmarshal},
	{"sonic std", sonic.ConfigStd.Unmarshal},
	{"json/v2", func(data []byte, target any) error { return jsonv2.Unmarshal(data, target) }},
}

// page returns the body of 100 orders that command client uses.
func page(tb testing.TB) []byte {
	tb.Helper()
	request := httptest.NewRequest("GET", "/"+server.PageOrganization+"/orders", nil)
	peer.SetHeaders(request.Header)
	response := httptest.NewRecorder()
	server.New().ServeHTTP(response, request)
	if response.Code != 200 || response.Body.Len() < 100_000 {
		tb.Fatal(response.Code, response.Body.Len())
	}
	return response.Body.Bytes()
}

// The plain structs have the fields that the spec lists, with money as floats and dates as strings.
// That is less work than wire's types do.
type plainOrder struct {
	ID             int64  `json:"Id"`
	Number         string `json:"Number"`
	ExternalNumber string `json:"ExternalNumber"`
	IntegrationID  int64  `json:"IntegrationId"`
	StatusID       int64  `json:"StatusId"`
	StatusName     string `json:"StatusName"`
	PaymentFormID  int64  `json:"PaymentFormId"`
	DeliveryFormID int64  `json:"DeliveryFormId"`
	PurchaseDate   string
	CreatedAt      string
	ModifiedAt     string
	CurrencyCode   string
	TotalNet       float64
	TotalGross     float64
	ShippingGross  float64
	PaidAmount     float64
	IsPaid         bool
	IsCanceled     bool
	WantsInvoice   bool
	Comment        *string
	Buyer          plainBuyer
	Items          []plainItem
}

type plainBuyer struct{ FirstName, LastName, Email, Phone, Street, PostalCode, City, CountryCode string }

type plainItem struct {
	ID                                      int64 `json:"Id"`
	OfferID                                 int64 `json:"OfferId"`
	VariantID                               int64 `json:"VariantId"`
	Name, Sku, Ean                          string
	Quantity, PriceNet, PriceGross, VatRate float64
	OrderItemArticles                       []struct {
		ArticleID int64 `json:"ArticleId"`
		Quantity  float64
	}
}

// A candidate that is fast because it reads less must not win the benchmark.
func TestCodecsDecodePageEqually(t *testing.T) {
	body := page(t)
	var want []plainOrder
	if err := json.Unmarshal(body, &want); err != nil || len(want) != server.Orders || want[99].Items[4].OrderItemArticles[0].ArticleID == 0 {
		t.Fatal(err)
	}
	for _, candidate := range codecs {
		if candidate.name == "wire" {
			continue // it decodes the generated types
		}
		var got []plainOrder
		if err := candidate.unmarshal(body, &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got other values than encoding/json, error %v", candidate.name, err)
		}
	}
	var typed []xsaleapi.Order
	if err := codec.Unmarshal(body, &typed); err != nil || len(typed) != len(want) {
		t.Fatal(err)
	}
	for i, order := range typed {
		item := order.Items[4]
		if order.ID != want[i].ID || order.Buyer.City != want[i].Buyer.City || item.Name != want[i].Items[4].Name || len(item.OrderItemArticles) != len(want[i].Items[4].OrderItemArticles) {
			t.Errorf("order %d: got %+v", i, order)
		}
	}
}

func BenchmarkCodecPage(b *testing.B) {
	body := page(b)
	for _, candidate := range codecs {
		if candidate.name != "wire" {
			b.Run(strings.ReplaceAll(candidate.name, "/", "-"), func(b *testing.B) { benchmarkCodec[plainOrder](b, candidate, body) })
		}
	}
	b.Run("wire-generated", func(b *testing.B) { benchmarkCodec[xsaleapi.Order](b, codecs[1], body) })
	b.Run("wire-shipped", func(b *testing.B) { benchmarkCodec[gen.Order](b, codecs[1], body) })
}

func benchmarkCodec[T any](b *testing.B, candidate candidate, body []byte) {
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	start := processTime(b)
	for b.Loop() {
		var orders []T
		if err := candidate.unmarshal(body, &orders); err != nil || len(orders) != server.Orders {
			b.Fatal(len(orders), err)
		}
	}
	b.ReportMetric(float64(processTime(b)-start)/float64(b.N), "cpu-ns/op") // other programs change ns/op
}

// processTime returns the CPU time of this process in nanoseconds.
func processTime(b *testing.B) int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

// sample is the target of the questions.
type sample struct {
	Text   string
	Number int64
	Child  sampleChild
	List   []sampleChild
	Raw    json.RawMessage

	wire.UnknownFields `json:"-"`
}

type sampleChild struct {
	A, B int64

	wire.UnknownFields `json:"-"`
}

// read decodes a document. It returns a panic as an error.
func (c candidate) read(document string) (result sample, err error) {
	defer func() {
		if caught := recover(); caught != nil {
			err = fmt.Errorf("panic: %v", caught)
		}
	}()
	err = c.unmarshal([]byte(document), &result)
	return result, err
}

func (s sample) String() string {
	list := ""
	for _, child := range s.List {
		list += fmt.Sprintf("{%d %d}", child.A, child.B)
	}
	return fmt.Sprintf("%q %d {%d %d} [%s] %s", s.Text, s.Number, s.Child.A, s.Child.B, list, s.Raw)
}

// codecQuestions are the rows of the table in docs/decisions/json.md.
var codecQuestions = []struct {
	question string
	document string
	result   func(sample) string
}{
	{"a control character in a string", "{\"Text\":\"\x01\"}", textField},
	{"the same in an unknown field", "{\"Else\":\"\x01\"}", wasRead},
	{"`\\q` in an unknown field", `{"Else":"\q"}`, wasRead},
	{"`01` as a number", `{"Number":01}`, wasRead},
	{"`01` in an unknown field", `{"Else":01}`, wasRead},
	{"`1.` in an unknown field", `{"Else":1.}`, wasRead},
	{"`-` in an unknown field", `{"Else":-}`, wasRead},
	{"`tru` in an unknown field", `{"Else":tru }`, wasRead},
	{"`[1,]` in an unknown field", `{"Else":[1,]}`, wasRead},
	{"`{]` in an unknown field", `{"Else":{]}`, wasRead},
	{"`[1,]` as raw JSON", `{"Raw":[1,]}`, wasRead},
	{"text after the value", `{} x`, wasRead},
	{"NUL after the value", "{}\x00", wasRead},
	{"a string with invalid UTF-8", "{\"Text\":\"\xff\"}", textField},
	{"an unpaired surrogate", `{"Text":"\ud800"}`, textField},
	{"a name in another case", `{"TEXT":"a"}`, textField},
	{"a name twice", `{"Text":"a","Text":"b"}`, textField},
	{"an object twice", `{"Child":{"A":1},"Child":{"B":2}}`, func(s sample) string { return fmt.Sprintf("A %d, B %d", s.Child.A, s.Child.B) }},
	{"a list twice", `{"List":[{"A":1}],"List":[{"B":2}]}`, func(s sample) string { return fmt.Sprintf("A %d, B %d", s.List[0].A, s.List[0].B) }},
	{"9223372036854775808 for an int64", `{"Number":9223372036854775808}`, wasRead},
	{"10,000 nested arrays", `{"Else":` + strings.Repeat("[", 9_999) + strings.Repeat("]", 9_999) + `}`, wasRead},
	{"10,001 nested arrays", `{"Else":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}`, wasRead},
}

func textField(s sample) string {
	if s.Text == "\ufffd" {
		return "replaced"
	}
	if s.Text == "" {
		return "ignored"
	}
	return strings.Trim(fmt.Sprintf("%q", s.Text), `"`)
}

func wasRead(sample) string { return "read" }

func TestCodecFacts(t *testing.T) {
	for _, question := range codecQuestions {
		row := question.question
		for _, candidate := range codecs {
			result := "error"
			if got, err := candidate.read(question.document); err == nil {
				result = question.result(got)
			} else if strings.HasPrefix(err.Error(), "panic") {
				result = "panic"
			}
			row += " | " + result
		}
		expectRow(t, row)
	}
}

// The seed is fixed, so the counts are the same in every run.
func TestCodecsOnBrokenDocuments(t *testing.T) {
	const documents = 20_000
	random := rand.New(rand.NewPCG(1, 2))
	const whole = `{"Text":"a\u0105\n","Number":-12,"Child":{"A":1,"B":2,"C":[true,null]},"List":[{"A":3},{"B":4,"D":"x"}],"Raw":[1.5e3,{"y":false}],"Else":{"z":[0.1,""]}}`
	const pieces = "{}[]:,\"\\ tn0123456789.eE+-u\x00\x1f\xff"
	var accepted, rejected, different [6]int
	for range documents {
		document := []byte(whole)
		for range 1 + random.IntN(3) {
			at := random.IntN(len(document))
			piece := pieces[random.IntN(len(pieces))]
			switch random.IntN(4) {
			case 0:
				document[at] = piece
			case 1:
				document = append(document[:at], document[at+1:]...)
			case 2:
				document = append(document[:at], append([]byte{piece}, document[at:]...)...)
			case 3:
				document = document[:at+1]
			}
			if len(document) == 0 {
				document = []byte(" ")
			}
		}
		want, wantErr := codecs[0].read(string(document))
		for i, candidate := range codecs {
			got, err := candidate.read(string(document))
			switch {
			case err == nil && !json.Valid(document):
				accepted[i]++
			case err != nil && wantErr == nil:
				rejected[i]++
			case err == nil && wantErr == nil && got.String() != want.String():
				different[i]++
			}
		}
	}
	expectRow(t, countRow("20,000 changed documents: invalid but accepted", accepted))
	expectRow(t, countRow("20,000 changed documents: valid but rejected", rejected))
	expectRow(t, countRow("20,000 changed documents: different values", different))
}

func countRow(question string, counts [6]int) string {
	return question + " | " + strings.Trim(strings.ReplaceAll(fmt.Sprint(counts), " ", " | "), "[]")
}

// A caller may reuse the input buffer.
func TestCodecsAfterInputChanges(t *testing.T) {
	row := "values after overwriting the input"
	for _, candidate := range codecs {
		input := []byte(`{"Text":"a string without escapes","Raw":[1]}`)
		var got sample
		if err := candidate.unmarshal(input, &got); err != nil {
			t.Fatal(candidate.name, err)
		}
		before := strings.Clone(got.String())
		copy(input, bytes.Repeat([]byte("X"), len(input)))
		result := "unchanged"
		if got.String() != before {
			result = "**changed**"
		}
		row += " | " + result
	}
	expectRow(t, row)
}

// expectRow keeps the page in sync with the codecs.
func expectRow(t *testing.T, row string) {
	t.Helper()
	facts, err := os.ReadFile("../docs/decisions/json.md")
	if err != nil {
		t.Fatal(err)
	}
	if row = "| " + row + " |"; !strings.Contains(string(facts), row) {
		t.Errorf("docs/decisions/json.md lacks the row\n%s", row)
	}
}
