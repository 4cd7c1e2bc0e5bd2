package contract

import (
	"net/http/httptest"
	"testing"
)

func TestXMLIsWellFormed(t *testing.T) {
	document := load(t, `{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/x":{"post":{
		"requestBody":{"content":{"application/xml":{"schema":{"type":"object"}}}},"responses":{"200":{"description":""}}}}}}`)
	request := httptest.NewRequest("POST", "/x", nil)
	request.Header.Set("Content-Type", "application/xml; charset=utf-8")
	const header = `<?xml version="1.0" encoding="ISO-8859-2"?>`
	for _, body := range []string{"<a/>", "\ufeff<a>b</a>\n", header + "<!-- c -->\n<a x='1'><b>\xb1</b></a>", "\xfe\xff\x00<", `<p:a xmlns:p="urn:p"><![CDATA[<]]></p:a>`} {
		wantFindings(t, document.Call(request).CheckRequest([]byte(body)))
	}
	for _, body := range []string{"<", "a", "<a>", "<a></b>", "<a/><b/>", "<a/>b", " ", "<!-- c -->", "{}"} {
		wantFindings(t, document.Call(request).CheckRequest([]byte(body)), "error|body||invalid XML|an XML document with one root element")
	}
}
