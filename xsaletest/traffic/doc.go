// Package traffic checks the HTTP traffic of a client against an OpenAPI spec, records it, and
// replays recordings.
//
// [Validate] passes traffic on and reports every difference from the spec. [Record] writes
// traffic to files, with personal data masked, and [Replay] responds from such files without a
// network. All three return an [http.RoundTripper], to be the Transport of the client given to
// [github.com/xsale-go/xsale.WithHTTPClient]:
//
//	validator := traffic.Validate(nil) // nil is http.DefaultTransport
//	client, err := xsale.New(xsale.FromEnvironment(),
//		xsale.WithHTTPClient(&http.Client{Transport: validator}))
//
// They work with the sandbox of package xsaletest as well as with the live API.
package traffic
