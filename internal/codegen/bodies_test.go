package codegen

import (
	"strings"
	"testing"
)

// A body has the type of its schema, and an operation one typed method for each kind of body.
func TestBodies(t *testing.T) {
	const order = `{"schema":{"$ref":"#/components/schemas/Order"}}`
	for _, test := range []struct{ name, content, want string }{
		{"JSON", `"application/json":` + order, `Add(ctx context.Context, body Order, |call.JSONBody("application/json", body)|Body *Order "body:"application/json""`},
		{"a list", `"application/json":{"schema":{"type":"array","items":{"$ref":"#/components/schemas/Order"}}}`, `Add(ctx context.Context, body []Order, |Body *[]Order `},
		{"a JSON Patch", `"application/json-patch+json":` + order, `Add(ctx context.Context, body Order, |call.JSONBody("application/json-patch+json", body)`},
		{"two kinds of JSON", `"application/json":` + order + `,"application/vnd.v2+json":{"schema":{"type":"string"}}`, `Add(ctx context.Context, body Order, |JSONBody *Order |!AddWithApplication`},
		{"a form", `"application/x-www-form-urlencoded":` + order, `Add(ctx context.Context, body Order, |call.FormBody(body)`},
		{"JSON and a form", `"application/x-www-form-urlencoded":` + order + `,"application/json":` + order, `Add(ctx context.Context, body Order, |AddWithFormdataBody(ctx context.Context, body Order, |JSONBody *Order |FormdataBody *Order `},
		{"a form of any fields", `"application/x-www-form-urlencoded":{"schema":{"type":"object","additionalProperties":{"type":"string"}}}`, `Add(ctx context.Context, body AddRequest, |type AddRequest map[string]string|call.FormBody(body)`},
		{"a form without a schema", `"application/x-www-form-urlencoded":{}`, `Add(ctx context.Context, body AddRequest, |type AddRequest map[string]string`},
		{"a form that is a string", `"application/x-www-form-urlencoded":{"schema":{"type":"string"}}`, `type AddRequest map[string]string`},
		{"a file", `"application/pdf":{"schema":{"type":"string","format":"binary"}}`, `!func (c *Client) Add(|AddWithBody(ctx context.Context, contentType string, body io.Reader, |Body io.Reader "body:"application/pdf""`},
		{"parts", `"multipart/form-data":{"schema":{"type":"object","required":["scan","count"],"properties":{"scan":{"type":"string","format":"binary"},"pages":{"type":"array","items":{"type":"string","format":"binary"}},
			"count":{"type":"integer"},"note":{"type":"string","description":"The note."},"tags":{"type":"array","items":{"type":"string"}},"order":{"$ref":"#/components/schemas/Order"},"id":{"type":"integer","readOnly":true},"price":{"type":"number"}}},"encoding":{"tags":{"contentType":"application/json"}}}`,
			`Add(ctx context.Context, body AddMultipartBody, |call.MultipartBody(&body)|Scan call.File "form:"scan,required""|Pages []call.File "form:"pages""|Count int64 "form:"count,required""|// Note is the note. Note *string |` +
				`Tags []string "form:"tags,json""|Order *Order "form:"order""|Price *wire.Decimal |!form:"id|Body *multipart.Reader `},
		{"parts of a component", `"multipart/form-data":{"schema":{"allOf":[` + `{"$ref":"#/components/schemas/Order"},{"type":"object","properties":{"scan":{"type":"string","format":"binary"}}}]}}`, `ID *int64 "form:"id""|Scan *call.File `},
		{"several files", `"application/pdf":{"schema":{"type":"string","format":"binary"}},"image/png":{"schema":{"type":"string","format":"binary"}}`, `ApplicationPDFBody io.Reader |ImagePngBody io.Reader `},
		{"parts without a schema", `"multipart/form-data":{"schema":{}}`, `!func (c *Client) Add(|AddWithBody(ctx `},
		{"other parts", `"multipart/mixed":` + order, `!func (c *Client) Add(|AddWithBody(ctx `},
	} {
		t.Run(test.name, func(t *testing.T) {
			code := codeOf(t, `"schemas":{"Order":{"type":"object","properties":{"id":{"type":"integer"}}}}`,
				`"/a":{"post":{"operationId":"add","requestBody":{"content":{`+test.content+`}},"responses":{"204":{"description":""}}}}`)
			code = strings.ReplaceAll(strings.Join(strings.Fields(code), " "), "`", `"`)
			for want := range strings.SplitSeq(test.want, "|") {
				unwanted := strings.HasPrefix(want, "!")
				if strings.Contains(code, strings.TrimPrefix(want, "!")) == unwanted {
					t.Errorf("%q is %v in\n%s", want, unwanted, code)
				}
			}
		})
	}
}
