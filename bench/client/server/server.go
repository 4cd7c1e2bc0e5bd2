// Package server is the API and the login service of the compared clients. It builds its bodies
// once.
package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/xsale-go/xsale/bench/client/peer"
)

// Organizations, with different numbers of orders.
const (
	PageOrganization = "sklep"     // [Orders]
	ListOrganization = "hurtownia" // [ListOrders], about [ListBytes]
)

// ListBytes is the minimum length of the long list.
const ListBytes = 100_000_000

const meBody = `{"Id":17,"Name":"Jan Kowalski","Nickname":"jan","Email":"jan@example.com","EmailVerified":true,` +
	`"Organizations":[{"Id":3,"ShortName":"SKL","Name":"sklep"}]}`

var loginBody = fmt.Sprintf(`{"access_token":%q,"id_token":%q,"expires_in":86400,"scope":"openid","token_type":"Bearer"}`,
	peer.AccessToken, peer.IDToken)

// pageBody is the page. The long list repeats its orders, repetitions times.
var (
	pageBody    = newPageBody()
	repetitions = ListBytes/len(pageBody) + 1
)

// ListOrders returns the number of orders in the long list.
func ListOrders() int { return repetitions * Orders }

func New() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /oauth/token", func(w http.ResponseWriter, _ *http.Request) { write(w, []byte(loginBody)) })
	mux.HandleFunc("GET /me", authorized(func(w http.ResponseWriter) { write(w, []byte(meBody)) }))
	mux.HandleFunc("GET /"+PageOrganization+"/orders", authorized(func(w http.ResponseWriter) { write(w, pageBody) }))
	mux.HandleFunc("GET /"+ListOrganization+"/orders", authorized(writeList))
	return mux
}

// authorized responds with 401 unless the call has both tokens, so that no client is fast because
// it omits them.
func authorized(respond func(http.ResponseWriter)) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		if request.Header.Get("Authorization") != "Bearer "+peer.AccessToken || request.Header.Get("X-Id-Token") != peer.IDToken {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		respond(w)
	}
}

func write(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body)
}

// writeList writes the long list in chunks and without a length, like a response that is built
// while it is sent.
func writeList(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	elements := pageBody[1 : len(pageBody)-1]
	w.Write([]byte("["))
	for n := range repetitions {
		if n > 0 {
			w.Write([]byte(","))
		}
		if _, err := w.Write(elements); err != nil {
			return
		}
	}
	w.Write([]byte("]"))
}

func newPageBody() []byte {
	var page bytes.Buffer
	encoder := json.NewEncoder(&page)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(newOrders()); err != nil {
		panic(err)
	}
	return bytes.TrimSpace(page.Bytes())
}
