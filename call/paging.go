package call

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/xsale-go/xsale/internal/httpx"
	"github.com/xsale-go/xsale/wire"
	"github.com/xsale-go/xsale/wire/codec"
)

// Paging is how an operation splits a list into pages. The generator takes it from x-paging in the
// spec. One of Page, Offset, Cursor, NextLink and LinkHeader is set.
//
// A parameter is the name of a query parameter, header: and the name of a header, or body: and a
// JSON pointer (RFC 6901) to a field of a JSON body. A value in a response is a JSON pointer to a
// field next to the list, such as /meta/total, or header: and the name of a header, with a pointer
// into it if it contains JSON. A value that is absent or null is unknown.
//
// A page that begins like the one before, a cursor or link that comes again, and counts that
// contradict each other are errors: the server ignores the parameter, and going on would repeat
// or lose elements.
type Paging struct {
	// Items is the pointer to the list in the response. If it is empty, the response is the list,
	// or [Operation].ListField names the field.
	Items string

	// Page is the parameter for the number of a page, and First the number of the first one.
	// Pages is the number of all pages.
	Page  string
	First int64
	Pages string

	// Offset is the parameter for the number of elements to skip.
	Offset string

	// With Page and Offset, the list ends at an empty page. It ends without one at the page that
	// reaches Total, the number of all elements, and at a page with fewer elements than the
	// parameter Size asks for, once an earlier page had exactly that many.
	Total string
	Size  string

	// Cursor is the parameter for the value that came as Next with the page before. The list ends
	// when none comes.
	Cursor string
	Next   string

	// NextLink is the URL of the next page, and LinkHeader takes it from the header Link with
	// rel="next" (RFC 8288). The list ends without one. A link to another origin, or out of the
	// API's base path, is an error, because the request contains tokens.
	NextLink   string
	LinkHeader bool

	// More is whether there is another page. If it is known, it decides.
	More string
}

// headerPrefix begins the location of a value in a header.
const headerPrefix = "header:"

// pages is the progress of a range over a list in pages.
type pages struct {
	Paging
	route string
	more  bool // there may be another page

	number   int      // of the current page in this range, from 1
	at       int64    // value of Page or Offset for the current page
	cursor   string   // for the current page; empty for the first one
	literal  string   // cursor in JSON
	link     *url.URL // of the current page; nil for the first one
	sent     *url.URL // of the current request
	base     string   // path that links must stay in
	whole    bool     // the range began at the first page
	size     int64    // that the current request asks for; 0 if unknown
	full     bool     // a page had exactly size elements
	total    int64    // the latest one
	shrunk   bool     // total was larger before
	received int64    // elements of all pages
	elements int64    // of the current page

	seed     maphash.Seed
	page     maphash.Hash // what identifies the current page
	previous uint64       // page of the one before
	seen     map[uint64]bool
}

func newPages(operation Operation) *pages {
	p := &pages{Paging: *operation.Paging, route: operation.Route, more: true, seed: maphash.MakeSeed(), seen: map[uint64]bool{}}
	p.page.SetSeed(p.seed)
	return p
}

// begin starts the next page.
func (p *pages) begin() {
	p.number++
	p.elements = 0
	p.page.Reset()
}

// edit changes a request for the first page, which the caller asks for, into one for the current
// page.
func (p *pages) edit(request *http.Request) error {
	first := p.number == 1
	switch parameter := cmp.Or(p.Page, p.Offset); {
	case p.link != nil:
		request.URL.Path, request.URL.RawPath, request.URL.RawQuery = p.link.Path, p.link.RawPath, p.link.RawQuery
	case parameter != "":
		if first {
			if err := p.start(request, parameter); err != nil {
				return err
			}
		}
		number := strconv.FormatInt(p.at, 10)
		if err := setParameter(request, parameter, number, number); err != nil {
			return err
		}
	case p.cursor != "":
		if err := setParameter(request, p.Cursor, p.cursor, p.literal); err != nil {
			return err
		}
	}
	p.size = 0
	if p.Size != "" {
		size, err := parameterIn(request, p.Size)
		if err != nil {
			return err
		}
		p.size, _ = strconv.ParseInt(size, 10, 64) // unknown otherwise
	}
	sent := *request.URL
	p.sent = &sent
	if first {
		p.base = p.sent.EscapedPath()
		for range strings.Count(p.route, "/") {
			p.base = p.base[:max(0, strings.LastIndexByte(p.base, '/'))]
		}
		p.unseen(p.sent.String())
		if p.Cursor != "" {
			cursor, err := parameterIn(request, p.Cursor)
			p.unseen(cursor)
			return err
		}
	}
	return nil
}

// start takes the page or offset that the caller asks for.
func (p *pages) start(request *http.Request, parameter string) error {
	own, err := parameterIn(request, parameter)
	if err != nil {
		return err
	}
	p.at, p.whole = p.First, true
	if own == "" || own == "0" && (p.First > 0 || strings.HasPrefix(parameter, bodyPrefix)) { // the zero value of a struct
		return nil
	}
	if p.at, err = strconv.ParseInt(own, 10, 64); err != nil || p.at < 0 {
		return fmt.Errorf("%w: the value of %s must be a number of 0 or more", ErrInvalid, parameter)
	}
	p.whole = p.at == p.First
	return nil
}

// count adds an element to the current page. It returns an error if the page repeats the one
// before.
func (p *pages) count(element string) error {
	p.elements++
	p.received++
	object := strings.HasPrefix(element, "{")
	if p.elements == 1 || !object { // an object has an id, so the first one identifies its page
		p.page.WriteString(element)
		p.page.WriteByte(',')
	}
	if p.elements == 1 && object && p.number > 1 && p.page.Sum64() == p.previous {
		return p.repeated()
	}
	return nil
}

func (p *pages) repeated() error {
	name := cmp.Or(p.Page, p.Offset, p.Cursor)
	if name == "" {
		return errors.New("the page is the same as the one before")
	}
	return fmt.Errorf("the page is the same as the one before: the server ignores the parameter %s, or repeats the last page", name)
}

// turn decides, after the current page, whether there is another.
func (p *pages) turn(response *http.Response, envelope codec.Raw) error {
	page := p.page.Sum64()
	if p.number > 1 && p.elements > 0 && page == p.previous {
		return p.repeated()
	}
	p.previous, p.more = page, false
	values := pageValues{response.Header, envelope.JSON}
	more, certain, err := values.boolean(p.More)
	switch {
	case err != nil:
		return err
	case p.Page != "" || p.Offset != "":
		return p.turnNumber(values, more, certain)
	case certain && !more:
		return nil
	}
	next, literal, err := p.nextIn(values)
	switch {
	case err != nil:
		return err
	case next == "" && more:
		return fmt.Errorf("%s is true, but there is no %s", p.More, cmp.Or(p.Next, p.NextLink, "link"))
	case next == "":
		return nil
	}
	key := next
	if p.Cursor == "" {
		if p.link, err = p.follow(next); err != nil {
			return err
		}
		key = p.link.String()
	} else {
		p.cursor, p.literal = next, literal
	}
	if p.more = p.unseen(key); !p.more {
		return errors.New("the cursor or link to the next page has been followed before")
	}
	return nil
}

// unseen reports whether a cursor or link is new, and remembers it.
func (p *pages) unseen(key string) bool {
	sum := maphash.String(p.seed, key)
	seen := p.seen[sum]
	p.seen[sum] = true
	return !seen
}

// nextIn returns the cursor or the link of the next page, and its JSON; empty without one.
func (p *pages) nextIn(values pageValues) (next, literal string, err error) {
	if p.LinkHeader {
		next, err = httpx.NextLink(values.header)
		return next, "", err
	}
	return values.value(cmp.Or(p.Next, p.NextLink))
}

// turnNumber decides whether there is a page with the next number or offset. The response may have
// settled it: certain reports that more is known.
func (p *pages) turnNumber(values pageValues, more, certain bool) error {
	count, counted, err := values.integer(p.Pages)
	if err != nil {
		return err
	}
	total, known, err := values.integer(p.Total)
	if err != nil {
		return err
	}
	if !known && p.total > 0 { // only earlier pages have it
		total, known = p.total, true
	}
	read, number := p.at+p.elements, p.at-p.First+1
	if p.Page != "" {
		read, known = p.received, known && p.whole
	}
	empty, short := p.elements == 0, p.full && p.elements < p.size
	p.shrunk = p.shrunk || total < p.total
	p.total, p.full = total, p.full || p.size > 0 && p.elements == p.size
	switch {
	case more && empty:
		return fmt.Errorf("the page is empty, but %s is true", p.More)
	case known && read > total && !empty && !p.shrunk:
		return fmt.Errorf("%s is %d, but there are %d elements so far", p.Total, total, read)
	case counted && number > count && !empty:
		return fmt.Errorf("%s is %d, but page %d has elements", p.Pages, count, number)
	case counted && number < count && empty && !certain:
		return fmt.Errorf("page %d is empty, but %s is %d", number, p.Pages, count)
	}
	if !certain { // a total that has shrunk below what there is does not count
		more = !(known && (read == total || read > total && empty) || counted && number >= count || empty || short && !known)
	}
	switch {
	case !more && known && read < total:
		return fmt.Errorf("the list ends after %d elements, but %s is %d", read, p.Total, total)
	case p.Page != "":
		p.at++
	default:
		p.at += p.elements
	}
	p.more = more
	return nil
}

// follow returns the URL of the next page. An error does not contain the link, which may contain
// anything.
func (p *pages) follow(link string) (*url.URL, error) {
	target, err := url.Parse(link)
	if err != nil {
		return nil, errors.New("the link to the next page is not a valid URL")
	}
	next := p.sent.ResolveReference(target)
	next.Fragment, next.RawFragment = "", ""
	next.RawQuery = strings.ReplaceAll(next.RawQuery, " ", "%20") // would end the request line
	inside := strings.HasPrefix(next.EscapedPath(), p.base+"/")
	for segment := range strings.SplitSeq(next.EscapedPath(), "/") {
		plain, err := url.PathUnescape(segment)
		inside = inside && err == nil && (plain == "" || httpx.CheckSegment(plain) == nil)
	}
	switch {
	case next.User != nil:
		return nil, errors.New("the link to the next page has a user or password")
	case !httpx.SameOrigin(next, p.sent):
		return nil, fmt.Errorf("the link to the next page leads to %s, not to %s: refusing to send tokens there", httpx.Origin(next), httpx.Origin(p.sent))
	case !inside:
		return nil, fmt.Errorf("the link to the next page leads out of the path %s/ of the API", p.base)
	}
	return next, nil
}

// pageValues are the values that a response has about its page.
type pageValues struct {
	header http.Header
	object string // JSON of the fields next to the list; empty without any
}

// value returns a string, number or boolean, and its JSON; empty if it is unknown.
func (v pageValues) value(location string) (plain, literal string, err error) {
	object, pointer := v.object, location
	if name, ok := strings.CutPrefix(location, headerPrefix); ok {
		name, path, inside := strings.Cut(name, "/")
		object, pointer = v.header.Get(name), "/"+path
		if !inside {
			quoted, err := json.Marshal(object)
			return object, string(quoted), err
		}
		if object != "" && !json.Valid([]byte(object)) {
			return "", "", fmt.Errorf("the header %s is not JSON", name)
		}
	}
	for _, name := range pointerFields(pointer) {
		value, _ := objectFields(object).Get(name)
		object = string(value)
	}
	switch {
	case pointer == "" || object == "" || object == "null":
		return "", "", nil
	case object[0] == '{' || object[0] == '[':
		return "", "", fmt.Errorf("%s is not a plain value", location)
	case object[0] != '"':
		return object, object, nil
	}
	err = codec.Unmarshal([]byte(object), &plain)
	return plain, object, err
}

// objectFields returns the fields of a JSON object; none for other values.
func objectFields(object string) *wire.UnknownFields {
	fields := &wire.UnknownFields{}
	if strings.HasPrefix(object, "{") {
		fields.Raw().JSON = object
	}
	return fields
}

// integer returns a number of 0 or more, which may be quoted, and whether it is known.
func (v pageValues) integer(location string) (int64, bool, error) {
	text, _, err := v.value(location)
	if err != nil || text == "" {
		return 0, false, err
	}
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, false, fmt.Errorf("%s is not an integer", location)
	}
	return number, number >= 0, nil // -1 stands for an unknown number
}

// boolean returns a boolean, which may be quoted, and whether it is known.
func (v pageValues) boolean(location string) (value, known bool, err error) {
	text, _, err := v.value(location)
	if err != nil || text == "" {
		return false, false, err
	}
	if value, err = strconv.ParseBool(text); err != nil {
		return false, false, fmt.Errorf("%s is not a boolean", location)
	}
	return value, true, nil
}

// pointerFields returns the names in a JSON pointer.
func pointerFields(pointer string) []string {
	if pointer == "" {
		return nil
	}
	names := strings.Split(pointer[1:], "/")
	for i, name := range names {
		names[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
	}
	return names
}
