package traffic_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/xsaletest"
	"github.com/xsale-go/xsale/xsaletest/traffic"
)

// har is what the tests read of an archive.
type har struct {
	Log struct {
		Version string
		Creator struct{ Name, Version string }
		Entries []struct {
			StartedDateTime string
			Time            float64
			Request         struct {
				Method, URL string
				Cookies     []any
				PostData    *struct{ MimeType, Text, Comment string }
			}
			Response struct {
				Status  int
				Cookies []any
				Headers []struct{ Name, Value string }
				Content struct {
					Size                    *int64
					MimeType, Text, Comment string
				}
				RedirectURL *string
				Comment     string
			}
			Cache   map[string]any
			Timings map[string]float64
		}
	}
}

// readArchive reads an archive, and returns it as text, too.
func readArchive(t *testing.T, path string) (archive har, text string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &archive); err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	return archive, string(data)
}

// The archive is complete after each call, and has neither tokens nor personal data.
func TestArchiveOfADay(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithOrders(5), xsaletest.WithInvalidRequests())
	var canaries []string
	path := filepath.Join(t.TempDir(), "day.har")
	archiver, err := traffic.Archive(transport(func(request *http.Request) (*http.Response, error) {
		for _, name := range []string{"Authorization", "X-Id-Token"} {
			if token := strings.TrimPrefix(request.Header.Get(name), "Bearer "); token != "" {
				canaries = append(canaries, token)
			}
		}
		response, err := sandbox.HTTPClient().Transport.RoundTrip(request)
		if err == nil {
			response.Header.Set("Set-Cookie", "session=canary-cookie")
		}
		return response, err
	}), path)
	if err != nil {
		t.Fatal(err)
	}
	client := sandbox.Client(t, xsale.WithHTTPClient(&http.Client{Transport: archiver}))
	if _, err := client.Me(t.Context()); err != nil {
		t.Fatal(err)
	}
	if archive, _ := readArchive(t, path); len(archive.Log.Entries) != 2 || archive.Log.Version != "1.2" || archive.Log.Creator.Version == "" {
		t.Errorf("after one call: %+v", archive)
	}
	runADay(t, client)
	if _, err := client.Call(t.Context(), "GET", "/kowalski/clients/525000?email=jan%40kowalski.pl", nil); !errors.Is(err, xsale.ErrNotFound) {
		t.Fatal(err)
	}
	if err := archiver.Close(); err != nil {
		t.Fatal(err)
	}
	archive, text := readArchive(t, path)
	if len(archive.Log.Entries) < 5 {
		t.Errorf("%d entries", len(archive.Log.Entries))
	}
	for _, entry := range archive.Log.Entries {
		if entry.StartedDateTime == "" || entry.Request.Cookies == nil || entry.Response.Content.Size == nil || entry.Response.RedirectURL == nil ||
			entry.Cache == nil || len(entry.Timings) != 3 || entry.Response.Status == 0 {
			t.Errorf("%+v", entry)
		}
	}
	for _, canary := range append(canaries, "canary", "owalski", "loremipsum", xsaletest.Organization, xsaletest.Password, xsaletest.ClientSecret) {
		if strings.Contains(text, canary) {
			t.Errorf("the archive contains %q:\n%s", canary, text)
		}
	}
	if _, err := client.Me(t.Context()); err != nil {
		t.Errorf("after Close: %v", err)
	}
}

// Archiving changes nothing about a call: long bodies pass, and failures stay what they are.
func TestArchivePassesOn(t *testing.T) {
	failure := errors.New("no network")
	long := strings.Repeat("x", 100)
	responses := map[string]transport{
		"/long":       responding(200, "text/plain", long),
		"/fits":       responding(200, "text/plain", long[:10]),
		"/compressed": func(*http.Request) (*http.Response, error) { return nil, nil },
		"/broken":     func(*http.Request) (*http.Response, error) { return nil, failure },
	}
	responses["/compressed"] = func(request *http.Request) (*http.Response, error) {
		response, err := responding(200, "text/plain", "x")(request)
		response.Header.Set("Content-Encoding", "br")
		return response, err
	}
	path := filepath.Join(t.TempDir(), "odd.har")
	archiver, err := traffic.Archive(transport(func(request *http.Request) (*http.Response, error) {
		if request.Body != nil {
			if sent, err := io.ReadAll(request.Body); err != nil || string(sent) != long {
				t.Errorf("sent %d bytes, %v", len(sent), err)
			}
		}
		return responses[request.URL.Path](request)
	}), path, traffic.WithBodyLimit(50))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"/long", "/fits", "/compressed", "/broken"} {
		request, err := http.NewRequest(http.MethodPost, "http://api.invalid"+name, strings.NewReader(long))
		if err != nil {
			t.Fatal(err)
		}
		response, err := archiver.RoundTrip(request)
		if name == "/broken" {
			if err != failure {
				t.Error(err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(response.Body); err != nil {
			t.Error(err)
		}
		response.Body.Close()
	}
	archive, _ := readArchive(t, path)
	for i, want := range []struct {
		status        int
		text, leftOut bool
	}{{200, false, true}, {200, true, false}, {200, false, true}, {0, false, false}} {
		entry := archive.Log.Entries[i]
		if content := entry.Response.Content; entry.Response.Status != want.status || (content.Text != "") != want.text || (content.Comment != "") != want.leftOut {
			t.Errorf("%s: %+v", entry.Request.URL, entry.Response)
		}
		if entry.Request.PostData == nil || entry.Request.PostData.Text != "" || entry.Request.PostData.Comment == "" {
			t.Errorf("%s: %+v", entry.Request.URL, entry.Request.PostData)
		}
	}
	if err := archiver.Close(); err != nil {
		t.Error(err)
	}
}

func TestArchiveRefusesAFileOfOthers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	path := filepath.Join(t.TempDir(), "open.har")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := traffic.Archive(nil, path); err == nil || !strings.Contains(err.Error(), "0600") {
		t.Error(err)
	}
}

// Each finding is reported once, however often it occurs.
func TestReport(t *testing.T) {
	var reported []string
	validator := traffic.Validate(responding(200, "application/json", `{"Id":"x"}`), traffic.WithReport(func(f traffic.Finding) {
		reported = append(reported, f.Location)
	}))
	for range 3 {
		roundTrip(t, validator, "GET", "/me?page=1", "")
	}
	if strings.Join(reported, ",") != "query page,/Id" {
		t.Errorf("%q", reported)
	}
	if err := traffic.Validate(nil, traffic.WithReport(nil)); err == nil {
		t.Error("no validator")
	}
}
