package contract

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// CheckResponse returns what does not fit in the answer to a request. Where the description does not have the path or the
// method there is no finding: [Document.CheckRequest] has it.
func (d *Document) CheckResponse(r *http.Request, status int, header http.Header, body []byte) []Finding {
	c := d.call(r)
	if c.operation == nil {
		return nil
	}
	f := c.findings(Response, status)
	if d.checkHead(c, status, header, len(body) > 0, f) {
		d.checkResponseBody(c, status, header, body, f)
	}
	return f.list
}

// CheckResponseHead is [Document.CheckResponse] for an answer whose body is not known.
func (d *Document) CheckResponseHead(r *http.Request, status int, header http.Header) []Finding {
	c := d.call(r)
	if c.operation == nil {
		return nil
	}
	f := c.findings(Response, status)
	if d.checkHead(c, status, header, false, f) {
		if content := described(c, status).Value.Content; len(content) > 0 {
			d.mediaType(content, header, status, f)
		}
	}
	return f.list
}

func described(c *call, status int) *openapi3.ResponseRef {
	if response := c.operation.Responses.Status(status); response != nil {
		return response
	}
	return c.operation.Responses.Default()
}

// checkHead reports whether the body is to be checked, too.
func (d *Document) checkHead(c *call, status int, header http.Header, hasBody bool, f *findings) bool {
	hasNone := status == http.StatusNoContent || status == http.StatusResetContent || status == http.StatusNotModified || status/100 == 1
	if hasNone && hasBody {
		f.fault(KindBody, "", "a body", fmt.Sprintf("none, because of the status %d", status))
	}
	response := described(c, status)
	if response == nil {
		var statuses []string
		for name := range c.operation.Responses.Map() {
			statuses = append(statuses, name)
		}
		slices.Sort(statuses)
		f.notice(KindStatus, "", fmt.Sprintf("status %d", status), list(statuses))
		return false
	}
	d.checkHeaders(response.Value.Headers, header, f)
	return !hasNone && c.request.Method != http.MethodHead
}

func (d *Document) checkResponseBody(c *call, status int, header http.Header, body []byte, f *findings) {
	content := described(c, status).Value.Content
	switch {
	case len(content) == 0:
		if len(body) > 0 && status < 400 { // of a failure without content no more is known than that it is one
			f.notice(KindAddition, "", "a body", "none")
		}
		return
	case len(body) == 0:
		f.fault(KindBody, "", "no body", mediaTypes(content))
		return
	}
	media := d.mediaType(content, header, status, f)
	if _, isJSON := mediaTypeOf(header); isJSON && media != nil {
		d.checkJSON(media.Schema, body, false, f)
	}
}

// mediaType returns the description of what a content type says the body is; nil where there is none.
func (d *Document) mediaType(content openapi3.Content, header http.Header, status int, f *findings) *openapi3.MediaType {
	if len(content) == 0 {
		return nil
	}
	if media := content.Get(header.Get("Content-Type")); media != nil {
		return media
	}
	name, isJSON := mediaTypeOf(header)
	got := "another media type"
	switch {
	case name == "":
		got = "no content type"
	case isMediaType.MatchString(name):
		got = name
	}
	if media := content.Get("application/json"); media != nil && isJSON && status >= 400 {
		// ASP.NET describes its problem details as application/json and sends application/problem+json.
		f.notice(KindContentType, "header Content-Type", got, mediaTypes(content))
		return media
	}
	f.fault(KindContentType, "header Content-Type", got, mediaTypes(content))
	return nil
}

func mediaTypes(content openapi3.Content) string {
	var names []string
	for name := range content {
		names = append(names, name)
	}
	slices.Sort(names)
	return list(names)
}

// mediaTypeOf returns the media type of a body without its parameters, and whether it is JSON.
func mediaTypeOf(header http.Header) (name string, isJSON bool) {
	name, _, _ = strings.Cut(header.Get("Content-Type"), ";")
	name = strings.ToLower(strings.TrimSpace(name))
	return name, name == "application/json" || name == "text/json" || strings.HasSuffix(name, "+json")
}
