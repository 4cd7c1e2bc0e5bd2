// Package httpx adds to net/http what every request of this module needs: endpoints that may
// receive secrets, clients that never send them elsewhere, and waits between attempts.
package httpx
