package naming

import (
	"strconv"
	"testing"
)

func TestWithoutMarks(t *testing.T) {
	for text, want := range map[string]string{"zamówienie": "zamowienie", "Żółć Łąki": "Zolc Laki", "Straße Øst": "Strasse Ost", "日本 x": "日本 x", "": ""} {
		if got := WithoutMarks(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestFreeAppendsNextNumber(t *testing.T) {
	used := map[string]bool{}
	asked := 0
	taken := func(name string) bool { asked++; return used[name] }
	for i := 1; i <= 1000; i++ {
		want := "Order" + strconv.Itoa(i)
		if i == 1 {
			want = "Order"
		}
		asked = 0
		got := Free("Order", taken)
		if got != want || asked > 25 {
			t.Fatalf("got %s after %d calls, want %s", got, asked, want)
		}
		used[got] = true
	}
	odd := map[string]bool{"Order": true, "Order2": true, "Order4": true}
	if got := Free("Order", func(name string) bool { return odd[name] }); odd[got] {
		t.Errorf("%s is taken", got)
	}
}
