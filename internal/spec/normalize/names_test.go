package normalize

import (
	"testing"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

func TestPascal(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "order": "Order", "order-items": "OrderItems", "{orderId}": "OrderId", "zamówienia_łódź": "ZamowieniaLodz", "Straße": "Strasse",
		"v1.2": "V12", "3d": "3d", "日本": "", "Ærø": "Aero", "a b\tc": "ABC", "e\u0301t\u00e9": "Ete", "HTTPServer": "HTTPServer",
	} {
		if got := pascal(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestFreeName(t *testing.T) {
	taken := tree.Object{"A": true, "B": nil, "B2": nil, "Schema": nil}
	for name, want := range map[string]string{"C": "C", "A": "A2", "B": "B3", "": "Schema2"} {
		if got := freeName(taken, name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
