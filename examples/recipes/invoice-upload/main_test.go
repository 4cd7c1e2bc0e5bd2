package main

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/xsaletest"
)

// attach is made up for the test, and so are the fields of the form: the vendor's Swagger has the real
// ones.
const attach = "POST /{organizationName}/orders/{id}/attachments"

// newSandbox returns a sandbox that takes files, and a function that lists them in the order of their
// arrival.
func newSandbox(t *testing.T, formField string) (*xsaletest.Sandbox, func() string) {
	*target, *form, *jsonBody, fields = "POST /orders/{id}/attachments", formField, "", nil
	if formField != "" {
		fields = []string{"Type=FV"}
	}
	sandbox := xsaletest.New(t)
	arrived := make(chan string, 100)
	sandbox.HandleFunc(attach, func(w http.ResponseWriter, r *http.Request) {
		note := r.PathValue("id")
		if note == "404" {
			http.Error(w, "no such order", http.StatusNotFound)
			return
		}
		var content io.Reader = r.Body
		if formField == "" {
			note += " " + r.Header.Get("Content-Type")
		} else {
			file, header, err := r.FormFile(formField)
			if err != nil {
				t.Error(err)
				return
			}
			content = file
			note += " " + header.Header.Get("Content-Type") + " " + header.Filename + " " + r.FormValue("Type")
		}
		data, err := io.ReadAll(content)
		if err != nil || r.ContentLength < int64(len(data)) {
			t.Errorf("length %d, read %d bytes, %v", r.ContentLength, len(data), err)
		}
		arrived <- note + " " + string(data)
	})
	return sandbox, func() string {
		var all []string
		for len(arrived) > 0 {
			all = append(all, <-arrived)
		}
		return strings.Join(all, "; ")
	}
}

// write writes files, whose content is their name, and returns their paths.
func write(t *testing.T, names ...string) (files []string) {
	dir := t.TempDir()
	for _, name := range names {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte("%PDF "+name), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// list returns the names of the files next to a file.
func list(t *testing.T, file string) string {
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return strings.Join(names, ", ")
}

// A file is sent again if the server has not processed the request, and once in total. One that fails
// delays no other.
func TestEachFileIsUploadedOnce(t *testing.T) {
	sandbox, arrived := newSandbox(t, "File")
	sandbox.Fail(attach, xsaletest.RetryAfter(0), xsaletest.ExpiredIDToken())
	files := write(t, "1.pdf", "404 FV.pdf", "FV 3.pdf", "4 FV 2026-11.pdf")
	for range 2 {
		if err := uploadAll(t.Context(), sandbox.Client(t).Organization(""), files); err == nil || err.Error() != "files that failed: 2 of 4" {
			t.Error(err)
		}
	}
	if got, want := arrived(), "1 application/pdf 1.pdf FV %PDF 1.pdf; 4 application/pdf 4 FV 2026-11.pdf FV %PDF 4 FV 2026-11.pdf"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := list(t, files[0]), "1.pdf.sent, 4 FV 2026-11.pdf.sent, 404 FV.pdf, FV 3.pdf"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Nothing is sent again after a response was lost.
func TestLostResponse(t *testing.T) {
	sandbox, arrived := newSandbox(t, "")
	files := write(t, "1.pdf", "2.pdf")
	sandbox.Fail(attach, xsaletest.Cut(xsaletest.BeforeResponse).Processed())
	if err := uploadAll(t.Context(), sandbox.Client(t).Organization(""), files); !errors.Is(err, xsale.ErrMaybeProcessed) {
		t.Error(err)
	}
	if err := os.WriteFile(files[0], nil, 0o600); err != nil { // exported once more
		t.Fatal(err)
	}
	if err := uploadAll(t.Context(), sandbox.Client(t).Organization(""), files); err == nil || err.Error() != "files that failed: 1 of 2" {
		t.Error(err)
	}
	if got := arrived(); got != "1 application/pdf %PDF 1.pdf; 2 application/pdf %PDF 2.pdf" {
		t.Errorf("got %s", got)
	}
	if got := list(t, files[0]); got != "1.pdf, 1.pdf.sending, 2.pdf.sent" {
		t.Errorf("got %s", got)
	}
}

// A file that another program has not written yet is not sent.
func TestEmptyFile(t *testing.T) {
	sandbox, arrived := newSandbox(t, "File")
	files := write(t, "1.pdf", "2.pdf")
	if err := os.Truncate(files[0], 0); err != nil {
		t.Fatal(err)
	}
	if err := uploadAll(t.Context(), sandbox.Client(t).Organization(""), files); err == nil || err.Error() != "files that failed: 1 of 2" {
		t.Error(err)
	}
	if got, left := arrived(), list(t, files[0]); !strings.HasPrefix(got, "2 ") || left != "1.pdf, 2.pdf.sent" {
		t.Errorf("got %s, left %s", got, left)
	}
}

// An outage ends the run, and so do tokens that xSale rejects. The files stay to be sent.
func TestOutage(t *testing.T) {
	for _, test := range []struct {
		fault xsaletest.Fault
		want  error
	}{{xsaletest.RetryAfter(0), xsale.ErrRateLimited}, {xsaletest.Status(http.StatusUnauthorized), xsale.ErrUnauthorized}} {
		sandbox, _ := newSandbox(t, "")
		files := write(t, "1.pdf", "2.pdf")
		sandbox.Fail(attach, test.fault.Always())
		if err := uploadAll(t.Context(), sandbox.Client(t, xsale.WithRetries(0)).Organization(""), files); !errors.Is(err, test.want) {
			t.Error(err)
		}
		if got := list(t, files[0]); got != "1.pdf, 2.pdf" {
			t.Errorf("got %s", got)
		}
	}
}

// JSON has the name and the content of the file where -json wants them.
func TestJSON(t *testing.T) {
	sandbox, arrived := newSandbox(t, "")
	*jsonBody = `{"Name":"{name}","Content":"{base64}"}`
	if err := uploadAll(t.Context(), sandbox.Client(t).Organization(""), write(t, "7 Łódź.pdf")); err != nil {
		t.Error(err)
	}
	content := base64.StdEncoding.EncodeToString([]byte("%PDF 7 Łódź.pdf"))
	if got, want := arrived(), `7 application/json {"Name":"7 Łódź.pdf","Content":"`+content+`"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Flags that cannot be right leave the files as they are.
func TestInvalidFlags(t *testing.T) {
	const path = "/orders/{id}/attachments"
	for _, test := range []struct{ target, form, jsonBody, field string }{
		{target: "POST orders/{id}"},
		{target: "POST //{id}"},
		{target: "POST /orders"},
		{target: "GET " + path},
		{target: "DELETE " + path},
		{target: path},
		{target: "POST " + path, jsonBody: `{"Name":{name}}`},
		{target: "POST " + path, jsonBody: `{"Content":"{base64}"`},
		{target: "POST " + path, jsonBody: `{}`, form: "File"},
		{target: "POST " + path, field: "Type=FV"},
		{target: "POST " + path, jsonBody: `{}`, field: "Type=FV"},
	} {
		sandbox, arrived := newSandbox(t, test.form)
		for _, method := range []string{"GET ", "DELETE "} {
			sandbox.HandleFunc(method+"/{organizationName}/orders/{id}/attachments", func(http.ResponseWriter, *http.Request) {})
		}
		*target, *jsonBody, fields = test.target, test.jsonBody, nil
		if test.field != "" {
			fields = []string{test.field}
		}
		files := write(t, "1.pdf")
		err := uploadAll(t.Context(), sandbox.Client(t).Organization(""), files)
		if left := list(t, files[0]); err == nil || left != "1.pdf" || arrived() != "" {
			t.Errorf("%+v: got %v and %s", test, err, left)
		}
	}
}

// A new version of a file is not sent in silence, and not taken as sent.
func TestNewVersion(t *testing.T) {
	sandbox, arrived := newSandbox(t, "")
	files := write(t, "9.pdf", "9.pdf.sent")
	if err := uploadAll(t.Context(), sandbox.Client(t).Organization(""), files[:1]); err == nil || err.Error() != "files that failed: 1 of 1" {
		t.Error(err)
	}
	if left := list(t, files[0]); left != "9.pdf, 9.pdf.sent" || arrived() != "" {
		t.Errorf("left %s", left)
	}
}
