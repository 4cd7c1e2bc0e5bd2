package traffic_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/openapi"
	"github.com/xsale-go/xsale/xsaletest"
	"github.com/xsale-go/xsale/xsaletest/traffic"
)

// replayClient returns a client without a network.
func replayClient(t testing.TB, through http.RoundTripper) *xsale.Client {
	t.Helper()
	sandbox := xsaletest.New(t, xsaletest.WithOrders(0)) // for its credentials
	client := sandbox.Client(t, xsale.WithHTTPClient(&http.Client{Transport: through}), xsale.WithRetries(0))
	if err := sandbox.Close(); err != nil {
		t.Fatal(err)
	}
	return client
}

// record records a day of a client and returns the directory.
func record(t *testing.T, options ...traffic.RecordOption) string {
	t.Helper()
	sandbox := xsaletest.New(t, xsaletest.WithOrders(20))
	dir := filepath.Join(t.TempDir(), "recording")
	recorder, err := traffic.Record(sandbox.HTTPClient().Transport, dir, options...)
	if err != nil {
		t.Fatal(err)
	}
	runADay(t, sandbox.Client(t, xsale.WithHTTPClient(&http.Client{Transport: recorder})))
	return dir
}

// filesOf returns the files of a recording by name.
func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name()] = string(data)
	}
	return files
}

func TestRecordAndReplay(t *testing.T) {
	dir := record(t)
	replayer, err := traffic.Replay(dir, traffic.WithIgnored("", "", "nothing"))
	if err != nil {
		t.Fatal(err)
	}
	if len(replayer.Unused()) != len(filesOf(t, dir))-1 {
		t.Errorf("unused before: %q", replayer.Unused())
	}
	client := replayClient(t, replayer)
	runADay(t, client)
	wantLines(t, replayer.Unused())

	me, err := client.Me(t.Context())
	if err == nil {
		t.Fatalf("a second user: %+v", me)
	}
	if want := "getMe (GET /me) was sent more often than it was recorded (1): record again"; !strings.Contains(err.Error(), want) {
		t.Errorf("%v", err)
	}
}

// Looks for all personal data that was sent, in every form.
func TestRecordingHasNoPersonalData(t *testing.T) {
	var seen []string
	sandbox := xsaletest.New(t, xsaletest.WithOrders(5), xsaletest.WithInvalidRequests())
	dir := t.TempDir()
	recorder, err := traffic.Record(transport(func(request *http.Request) (*http.Response, error) {
		for _, name := range []string{"Authorization", "X-Id-Token"} {
			if value := strings.TrimPrefix(request.Header.Get(name), "Bearer "); value != "" {
				seen = append(seen, value)
			}
		}
		response, err := sandbox.HTTPClient().Transport.RoundTrip(request)
		if err == nil {
			response.Header.Set("Set-Cookie", "session=canary-cookie")
			response.Header.Set("X-User", "canary-header")
		}
		return response, err
	}), dir)
	if err != nil {
		t.Fatal(err)
	}
	client := sandbox.Client(t, xsale.WithHTTPClient(&http.Client{Transport: recorder}))
	runADay(t, client)
	_, err = client.Call(t.Context(), "GET", "/me?email=jan%40kowalski.pl&phone=600100200&name=Jan+Kowalski&nip=5250001090", nil,
		call.Header("Cookie", "canary-cookie"), call.Header("X-User", "canary-header"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Call(t.Context(), "POST", "/"+xsaletest.Organization+"/integrations/1/categories/1/parameters", map[string]any{
		"jan@kowalski.pl": 1, "note": "write to jan@kowalski.pl, Kowalski!", "born": map[string]any{"BirthDate": "1980-05-17T00:00:00"}, "Regon": 123456785, "numbers": []string{"525-000-10-90"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Call(t.Context(), "GET", "/kowalski/clients/525000", nil); !errors.Is(err, xsale.ErrNotFound) {
		t.Fatal(err)
	}
	if len(seen) == 0 {
		t.Fatal("no tokens were seen")
	}
	canaries := append(seen, "canary", "owalski", "OWALSKI", "5250001090", "525-000", "600100200", "600 100", "Krakowska", "00-950", "Warszawa", "1980", "123456785",
		"loremipsum", "Lorem", "futuriti.pl", "bb7b2a13", xsaletest.Organization, xsaletest.Password, xsaletest.ClientSecret, xsaletest.ClientID, "access_token", "grant_type", "Nowe", "127.0.0.1")
	files := filesOf(t, dir)
	for name, content := range files {
		for _, canary := range canaries {
			if strings.Contains(content, canary) || strings.Contains(name, canary) {
				t.Errorf("%s contains %q:\n%s", name, canary, content)
			}
		}
	}
	for _, name := range append(slices.Collect(func(yield func(string) bool) {
		for name := range files {
			if !yield(filepath.Join(dir, name)) {
				return
			}
		}
	}), "") {
		if name == "" {
			continue
		}
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" { // which has no modes
			t.Errorf("%s: %v %v", name, info, err)
		}
	}
	if _, err := traffic.Replay(dir); err != nil {
		t.Error(err)
	}
}

// Records the same calls one after the other, and concurrently.
func TestEqualTrafficGivesEqualFiles(t *testing.T) {
	run := func(dir string, concurrent bool) map[string]string {
		recorder, err := traffic.Record(transport(func(request *http.Request) (*http.Response, error) {
			body, err := io.ReadAll(request.Body)
			if err != nil {
				return nil, err
			}
			return responding(200, "application/json", fmt.Sprintf(`{"Id":12,"Path":%q,"Price":149.90,"Sent":%q}`, request.URL.Path, body))(request)
		}), dir)
		if err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for i := range 40 {
			call := func() { roundTrip(t, recorder, "POST", "/shop/orders", fmt.Sprintf(`{"BuyerId":%d}`, i%10)) }
			if concurrent {
				group.Go(call)
			} else {
				call()
			}
		}
		group.Wait()
		return filesOf(t, dir)
	}
	dir := t.TempDir()
	first, again := run(dir, false), run(dir, true)
	if len(first) != 41 || len(again) != len(first) {
		t.Errorf("%d and %d files", len(first), len(again))
	}
	for name, content := range first {
		if again[name] != content {
			t.Errorf("%s differs:\n%s\n%s", name, content, again[name])
		}
	}
}

// masked records a response and returns its body in the file.
func masked(t *testing.T, body string, options ...traffic.RecordOption) string {
	t.Helper()
	dir := t.TempDir()
	recorder, err := traffic.Record(responding(200, "application/json", body), dir, options...)
	if err != nil {
		t.Fatal(err)
	}
	if got := roundTrip(t, recorder, "GET", "/me", ""); got != body {
		t.Errorf("the caller got %q", got)
	}
	for name, content := range filesOf(t, dir) {
		if strings.HasPrefix(name, "getMe-") {
			var file struct {
				Response struct{ Body json.RawMessage }
			}
			if err := json.Unmarshal([]byte(content), &file); err != nil {
				t.Fatal(err)
			}
			var compact bytes.Buffer
			if err := json.Compact(&compact, file.Response.Body); err != nil {
				t.Fatal(err)
			}
			return compact.String()
		}
	}
	t.Fatal("nothing was recorded")
	return ""
}

func TestMasks(t *testing.T) {
	description := bytes.Replace(openapi.Spec(), []byte("          description: The nickname of the user."), []byte("          enum: [boss, Kowalski Jan]\n          description: The nickname of the user."), 1)
	for name, test := range map[string]struct {
		body, want string
		options    []traffic.RecordOption
	}{
		"kept":              {`{"Id":123456789012,"On":true,"No":null,"Price":12345678.90,"Sum":"149.90","At":"2024-10-25T08:15:00","Empty":"","Big":1e400}`, `{"Id":123456789012,"On":true,"No":null,"Price":12345678.90,"Sum":"149.90","At":"2024-10-25T08:15:00","Empty":"","Big":1e400}`, nil},
		"string":            {`{"Name":"Jan Kowalski"}`, `{"Name":"maskedvbxpxx"}`, nil},
		"equal strings":     {`{"A":"Jan Kowalski","B":["Jan Kowalski","Jan Kowalska"]}`, `{"A":"maskedvbxpxx","B":["maskedvbxpxx","maskedbgawgp"]}`, nil},
		"long string":       {`{"Name":"` + strings.Repeat("Kowalski ", 9) + `"}`, `{"Name":"maskedybwmkfrbqswrzwccawgqkhfmsgmjjrggtaegyltimogxkduduhptamhbli"}`, nil},
		"listed":            {`{"Nickname":"Kowalski Jan","Name":"boss"}`, `{"Nickname":"Kowalski Jan","Name":"dgzy"}`, []traffic.RecordOption{traffic.WithSpec(description)}},
		"unmasked":          {`{"Name":"Jan Kowalski","Organizations":[{"Name":"Kowalski"},{"Name":"jan@kowalski.pl"}]}`, `{"Name":"maskedvbxpxx","Organizations":[{"Name":"Kowalski"},{"Name":"masked-xlvepecz@example.com"}]}`, []traffic.RecordOption{traffic.WithUnmasked("getMe", "/Organizations/*/Name"), traffic.WithUnmasked("listOrders", "/Name")}},
		"mask key":          {`{"Name":"Jan Kowalski"}`, `{"Name":"maskednmkgzl"}`, []traffic.RecordOption{traffic.WithMaskKey("0123456789abcdef")}},
		"numbers and codes": {`{"Nip":5250001090,"AccountId":7,"Phone":"+48 600-100-200","Ean":"5901234123457","Vat":"PL5250001090","Guid":"0bb7b2a1-84e7-4261-8550-0250f0f9b55a","Currency":"PLN"}`, `{"Nip":1676082344,"AccountId":7,"Phone":"+77 798-245-051","Ean":"1275587678716","Vat":"HB9706258701","Guid":"009afd94-894c-279d-9268-c2d918a9601c","Currency":"FMN"}`, nil},
		"numbers of a person with a name like an id": {`{"BuyerTaxId":5250001090,"VatId":525000109,"OrderId":5250001090,"ids":[5250001090],"identityNumber":123456789}`, `{"BuyerTaxId":1676082344,"VatId":115292584,"OrderId":5250001090,"ids":[5250001090],"identityNumber":162434782}`, nil},
		"short numbers":     {`{"A":"0","B":"7","C":"23","Phone":"7"}`, `{"A":"0","B":"7","C":"23","Phone":"1"}`, nil},
		"keys of a map":     {`{"jan@kowalski.pl":1}`, `{"masked-xlvepecz@example.com":1}`, nil},
		"personal decimals": {`{"PhoneNumber":"600100.20","BirthDate":"1980-05-17T00:00:00+02:00"}`, `{"PhoneNumber":"956007.66","BirthDate":"1970-01-01T00:00:00+02:00"}`, nil},
		"HTML":              {`{"Name":"<p>&amp;</p>"}`, `{"Name":"maskedbtovwa"}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := masked(t, test.body, test.options...)
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestBodiesThatAreNotJSON(t *testing.T) {
	dir := t.TempDir()
	recorder, err := traffic.Record(responding(502, "text/html", "<p>Kowalski, Krakowska 12</p>"), dir)
	if err != nil {
		t.Fatal(err)
	}
	roundTrip(t, recorder, "GET", "/me", "")
	replayer, err := traffic.Replay(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := roundTrip(t, replayer, "GET", "/me", ""); got != "maskedjxylnfaguq" {
		t.Errorf("%q", got)
	}
}

func TestUnrecordedRequests(t *testing.T) {
	dir := record(t)
	replayer, err := traffic.Replay(dir)
	if err != nil {
		t.Fatal(err)
	}
	shop := replayClient(t, replayer).Organization("")
	_, err = call.Collect(shop.Orders.List(t.Context(), xsale.ListOrdersParams{StatusNames: []string{"Kowalski"}}))
	if err == nil {
		t.Fatal("got a response")
	}
	text := err.Error()
	if !strings.Contains(text, "traffic: replay: listOrders (GET /") || !strings.Contains(text, "?statusnamein=") || !strings.Contains(text, " was not recorded; similar recorded requests: listOrders (GET /") {
		t.Error(text)
	}
	if strings.Contains(text, "Kowalski") || strings.Contains(text, xsaletest.Organization) {
		t.Errorf("the error contains a value: %s", text)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	request, err := http.NewRequestWithContext(ctx, "GET", "http://shop.example/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := replayer.RoundTrip(request); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	request = request.WithContext(t.Context())
	request.Method = "DELETE"
	if _, err := replayer.RoundTrip(request); err == nil || err.Error() != "traffic: replay: DELETE /me was not recorded; similar recorded requests: getMe (GET /me)" {
		t.Errorf("%v", err)
	}
}

func TestRepetitionsAreReplayedInOrder(t *testing.T) {
	dir := t.TempDir()
	const calls = 1001 // names of files have three digits
	count := 0
	recorder, err := traffic.Record(transport(func(request *http.Request) (*http.Response, error) {
		count++
		return responding(200, "application/json", fmt.Sprintf(`{"Id":%d}`, count))(request)
	}), dir)
	if err != nil {
		t.Fatal(err)
	}
	for range calls {
		roundTrip(t, recorder, "GET", "/me", "")
	}
	replayer, err := traffic.Replay(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range calls {
		if got, want := roundTrip(t, replayer, "GET", "/me", ""), fmt.Sprintf(`{"Id":%d}`, i+1); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestMissingRepetition(t *testing.T) {
	dir := t.TempDir()
	recorder, err := traffic.Record(responding(200, "application/json", `{}`), dir)
	if err != nil {
		t.Fatal(err)
	}
	roundTrip(t, recorder, "GET", "/me", "")
	roundTrip(t, recorder, "GET", "/me", "")
	for name := range filesOf(t, dir) {
		if strings.HasSuffix(name, "-001.exchange.json") {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := traffic.Replay(dir); err == nil || !strings.HasSuffix(err.Error(), "-002.exchange.json is repetition 2 of its request, and an earlier one is missing: record again") {
		t.Errorf("%v", err)
	}
}

// Replays a request whose organization is a placeholder of the recording, and whose filter is
// unmasked in responses only.
func TestKeptValuesAndPlaceholders(t *testing.T) {
	sandbox := xsaletest.New(t, xsaletest.WithOrders(10))
	dir := t.TempDir()
	recorder, err := traffic.Record(sandbox.HTTPClient().Transport, dir, traffic.WithUnmasked("listStatuses", "/*/Name"))
	if err != nil {
		t.Fatal(err)
	}
	replayed := func() http.RoundTripper {
		replayer, err := traffic.Replay(dir)
		if err != nil {
			t.Fatal(err)
		}
		return replayer
	}
	var names []string
	for _, through := range []func() http.RoundTripper{func() http.RoundTripper { return recorder }, replayed} {
		client := sandbox.Client(t, xsale.WithHTTPClient(&http.Client{Transport: through()}), xsale.WithRetries(0))
		me, err := client.Me(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		shop := client.Organization(me.Organizations[0].Name)
		statuses, err := call.Collect(shop.Statuses.List(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, statuses[0].Name)
		if _, err := call.Collect(shop.Orders.List(t.Context(), xsale.ListOrdersParams{StatusNames: []string{statuses[0].Name}})); err != nil {
			t.Fatal(err)
		}
	}
	if names[0] == "" || names[0] != names[1] {
		t.Errorf("%q", names)
	}
}

func TestReplayChecksTheSpec(t *testing.T) {
	dir := record(t)
	for name, test := range map[string]struct{ old, replacement, want string }{
		"type": {"          description: The full name of the user.", "          minLength: 100\n          description: The full name of the user.", ""},
		"another type": {"        Email:\n          type: string", "        Email:\n          type: integer",
			"getMe (GET /me), response 200 at /Email: string, want integer"},
		"a required field": {"      required: [LanguageId]", "      required: [LanguageId, Kind]",
			"setTranslation (PUT /{organizationName}/articles/{id}/translations), request at /Kind: missing, want a value"},
		"another path": {"  /me:", "  /user:", "GET *, request: /*, want a path of the spec"},
	} {
		t.Run(name, func(t *testing.T) {
			changed := bytes.Replace(openapi.Spec(), []byte(test.old), []byte(test.replacement), 1)
			if bytes.Equal(changed, openapi.Spec()) {
				t.Fatal("nothing changed")
			}
			_, err := traffic.Replay(dir, traffic.WithSpec(changed))
			switch {
			case test.want == "" && err != nil, test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("%v", err)
			case err != nil && !strings.HasPrefix(err.Error(), "traffic: Replay: the recording does not fit the spec: record again"):
				t.Errorf("%v", err)
			}
		})
	}
	if _, err := traffic.Replay(dir, traffic.WithStrict()); err == nil || !strings.Contains(err.Error(), "\nerror: createOrder (POST /{organizationName}/orders), request at /BuyerNip: string, but the spec lists no field of this name") {
		t.Errorf("strict: %v", err)
	}
}

func TestChangedRecordings(t *testing.T) {
	original := record(t)
	var file string
	for name := range filesOf(t, original) {
		if strings.HasPrefix(name, "getMe-") {
			file = name
		}
	}
	write := func(name string, change func(string) string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			path := filepath.Join(dir, name)
			data, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(path, []byte(change(string(data))), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	replace := func(old, replacement string) func(string) string {
		return func(text string) string { return strings.Replace(text, old, replacement, 1) }
	}
	for name, test := range map[string]struct {
		change func(*testing.T, string)
		want   string
	}{
		"truncated":      {write(file, func(text string) string { return text[:len(text)/2] }), file + " is truncated or was edited: record again"},
		"empty":          {write(file, func(text string) string { return "" }), file + " is truncated or was edited: record again"},
		"edited":         {write(file, replace(`"EmailVerified": true`, `"EmailVerified": false`)), file + " was edited or renamed: record again"},
		"another field":  {write(file, replace(`{`, `{"further":1,`)), file + " is truncated or was edited: record again"},
		"two values":     {write(file, func(text string) string { return text + text }), file + " is truncated or was edited: record again"},
		"other newlines": {write(file, func(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }), ""},
		"renamed":        {func(t *testing.T, dir string) { rename(t, dir, file, "other.exchange.json") }, "other.exchange.json was edited or renamed: record again"},
		"manifest":       {write("recording.json", replace(`3`, `4`)), "the recording has format 4, and this version reads 3: record again"},
		"no manifest":    {func(t *testing.T, dir string) { rename(t, dir, "recording.json", "x") }, "no recording in directory"},
		"short manifest": {write("recording.json", func(text string) string { return text[:3] }), "recording.json is truncated or was edited"},
		"another key":    {write("recording.json", replace(`3`, `3,"key":"00"`)), "the recording was masked with another key"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "copy")
			if err := os.CopyFS(dir, os.DirFS(original)); err != nil {
				t.Fatal(err)
			}
			test.change(t, dir)
			_, err := traffic.Replay(dir)
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.HasPrefix(err.Error(), "traffic: Replay: "+test.want) {
				t.Errorf("%v", err)
			}
		})
	}
}

func rename(t *testing.T, dir, old, name string) {
	t.Helper()
	if err := os.Rename(filepath.Join(dir, old), filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

func TestMaskKey(t *testing.T) {
	key := traffic.WithMaskKey("0123456789abcdef")
	dir := record(t, key)
	replayer, err := traffic.Replay(dir, key)
	if err != nil {
		t.Fatal(err)
	}
	runADay(t, replayClient(t, replayer))
	for name, content := range filesOf(t, dir) {
		if strings.Contains(content, "0123456789abcdef") {
			t.Errorf("%s contains the key", name)
		}
	}
	for _, options := range [][]traffic.ReplayOption{nil, {traffic.WithMaskKey("0123456789abcdeF")}} {
		if _, err := traffic.Replay(dir, options...); err == nil || !strings.Contains(err.Error(), "masked with another key") {
			t.Errorf("%v", err)
		}
	}
	if _, err := traffic.Replay(dir, traffic.WithMaskKey("short")); err == nil || err.Error() != "traffic: Replay: WithMaskKey: the key is shorter than 16 characters: use a random one" {
		t.Errorf("%v", err)
	}
}

func TestRecordingDirectories(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "precious.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := traffic.Record(nil, dir); err == nil || !strings.Contains(err.Error(), "contains files other than a recording") {
		t.Errorf("%v", err)
	}
	if _, err := traffic.Record(nil, filepath.Join(dir, "precious.txt", "x")); !errors.Is(err, fs.ErrExist) && err == nil {
		t.Error("created a directory in a file")
	}
	recording := filepath.Join(dir, "recording")
	for _, path := range []string{"/me", "/shop/statuses"} {
		recorder, err := traffic.Record(responding(200, "application/json", `{}`), recording)
		if err != nil {
			t.Fatal(err)
		}
		roundTrip(t, recorder, "GET", path, "")
	}
	if files := filesOf(t, recording); len(files) != 2 {
		t.Errorf("an earlier recording was not removed: %d files", len(files))
	}
}

func TestUnrecordableCalls(t *testing.T) {
	compressed := transport(func(request *http.Request) (*http.Response, error) {
		response, err := responding(200, "application/json", `{}`)(request)
		response.Header.Set("Content-Encoding", "gzip")
		return response, err
	})
	broken := errors.New("the network is down")
	for name, test := range map[string]struct {
		next transport
		body string
		want string
	}{
		"long response": {responding(200, "application/json", strings.Repeat(" ", 51)), "", "traffic: record POST /afy/orders: the body of the response is longer than 50 bytes: raise WithBodyLimit"},
		"long request":  {responding(200, "application/json", `{}`), strings.Repeat(" ", 51), "traffic: record POST /afy/orders: the body of the request is longer than 50 bytes: raise WithBodyLimit"},
		"compressed":    {compressed, "", "traffic: record POST /afy/orders: the response is compressed: do not request compression, or disable it in the transport"},
		"no response":   {func(*http.Request) (*http.Response, error) { return nil, broken }, "", broken.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			recorder, err := traffic.Record(test.next, dir, traffic.WithBodyLimit(50))
			if err != nil {
				t.Fatal(err)
			}
			request, err := http.NewRequest("POST", "http://shop.example/jan/orders", strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			_, err = recorder.RoundTrip(request)
			if err == nil || err.Error() != test.want {
				t.Errorf("%v", err)
			}
			if files := filesOf(t, dir); len(files) != 1 {
				t.Errorf("%d files", len(files))
			}
		})
	}
}

// Replay accepts what recording drops or changes.
func TestReplayAcceptsOwnRecordings(t *testing.T) {
	spec := []byte(`{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/things":{"post":{"operationId":"add","parameters":[
			{"name":"X-Key","in":"header","required":true,"schema":{"type":"string"}},{"name":"flag","in":"query","schema":{"type":"boolean"}}],
		"requestBody":{"required":true,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Thing"}}}},
		"responses":{"201":{"description":"","headers":{"Location":{"required":true,"schema":{"type":"string"}}},
			"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Thing"}}}}}}}},
		"components":{"schemas":{
			"Thing":{"oneOf":[{"$ref":"#/components/schemas/Big"},{"$ref":"#/components/schemas/Small"}],"discriminator":{"propertyName":"kind","mapping":{"as big":"#/components/schemas/Big"}}},
			"Big":{"type":"object","properties":{"kind":{"type":"string"},"n":{"type":"integer","format":"int32"},"counts":{"type":"object","additionalProperties":{"type":"integer"}}}},
			"Small":{"type":"object","properties":{"kind":{"type":"string"},"n":{"type":"integer","format":"int64"}}}}}}`)
	for _, body := range []string{
		`{"kind":"as big","n":2147483647,"counts":{"1":1,"2":2,"3":3,"4":4,"5":5,"6":6,"7":7,"8":8,"9":9,"10":10,"11":11,"12":12}}`,
		`{"kind":"Small","n":9223372036854775807}`,
	} {
		dir := t.TempDir()
		recorder, err := traffic.Record(responding(201, "application/json", body), dir, traffic.WithSpec(spec))
		if err != nil {
			t.Fatal(err)
		}
		roundTrip(t, recorder, "POST", "/things?flag=True", body)
		replayer, err := traffic.Replay(dir, traffic.WithSpec(spec), traffic.WithStrict())
		if err != nil {
			t.Fatal(err)
		}
		replayed := roundTrip(t, replayer, "POST", "/things?flag=True", body)
		if got, want := strings.Count(replayed, ":"), strings.Count(body, ":"); got != want {
			t.Errorf("got %s with %d fields, want %d", replayed, got, want)
		}
	}
}

// Values of a set, and the names of a map, stay different, although there are few placeholders for
// short strings.
func TestMasksOfSetsDiffer(t *testing.T) {
	const length = 20 // different letters
	var counts []string
	for i := range length {
		counts = append(counts, fmt.Sprintf(`"%c@":1`, 'a'+i))
	}
	spec := []byte(`{"openapi":"3.0.3","info":{"title":"T","version":"1"},"paths":{"/a":{"get":{"operationId":"a","responses":{"200":{"description":"OK",
		"content":{"application/json":{"schema":{"type":"object","properties":{"Tags":{"type":"array","uniqueItems":true,"items":{"type":"string","maxLength":1}},
		"Counts":{"type":"object","additionalProperties":{"type":"integer"}}}}}}}}}}}}`)
	body := `{"Tags":["` + strings.Join(strings.Split("abcdefghijklmnopqrst", ""), `","`) + `"],"Counts":{` + strings.Join(counts, ",") + `}}`
	dir := filepath.Join(t.TempDir(), "recording")
	recorder, err := traffic.Record(responding(200, "application/json", body), dir, traffic.WithSpec(spec))
	if err != nil {
		t.Fatal(err)
	}
	roundTrip(t, recorder, "GET", "/a", "")
	replayer, err := traffic.Replay(dir, traffic.WithSpec(spec))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Tags   []string
		Counts map[string]int
	}
	if err := json.Unmarshal([]byte(roundTrip(t, replayer, "GET", "/a", "")), &got); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got.Tags)
	if len(slices.Compact(got.Tags)) != length || len(got.Counts) != length {
		t.Errorf("%d tags, %d counts: %+v", len(got.Tags), len(got.Counts), got)
	}
}

func TestRecordedHeaders(t *testing.T) {
	next := transport(func(request *http.Request) (*http.Response, error) {
		response, err := responding(200, "application/json", "[]").RoundTrip(request)
		response.Header.Add("Link", `</a?page=2>; rel="next"`)
		response.Header.Add("Link", `</a?page=9>; rel="last"`)
		response.Header.Set("X-Total-Count", "300")
		response.Header.Set("X-Customer", "Kowalski")
		response.Header.Set("Set-Cookie", "session=secret")
		return response, err
	})
	dir := filepath.Join(t.TempDir(), "recording")
	recorder, err := traffic.Record(next, dir, traffic.WithHeaders("link", "X-Total-Count", "Link", "content-type"), traffic.WithHeaders("LINK"))
	if err != nil {
		t.Fatal(err)
	}
	roundTrip(t, recorder, "GET", "/shop/orders", "")
	replayer, err := traffic.Replay(dir)
	if err != nil {
		t.Fatal(err)
	}
	response, err := replayer.RoundTrip(httptest.NewRequest("GET", "/shop/orders", nil))
	if err != nil {
		t.Fatal(err)
	}
	if got := response.Header; len(got.Values("Link")) != 2 || len(got.Values("Content-Type")) != 1 || got.Get("X-Total-Count") != "300" || got.Get("X-Customer")+got.Get("Set-Cookie") != "" {
		t.Errorf("headers %v", got)
	}
	for _, name := range []string{"", "a b", "Set-Cookie", "authorization", "X-Access-Token", "x-api-key", "X-Session-Id", "Proxy-Authorization"} {
		if _, err := traffic.Record(next, t.TempDir(), traffic.WithHeaders(name)); err == nil {
			t.Errorf("%q is recorded", name)
		}
	}
}
