package agent

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/xsale-go/xsale/internal/contract"
	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/internal/operation"
)

// Gate is the transport of the client that an agent uses. Behind everything else, it sends no
// request with tokens that could change something: whatever a tool does wrong, only operations of
// the spec that read get through, and those that the user has allowed. It is closed until [New].
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
// things by GET: if the name, the path or the summary has a verb such as delete, or if the spec has
// x-idempotent: false, the operation counts as one that writes. In doubt it does, too: a person can
// allow it.
func Reads(o *operation.Operation) bool {
	if o.Method != http.MethodGet && o.Method != http.MethodHead || !o.Idempotent {
		return false
	}
	return !nameChanges(words(o.Name)) && !pathChanges(o.Path) && !summaryChanges(words(o.Summary))
}

// nameChanges reports whether the words of a name have a verb that changes something. In a name such as
// getStatusChange, a noun follows.
func nameChanges(name []string) bool {
	if len(name) > 0 && reading[name[0]] {
		return changesAfterAnd(name)
	}
	return slices.ContainsFunc(name, changes)
}

// pathChanges reports whether a segment is a verb, as in /orders/{id}/cancel/{reason}, or the last one
// has a verb, as in /orders/bulkDelete.
func pathChanges(path string) bool {
	for segment := range strings.SplitSeq(path, "/") {
		if all := words(segment); !strings.Contains(segment, "{") && len(all) == 1 && changes(all[0]) {
			return true
		}
	}
	return slices.ContainsFunc(words(lastSegment(path)), changes)
}

// summaryChanges reports whether a summary says first, or after "and", what changes, as in "Permanently
// removes an order" and "Gets and locks the next order".
func summaryChanges(summary []string) bool {
	for i, word := range summary {
		summary[i] = infinitive(word)
	}
	first := summary
	for len(first) > 1 && (strings.HasSuffix(first[0], "ly") || slices.Contains([]string{"this", "thi", "it", "to", "operation", "endpoint"}, first[0])) {
		first = first[1:]
	}
	return len(first) > 0 && changes(first[0]) || changesAfterAnd(summary)
}

func changesAfterAnd(all []string) bool {
	for i := 1; i < len(all); i++ {
		if (all[i-1] == "and" || all[i-1] == "or" || all[i-1] == "then") && changes(all[i]) {
			return true
		}
	}
	return false
}

// infinitive returns a verb without the ending of deletes, publishes or copies.
func infinitive(word string) string {
	if stem, ok := strings.CutSuffix(word, "ies"); ok {
		return stem + "y"
	}
	for _, ending := range []string{"es", "s"} {
		if stem, ok := strings.CutSuffix(word, ending); ok && changing[stem] {
			return stem
		}
	}
	return strings.TrimSuffix(word, "s")
}

// changes reports whether a word is a verb that changes something, or begins with one, as in
// deleteorder. Nouns such as cancellation do not.
func changes(word string) bool {
	if changing[word] {
		return true
	}
	for verb := range changing {
		rest, joined := strings.CutPrefix(word, verb)
		participle := strings.HasPrefix(rest, "ed") || verb != "delete" && strings.HasSuffix(verb, "e") && strings.HasPrefix(rest, "d") // reservedamount
		if joined && len(verb) > 4 && len(rest) > 2 && !participle && !nounEnding.MatchString(rest) {
			return true
		}
	}
	return false
}

var nounEnding = regexp.MustCompile(`(ions?|ments?|ness|able|ing|ings|ers|ors)$`)

// reading are verbs that names begin with, and that say nothing about the nouns behind them.
var reading = setOf("check count describe download fetch find get has head is list load lookup query read search show view lista pobierz sprawdz szukaj znajdz")

// changing are verbs of operations that change something, in English and, without diacritics, in
// Polish.
var changing = setOf(`
accept ack acknowledge activate add adjust apply approve archive assign block book buy cancel capture change charge clear clone close complete
confirm copy create deactivate decrease decrement delete dequeue detach disable dispatch drop edit empty enable enqueue erase execute finish fire
flush generate grant hide import increase increment insert invoke issue kill launch link lock login logout mark merge migrate modify move notify
patch pause pay pop post process publish purge push put rebuild refresh refund regenerate register reindex reject release remove rename reopen replace
reprocess rerun resend reserve reset restart restore resume retry revoke rollback rotate run save schedule sell send set setpaid setprice setstate
setstatus setstock ship start stop submit subscribe subtract suspend swap switch sync synchronize terminate toggle transfer trigger unarchive
unassign unblock undo unlink unlock unpublish unregister unset unsubscribe update upload upsert void vote wipe withdraw write
akceptuj aktualizuj anuluj archiwizuj dodaj dolacz generuj importuj kasuj kopiuj ksieguj nadaj odblokuj odlacz odrzuc oplac oznacz polacz potwierdz
przenies przypisz przywroc rezerwuj rozlicz scal skasuj skopiuj uruchom ustaw utworz usun wycofaj wyczysc wygeneruj wykonaj wystaw wyslij wznow
zablokuj zaksieguj zaktualizuj zamknij zapisz zaplac zarchiwizuj zarejestruj zarezerwuj zatrzymaj zatwierdz zmien zresetuj
`)

func setOf(list string) map[string]bool {
	all := map[string]bool{}
	for _, word := range strings.Fields(list) {
		all[word] = true
	}
	return all
}
