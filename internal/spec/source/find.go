package source

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/httpx"
)

// maxVisits bounds a search through pages that lead to further ones.
const maxVisits = 30

// search is the way from an address to a description.
type search struct {
	fetcher
	tried  func(address, outcome string)
	visits []*visit
}

func find(ctx context.Context, address *url.URL, options Options) (*Source, error) {
	s := &search{fetcher: fetcher{doer: options.Doer}, tried: options.Tried}
	if options.Doer == nil {
		client := httpx.NewClient(nil)
		defer client.CloseIdleConnections()
		s.fetcher = fetcher{doer: plainDoer{client.Transport}, follows: true}
	}
	return s.run(ctx, address)
}

// plainDoer sends without tokens. It is not an [http.Client], because that puts addresses with their query into errors.
type plainDoer struct{ transport http.RoundTripper }

func (d plainDoer) Do(request *http.Request) (*http.Response, error) {
	request.Header.Set("User-Agent", "xsale-go/"+xsale.Version)
	return d.transport.RoundTrip(request)
}

// run tries the address that was named and, where that is a page or a host, all that may be meant by it.
func (s *search) run(ctx context.Context, address *url.URL) (*Source, error) {
	queue := usual(address)
	bareHost := strings.Trim(address.Path, "/") == "" && address.RawQuery == ""
	if !bareHost {
		queue = slices.Insert(queue, 0, address)
	}
	for len(queue) > 0 && len(s.visits) < maxVisits {
		next := queue[0]
		queue = queue[1:]
		if slices.ContainsFunc(s.visits, func(v *visit) bool { return v.asked.String() == next.String() }) {
			continue
		}
		v := s.fetch(ctx, next)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		s.visits = append(s.visits, v)
		if s.tried != nil {
			s.tried(shown(v.asked), v.outcome())
		}
		switch {
		case v.err == nil:
			return &Source{v.data, shown(v.answered)}, nil
		case v.status == 0: // what else there may be on this host will not answer either
			return nil, s.failure()
		case !bareHost && len(s.visits) == 1 && (documentPath(address.Path) || !v.page() && !v.redirected()):
			return nil, s.failure() // another document than the one that was named would be a surprise
		case v.page() || v.script():
			queue = slices.Concat(clues(v.answered, string(v.data)), queue)
		}
	}
	return nil, s.failure()
}

// failure says what was tried and what the user can do. It wraps the cause of a single try, and of a try without an
// answer; a status among others is not what the search failed of.
func (s *search) failure() error {
	last := s.visits[len(s.visits)-1]
	if len(s.visits) == 1 {
		if last.status == 0 || last.status/100 == 2 { // the network, or a document that says itself what is wrong with it
			return fmt.Errorf("%s: %w", shown(last.asked), last.err)
		}
		return fmt.Errorf("%s: %w; %s", shown(last.asked), last.err, s.remedy())
	}
	e := &searchError{text: "found no API description at " + last.asked.Host}
	for _, v := range s.visits {
		e.text += fmt.Sprintf("\n%s: %s", shown(v.asked), v.outcome())
	}
	e.text += "\n" + s.remedy()
	if last.status == 0 {
		e.cause = last.err
	}
	return e
}

func (s *search) remedy() string {
	var remedies []string
	denied := slices.ContainsFunc(s.visits, func(v *visit) bool {
		return v.status == http.StatusUnauthorized || v.status == http.StatusForbidden
	})
	if denied && s.follows { // there were no tokens
		remedies = append(remedies, "use --auth")
	}
	if !denied || len(s.visits) > 1 {
		remedies = append(remedies, "name the address of the document itself")
	}
	return strings.Join(append(remedies, "save the document by hand and name the file"), ", or ")
}

type searchError struct {
	text  string
	cause error
}

func (e *searchError) Error() string { return e.text }

func (e *searchError) Unwrap() error { return e.cause }
