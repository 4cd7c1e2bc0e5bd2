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

// maxVisits bounds a search through pages that link to further pages.
const maxVisits = 30

// search finds a spec, starting from a URL.
type search struct {
	fetcher
	tried  func(address, outcome string)
	visits []*visit
}

func find(ctx context.Context, address *url.URL, options Options) (*Source, error) {
	s := &search{fetcher: fetcher{doer: options.Doer}, tried: options.Tried}
	if options.Doer == nil {
		client, _ := httpx.NewClient(nil)
		defer client.CloseIdleConnections()
		s.fetcher = fetcher{doer: plainDoer{client.Transport}, follows: true}
	}
	return s.run(ctx, address)
}

// plainDoer sends requests without tokens. It calls the transport directly, because
// [http.Client] puts URLs with their query into errors.
type plainDoer struct{ transport http.RoundTripper }

func (d plainDoer) Do(request *http.Request) (*http.Response, error) {
	request.Header.Set("User-Agent", "xsale-go/"+xsale.Version)
	return d.transport.RoundTrip(request)
}

// run tries the given URL. If that is a page or a host, it tries everything it may mean.
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
			return &Source{v.data, shown(v.final)}, nil
		case v.status == 0: // nothing else on this host will respond either
			return nil, s.failure()
		case !bareHost && len(s.visits) == 1 && (documentPath(address.Path) || !v.page() && !v.redirected()):
			return nil, s.failure() // finding a document other than the named one would be a surprise
		case v.page() || v.script():
			queue = slices.Concat(clues(v.final, string(v.data)), queue)
		}
	}
	return nil, s.failure()
}

// failure reports what was tried and what the user can do. It wraps the error of a single try, or
// of a try without a response; one status among several does not explain why the search failed.
func (s *search) failure() error {
	last := s.visits[len(s.visits)-1]
	if len(s.visits) == 1 {
		if last.status == 0 || last.status/100 == 2 { // a network error, or a document whose error is complete
			return fmt.Errorf("%s: %w", shown(last.asked), last.err)
		}
		return fmt.Errorf("%s: %w; %s", shown(last.asked), last.err, s.remedy())
	}
	e := &searchError{text: "found no API spec at " + last.asked.Host}
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
	if denied && s.follows { // no tokens were sent
		remedies = append(remedies, "use --auth")
	}
	if !denied || len(s.visits) > 1 {
		remedies = append(remedies, "use the URL of the document itself")
	}
	return strings.Join(append(remedies, "save the document by hand and pass the file"), ", or ")
}

type searchError struct {
	text  string
	cause error
}

func (e *searchError) Error() string { return e.text }

func (e *searchError) Unwrap() error { return e.cause }
