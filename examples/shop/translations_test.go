package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/xsaletest"
)

// articles is how many articles the test translates.
const articles = 160

func articleIDs() (ids []int64) {
	for id := range articles {
		ids = append(ids, int64(id+1))
	}
	return ids
}

// TestMain is the program that TestKilledTranslationGoesOn kills. It notes each text that it
// translates in a file.
func TestMain(m *testing.M) {
	file := os.Getenv("TRANSLATED_TEXTS")
	if file == "" {
		os.Exit(m.Run())
	}
	if err := translateAndNote(file); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func translateAndNote(file string) error {
	client, err := xsale.New(xsale.FromEnvironment())
	if err != nil {
		return err
	}
	defer client.Close()
	s, err := openShop(context.Background(), client.Organization(""), file+".db")
	if err != nil {
		return err
	}
	defer s.database.Close()
	notes, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer notes.Close()
	_, err = s.translateAll(context.Background(), articleIDs(), func(ctx context.Context, html string) (string, error) {
		if _, err := fmt.Fprintln(notes, html); err != nil {
			return "", err
		}
		return mark(ctx, html)
	})
	return err
}

// A program that was killed goes on where it was. It translates no text twice but those that its
// workers had in their hands, and keeps the fields that the spec does not list.
func TestKilledTranslationGoesOn(t *testing.T) {
	translations := map[int64][]xsale.Translation{}
	for _, id := range articleIDs() {
		source := xsale.Translation{LanguageID: fromLanguage, Name: wire.Some(fmt.Sprintf("Krzesło %d", id)), Description: wire.Null[string]()}
		target := xsale.Translation{LanguageID: toLanguage, Name: wire.Some("Chair")}
		if err := target.Set("Slug", []byte(`"chair"`)); err != nil {
			t.Fatal(err)
		}
		translations[id] = []xsale.Translation{source, target}
	}
	sandbox := xsaletest.New(t, xsaletest.WithSeed(xsaletest.Seed{Translations: translations}))
	file := filepath.Join(t.TempDir(), "texts")
	start := func() *exec.Cmd {
		program := exec.CommandContext(t.Context(), os.Args[0])
		program.Env = append(append(os.Environ(), sandbox.Environment()...), "TRANSLATED_TEXTS="+file)
		program.Stderr = t.Output()
		if err := program.Start(); err != nil {
			t.Fatal(err)
		}
		return program
	}
	killed := start()
	for sandbox.Calls() < articles/2 { // two calls for an article
		time.Sleep(time.Millisecond)
	}
	killed.Process.Kill()
	killed.Wait()
	calls := sandbox.Calls()
	if err := start().Wait(); err != nil || calls >= 2*articles {
		t.Fatal("the program was killed after", calls, "calls, and then ended with", err)
	}
	notes, err := os.ReadFile(file)
	if translated := strings.Count(string(notes), "\n"); err != nil || translated < articles || translated > articles+4 {
		t.Errorf("%d texts were translated, %v, want %d and at most 4 more", translated, err, articles)
	}
	organization := sandbox.Client(t).Organization("")
	for _, id := range articleIDs() {
		for translation, err := range organization.Articles.ListTranslations(t.Context(), id) {
			if err != nil {
				t.Fatal(err)
			}
			name, _ := translation.Name.Get()
			slug, _, _ := translation.GetString("Slug")
			if want := fmt.Sprintf("[en] Krzesło %d", id); translation.LanguageID == toLanguage && (name != want || slug != "chair") {
				t.Errorf("article %d is %q with slug %q, want %q", id, name, slug, want)
			}
		}
	}
}
