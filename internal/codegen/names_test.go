package codegen

import (
	"strings"
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

func TestGoName(t *testing.T) {
	for name, want := range map[string]string{
		"Id": "ID", "orderId": "OrderID", "OrderIDs": "OrderIDs", "order_ids": "OrderIDs", "order-id": "OrderID",
		"ERPDocumentSerialNumber": "ERPDocumentSerialNumber", "HTMLPage": "HTMLPage", "getHttpUrl": "GetHTTPURL",
		"Acme.Api.Order": "AcmeAPIOrder", "zamówienie": "Zamowienie", "Żółć_łąki": "ZolcLaki", "2fa": "N2fa", "B2BOrder": "B2BOrder",
		"x-rate-limit": "XRateLimit", "$filter": "Filter", "@odata.type": "OdataType", "a b\tc": "ABC", "type": "Type",
		"statusidin": "Statusidin", "UTF8": "UTF8", "Wartość": "Wartosc", "": "Fallback", "???": "Fallback", "日本": "Fallback",
		"Idea": "Idea", "Video": "Video", "VATRate": "VATRate", "nip": "NIP", "Grunt": "Grunt", "S": "S", "isOK": "IsOK",
	} {
		if got := goName(name, "Fallback"); got != want {
			t.Errorf("goName(%q) = %q, want %q", name, got, want)
		}
		if got := goName(want, "Fallback"); got != want {
			t.Errorf("goName is not stable: %q became %q", want, got)
		}
	}
}

// A name that is already a Go name takes precedence over one that differs in case, and that over
// others.
func TestExactNamesGoFirst(t *testing.T) {
	p := &preparer{report: &tree.Report{}, lock: (*Lock)(nil).clone()}
	var symbols []*symbol
	for _, name := range []string{"client", "a-b", "aB", "AB", "A_B", "A.B"} {
		wanted := goName(name, "Name")
		symbols = append(symbols, &symbol{key: lockKey{typeKey, "/" + name}, given: name, wanted: []string{wanted, wanted + "Model"}})
	}
	p.name(scope{taken: identifiers{"Client": true}}, symbols)
	var got []string
	for _, s := range symbols {
		got = append(got, s.given+"="+s.name)
	}
	if want := "client=ClientModel a-b=ABModel2 aB=ABModel AB=AB A_B=ABModel3 A.B=ABModel4"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if len(p.report.Changes) != 5 {
		t.Errorf("got %d reports for 5 repaired names", len(p.report.Changes))
	}
}
