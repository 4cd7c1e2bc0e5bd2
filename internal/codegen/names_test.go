package codegen

import (
	"fmt"
	"testing"
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

func TestTakeFindsFreeNames(t *testing.T) {
	taken := identifiers{"Client": true}
	var got []string
	for range 3 {
		got = append(got, taken.take("Client", "Model"))
	}
	for range 3 {
		got = append(got, taken.take("Order", ""))
	}
	if want := "[ClientModel ClientModel2 ClientModel3 Order Order2 Order3]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
