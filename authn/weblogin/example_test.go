package weblogin_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/authn/weblogin"
)

// A web application whose users see their own organizations.
func ExampleNew() {
	users, err := weblogin.New(context.Background(), weblogin.Config{
		Credentials: authn.Static(authn.Credentials{ClientID: "client", ClientSecret: authn.NewSecret("secret")}),
		RedirectURL: "https://shop.example/callback",
	})
	if err != nil {
		log.Fatal(err)
	}
	// Without a proxy, all Clients share the connections of this transport.
	httpClient := &http.Client{Transport: &http.Transport{}}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", users.Login)
	mux.HandleFunc("GET /callback", users.Callback)
	mux.HandleFunc("POST /logout", users.Logout)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		session, err := users.Session(r)
		if errors.Is(err, authn.ErrLoginRequired) {
			http.Redirect(w, r, "/login?return_to=/", http.StatusSeeOther)
			return
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		client, err := xsale.New(xsale.WithTokenSource(session.Source), xsale.WithHTTPClient(httpClient))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		me, err := client.Me(r.Context())
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		fmt.Fprintln(w, me.Name, len(me.Organizations))
	})
}
