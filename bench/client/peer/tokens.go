// Package peer has what the compared clients share, so that they differ in nothing but how they
// read and write.
package peer

import "net/http"

// The tokens that the server hands out at a login, and asks for in each call.
const (
	AccessToken = "an-opaque-access-token-of-the-measurement-0123456789abcdef012345"
	IDToken     = "an-opaque-identity-token-of-the-measurement-0123456789abcdef0123"
)

// SetHeaders sets the three headers that the vendor's pages show for a call, as a client does that
// has no token source.
func SetHeaders(header http.Header) {
	header.Set("Accept", "application/json")
	header.Set("Authorization", "Bearer "+AccessToken)
	header.Set("X-Id-Token", IDToken)
}
