package main

import (
	"errors"
	"html/template"
	"log"
	"net/http"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/authn/weblogin"
)

// app shows each user what is theirs.
type app struct {
	users *weblogin.Users
	// Without a proxy, the Clients of all users share the connections of this transport.
	httpClient *http.Client
}

func newApp(users *weblogin.Users) http.Handler {
	a := &app{users, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", users.Login)
	mux.HandleFunc("GET /callback", users.Callback)
	mux.HandleFunc("POST /logout", users.Logout)
	mux.HandleFunc("GET /{$}", a.home)
	mux.HandleFunc("GET /orders/{organization}", a.orders)
	return mux
}

// clientOf returns a Client for the user of a request. It costs no connection and no login.
func (a *app) clientOf(r *http.Request) (*xsale.Client, *weblogin.Session, error) {
	session, err := a.users.Session(r)
	if err != nil {
		return nil, nil, err
	}
	client, err := xsale.New(
		xsale.WithBaseURL(baseURL()),
		xsale.WithTokenSource(session.Source),
		xsale.WithHTTPClient(a.httpClient),
	)
	return client, session, err
}

func (a *app) home(w http.ResponseWriter, r *http.Request) {
	client, session, err := a.clientOf(r)
	if errors.Is(err, authn.ErrLoginRequired) {
		show(w, http.StatusOK, page{Title: "Welcome"})
		return
	}
	var me xsale.Me
	if err == nil {
		me, err = client.Me(r.Context())
	}
	if err != nil {
		showError(w, r, err)
		return
	}
	show(w, http.StatusOK, page{Title: "Your organizations", User: &session.User, Me: &me})
}

// maxOrders is how many orders a page shows.
const maxOrders = 20

func (a *app) orders(w http.ResponseWriter, r *http.Request) {
	client, session, err := a.clientOf(r)
	if errors.Is(err, authn.ErrLoginRequired) { // also when the tokens have expired
		http.Redirect(w, r, "/login?return_to="+template.URLQueryEscaper(r.URL.Path), http.StatusSeeOther)
		return
	}
	if err != nil {
		showError(w, r, err)
		return
	}
	found := page{Title: "Orders", User: &session.User}
	for order, err := range client.Organization(r.PathValue("organization")).Orders.List(r.Context(), xsale.ListOrdersParams{}) {
		if err != nil {
			showError(w, r, err)
			return
		}
		if found.Orders = append(found.Orders, order); len(found.Orders) == maxOrders {
			break
		}
	}
	show(w, http.StatusOK, found)
}

// showError shows why a login or a call failed. It does not log in again by itself: the login
// service might send the browser back at once, and around in circles.
func showError(w http.ResponseWriter, _ *http.Request, err error) {
	status, failed := http.StatusBadGateway, page{Title: "That did not work", Problem: "xSale did not give a good response. Try again later."}
	switch {
	case errors.Is(err, authn.ErrLoginRequired), errors.Is(err, xsale.ErrUnauthorized):
		status, failed.Problem = http.StatusUnauthorized, "You have to log in again."
	case errors.Is(err, authn.ErrAccessDenied), errors.Is(err, xsale.ErrForbidden):
		status, failed.Problem = http.StatusForbidden, "You have no access to the API of xSale. Ask Futuriti for it."
	case errors.Is(err, xsale.ErrNotFound):
		status, failed.Problem = http.StatusNotFound, "xSale knows no such organization of yours."
	}
	log.Print(err) // without secrets
	show(w, status, failed)
}

// page is what the template shows.
type page struct {
	Title, Problem string
	User           *weblogin.User
	Me             *xsale.Me
	Orders         []xsale.Order
}

func show(w http.ResponseWriter, status int, p page) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if err := layout.Execute(w, p); err != nil {
		log.Print(err)
	}
}

var layout = template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Title}}</title></head>
<body>
<header>
{{with .User}}<p id="user">{{.Name}}, {{.Email}}</p>
<form method="post" action="/logout"><button id="logout">Log out</button></form>
{{else}}<p><a id="login" href="/login">Log in with xSale</a> <a id="switch" href="/login?prompt=login">Log in as another user</a></p>{{end}}
</header>
<main>
<h1>{{.Title}}</h1>
{{with .Problem}}<p id="problem">{{.}}</p>{{end}}
{{with .Me}}<ul>{{range .Organizations}}<li><a href="/orders/{{.Name}}">{{.ShortName}}</a></li>{{end}}</ul>{{end}}
{{with .Orders}}<ol>{{range .}}<li>Order {{.ID}} with {{len .Items}} lines</li>{{end}}</ol>{{end}}
</main>
</body>
</html>
`))
