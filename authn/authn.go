// Package authn logs in to xSale and keeps the two tokens that every call needs.
//
// A [Source] runs the password grant of the vendor's login service, an Auth0 tenant, and hands out the pair of access
// token and ID token for as long as both are valid. Logging in is the scarce resource: the vendor asks to keep tokens as
// long as possible, and Auth0 refuses an account that logs in too often or with a wrong password too many times. So a
// Source logs in once for all callers that wait, remembers a failed login instead of repeating it, and shares the pair
// with other processes through a [Store].
//
// [Source.Edit] sets both headers on a request. It has the form of a request editor, so that it serves any client that
// oapi-codegen generates:
//
//	source, err := authn.New(authn.Config{Credentials: authn.FromEnvironment})
//	client, err := api.NewClient("https://api.xsale.ai", api.WithRequestEditorFn(source.Edit))
//
// A client made by package xsale does more: it replays a call once when a token was revoked.
//
// The grant is documented at https://xsale.ai/docs/rest-api-xsale/autoryzacja-limity/aplikacja-backend-api. RFC 9700
// advises against the password grant; the vendor offers no other to programs without a user.
package authn
