package xsaletest_test

import (
	"net/http"
	"testing"
)

const translationsPath = ":/articles/16519/translations"

func (c *caller) setTranslation(body string) {
	c.t.Helper()
	if reply := c.call(http.MethodPut, translationsPath, body); reply.status != http.StatusNoContent || reply.body != "" {
		c.t.Fatalf("PUT %s: status %d, body %s", body, reply.status, reply.body)
	}
}

func TestTranslationsAreWrittenByLanguage(t *testing.T) {
	c := newCaller(t)
	type translation struct {
		LanguageId        int64
		Name, Description *string
	}
	translations := decode[[]translation](t, c.call(http.MethodGet, translationsPath, ""))
	if len(translations) != 1 || translations[0].LanguageId != 9 || translations[0].Name == nil || *translations[0].Name == "" {
		t.Fatalf("got %+v at the start", translations)
	}
	polish := *translations[0].Name

	c.setTranslation(`{"LanguageId":2,"Name":"Desk","Description":"<p>Oak</p>"}`)
	c.setTranslation(`{"LanguageId":3,"Name":null,"Unlisted":1.50}`)
	c.setTranslation(`{"LanguageId":2,"Name":"Oak desk"}`) // replaces the first
	reply := c.call(http.MethodGet, translationsPath, "")
	translations = decode[[]translation](t, reply)
	if len(translations) != 3 || *translations[0].Name != polish || *translations[1].Name != "Oak desk" || translations[1].Description != nil {
		t.Errorf("translations %s", reply.body)
	}
	if want := `{"LanguageId":3,"Name":null,"Unlisted":1.50}]` + "\n"; reply.body[len(reply.body)-len(want):] != want {
		t.Errorf("translations %s", reply.body)
	}
	if other := decode[[]translation](t, c.call(http.MethodGet, ":/articles/16520/translations", "")); len(other) != 1 {
		t.Errorf("another article has the same: %+v", other)
	}
}

func TestUnknownArticle(t *testing.T) {
	c := newCaller(t)
	const path = ":/articles/4711/translations"
	wantProblem(t, c.call(http.MethodGet, path, ""), http.StatusNotFound, "path id")
	wantProblem(t, c.call(http.MethodPut, path, `{"LanguageId":2}`), http.StatusNotFound, "path id")
	wantProblem(t, c.call(http.MethodGet, path, ""), http.StatusNotFound, "path id") // not created by the write
}
