package agent

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/operation"
)

// Gate is the transport of the client that an agent uses. Behind everything else, it no request
// with tokens that could change something: whatever a tool does wrong, only operations of the spec
// that read get through, and those that the user has allowed. It is closed until [New].
type Gate struct {
	next  http.RoundTripper
	rules atomic.Pointer[rules]

	requests, limited atomic.Int64 // sent to the API, and responses with status 429
	lastLimited       atomic.Int64 // Unix seconds
}

type rules struct {
	document *contract.Document
	catalog  *operation.Catalog
	base     *url.URL
	allowed  map[string]bool // names of operations that may write
}

// NewGate returns a closed gate in front of another transport.
func NewGate(next http.RoundTripper) *Gate { return &Gate{next: next} }

// RoundTrip implements [http.RoundTripper].
func (g *Gate) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := g.check(request); err != nil {
		if request.Body != nil {
			request.Body.Close()
		}
		return nil, err
	}
	response, err := g.next.RoundTrip(request)
	if !login(request) {
		g.requests.Add(1)
		if err == nil && response.StatusCode == http.StatusTooManyRequests {
			g.limited.Add(1)
			g.lastLimited.Store(time.Now().Unix())
		}
	}
	return response, err
}

func (g *Gate) check(request *http.Request) error {
	r := g.rules.Load()
	if r == nil {
		return errors.New("the gate for agents is closed")
	}
	if login(request) && r.route(request) == nil {
		return nil
	}
	for name := range request.Header {
		if httpx.OverridesMethod(name) {
			return fmt.Errorf("the header %s is not sent for agents: it changes the method or the path", name)
		}
	}
	for name := range request.URL.Query() {
		if httpx.OverridesMethod(name) || strings.EqualFold(name, "_method") {
			return fmt.Errorf("the parameter %s is not sent for agents: it may change the method", name)
		}
	}
	o := r.route(request)
	if o == nil {
		return fmt.Errorf("%s: agents only call operations of the spec", request.Method)
	}
	if !Reads(o) && !r.allowed[o.Name] {
		return fmt.Errorf("%s may change something, and agents only read: --allow-write %s would allow it", o.Name, o.Name)
	}
	return nil
}

// login reports whether a request has no tokens: a login, or one that the API would reject.
func login(request *http.Request) bool {
	return request.Header.Get("Authorization") == "" && request.Header.Get("X-Id-Token") == ""
}

// route returns the operation of a request to the API, or nil.
func (r *rules) route(request *http.Request) *operation.Operation {
	if !httpx.SameOrigin(request.URL, r.base) {
		return nil
	}
	path, ok := strings.CutPrefix(request.URL.EscapedPath(), strings.TrimRight(r.base.EscapedPath(), "/"))
	if !ok || !strings.HasPrefix(path, "/") {
		return nil
	}
	target, err := url.ParseRequestURI(path)
	if err != nil {
		return nil
	}
	routed := r.document.Call(&http.Request{Method: request.Method, URL: target})
	if routed.Operation == nil {
		return nil
	}
	o, err := r.catalog.Find(routed.OperationID())
	if err != nil || o.Name != routed.OperationID() {
		return nil
	}
	return o
}

// Reads reports whether an operation only reads. That takes more than a GET, because some APIs change
// things by GET: if the name, the last part of the path or the summary begins with a verb such as
// delete, or if the spec has x-idempotent: false, the operation counts as one that writes.
func Reads(o *operation.Operation) bool {
	if o.Method != http.MethodGet && o.Method != http.MethodHead || !o.Idempotent {
		return false
	}
	parts := strings.FieldsFunc(o.Name, func(r rune) bool { return r == '_' || r == '.' || r == '-' || r == '/' })
	if summary := words(o.Summary); len(summary) > 0 {
		parts = append(parts, strings.TrimSuffix(summary[0], "s")) // Deletes an order
	}
	return !slices.ContainsFunc(append(parts, lastSegment(o.Path)), func(part string) bool {
		all := words(part)
		return len(all) > 0 && changing[all[0]]
	})
}

// changing are verbs of operations that change something, in English and, without diacritics, in
// Polish.
var changing = func() map[string]bool {
	all := map[string]bool{}
	for _, verb := range strings.Fields(`
accept activate add approve archive assign block cancel change clear clone close complete confirm copy create deactivate delete
detach disable dispatch drop edit enable erase execute finish fire flush generate grant hide import insert invoke issue
kill launch link lock login logout mark merge modify move notify patch pause pay post process publish purge push put rebuild
refresh refund regenerate register reject release remove rename reopen replace reprocess rerun reset resend restart
restore resume retry revoke rollback rotate run save schedule send set ship start stop submit subscribe suspend
swap switch sync synchronize terminate toggle transfer trigger unarchive unassign unblock undo unlink unlock unpublish
unregister unsubscribe update upload upsert void wipe withdraw write
aktualizuj anuluj dodaj importuj kasuj oznacz przenies przypisz utworz usun wycofaj wyczysc wykonaj wyslij zablokuj zaktualizuj
zamknij zapisz zarejestruj zatwierdz zmien zresetuj
`) {
		all[verb] = true
	}
	return all
}()
