package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/xsaletest"
)

// TestMain is also the translator. It cannot translate texts with the word bad.
func TestMain(m *testing.M) {
	if len(os.Args) != 2 || os.Args[1] != "translate" {
		*from, *to = 9, 2
		os.Exit(m.Run())
	}
	html, err := io.ReadAll(os.Stdin)
	if err != nil || strings.Contains(string(html), "bad") {
		os.Exit(1)
	}
	fmt.Println("[en] " + string(html))
}

var translator = []string{os.Args[0], "translate"}

// newSandbox returns a sandbox with articles that have a name, and one translation with a field that the
// spec does not list.
func newSandbox(t *testing.T, names ...string) *xsaletest.Sandbox {
	seed := map[int64][]xsale.Translation{}
	for i, name := range names {
		seed[int64(i+1)] = []xsale.Translation{{LanguageID: 9, Name: wire.Some(name), Description: wire.Null[string]()}}
	}
	chair := xsale.Translation{LanguageID: 2, Description: wire.Some("by a person")}
	if err := chair.Set("Slug", []byte(`"chair"`)); err != nil {
		t.Fatal(err)
	}
	seed[1][0].Description = wire.Some("<p>Dąb</p>")
	seed[1] = append(seed[1], chair)
	return xsaletest.New(t, xsaletest.WithSeed(xsaletest.Seed{Translations: seed}))
}

// translations returns the JSON of the translations of articles in language 2.
func translations(t *testing.T, articles *xsale.ArticlesService, count int64) (found []string) {
	for id := int64(1); id <= count; id++ {
		for translation, err := range articles.ListTranslations(t.Context(), id) {
			if err != nil {
				t.Fatal(err)
			}
			if translation.LanguageID == 2 {
				slug, _, _ := translation.GetString("Slug")
				found = append(found, fmt.Sprintf("%d %s, %s, %s", id, translation.Name, translation.Description, slug))
			}
		}
	}
	return found
}

// Articles that fail delay no other, and what a person wrote stays. A second run translates nothing.
func TestMissingTextsAreTranslated(t *testing.T) {
	sandbox := newSandbox(t, "Krzesło", "bad", "Stół")
	articles := sandbox.Client(t).Articles
	sandbox.Fail("setTranslation", xsaletest.Cut(xsaletest.BeforeResponse).Processed())
	for range 2 {
		if err := translateAll(t.Context(), articles, strings.NewReader("1 2\n3\n404\n"), translator); err == nil || err.Error() != "articles that failed: 2" {
			t.Error(err)
		}
		want := "1 [en] Krzesło, by a person, chair; 3 [en] Stół, , "
		if got := strings.Join(translations(t, articles, 3), "; "); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if sent := len(sandbox.Requests("setTranslation")); sent != 3 { // one of them twice
		t.Errorf("%d translations sent, want 3", sent)
	}
}

// A run that was interrupted is continued where it was.
func TestInterruptedRunGoesOn(t *testing.T) {
	names := make([]string, 12)
	for i := range names {
		names[i] = fmt.Sprint("Krzesło ", i)
	}
	sandbox := newSandbox(t, names...)
	articles := sandbox.Client(t).Articles
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	input, ids := io.Pipe()
	defer input.Close()
	go func() {
		for id := range len(names) {
			if fmt.Fprintln(ids, id+1); id == 6 {
				stop()
			}
		}
		ids.Close()
	}()
	if err := translateAll(ctx, articles, input, translator); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	first := len(translations(t, articles, 12))
	var all strings.Builder
	for id := range names {
		fmt.Fprintln(&all, id+1)
	}
	if err := translateAll(t.Context(), articles, strings.NewReader(all.String()), translator); err != nil || first == 12 {
		t.Fatal(first, err)
	}
	if got := len(translations(t, articles, 12)); got != 12 {
		t.Errorf("%d of 12 articles are translated, %d of them in the first run", got, first)
	}
}

// An outage ends the run. A single article for which the service fails is no outage.
func TestOutage(t *testing.T) {
	names := []string{"Krzesło", "Stół", "Lampa", "Regał", "Biurko", "Szafa", "Łóżko", "Fotel", "Półka", "Kanapa", "Komoda", "Lustro"}
	sandbox := newSandbox(t, names...)
	articles := sandbox.Client(t, xsale.WithRetries(0)).Articles
	all := func() io.Reader { return strings.NewReader("1 2 3 4 5 6 7 8 9 10 11 12") }
	sandbox.Fail("listTranslations", xsaletest.Status(http.StatusServiceUnavailable))
	if err := translateAll(t.Context(), articles, all(), translator); err == nil || err.Error() != "articles that failed: 1" {
		t.Error(err)
	}
	before := len(sandbox.Requests("listTranslations"))
	sandbox.Fail("listTranslations", xsaletest.Status(http.StatusServiceUnavailable).Always())
	if err := translateAll(t.Context(), articles, all(), translator); !errors.Is(err, xsale.ErrServer) {
		t.Error(err)
	}
	if calls := len(sandbox.Requests("listTranslations")) - before; calls > maxOutages+4 {
		t.Errorf("%d calls during an outage", calls)
	}
}

// A word that is no id delays no article.
func TestInvalidInput(t *testing.T) {
	articles := newSandbox(t, "Krzesło").Client(t).Articles
	if err := translateAll(t.Context(), articles, strings.NewReader("x 1"), translator); err == nil || err.Error() != "articles that failed: 1" {
		t.Error(err)
	}
	if got := strings.Join(translations(t, articles, 1), "; "); got != "1 [en] Krzesło, by a person, chair" {
		t.Errorf("got %q", got)
	}
}
