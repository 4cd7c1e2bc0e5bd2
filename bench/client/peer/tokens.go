// Package peer has what the compared clients share, so that they differ only in how they read and
// write.
package peer

import "net/http"

// Tokens that the server issues at login and requires in each call.
const (
	AccessToken = "an-opaque-access-token-of-the-measurement-0123456789abcdef012345"
	IDToken     = "an-opaque-identity-token-of-the-measurement-0123456789abcdef0123"
)

// SetHeaders sets the three headers that the vendor's documentation shows, for clients without a
// token source.
func SetHeaders(header http.Header) {
	header.Set("Accept", "application/json")
	header.Set("Authorization", "Bearer "+AccessToken)
	header.Set("X-Id-Token", IDToken)
}
