// Package httpx has what every request of this module needs and net/http leaves open: endpoints that may receive
// secrets, clients that never carry them elsewhere, and waits between attempts.
package httpx
