// Command webapp is a small web application whose users log in with xSale and see their
// organizations and orders.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/authn/weblogin"
)

func main() {
	address := flag.String("addr", "localhost:3000", "`HOST:PORT` to listen at")
	redirectURL := flag.String("redirect-url", "http://localhost:3000/callback", "`URL` of /callback, exactly as it is registered")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *address, *redirectURL); err != nil {
		log.Fatal(err)
	}
}

// run serves the application until ctx ends.
func run(ctx context.Context, address, redirectURL string) error {
	users, err := weblogin.New(ctx, weblogin.Config{
		Credentials: application,
		RedirectURL: redirectURL,
		TokenURL:    os.Getenv("XSALE_TOKEN_URL"),
		APIURL:      os.Getenv("XSALE_BASE_URL"),
		OnError:     showError,
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	log.Printf("listening at http://%s/", listener.Addr())
	server := &http.Server{Handler: newApp(users), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// application returns the client ID and the secret of the "Regular Web Application". They are read
// again for each login, so that a new secret needs no restart.
func application(context.Context) (authn.Credentials, error) {
	credentials := authn.Credentials{ClientID: os.Getenv("XSALE_CLIENT_ID"), ClientSecret: authn.NewSecret(os.Getenv("XSALE_CLIENT_SECRET"))}
	if credentials.ClientID == "" || credentials.ClientSecret.IsZero() {
		return credentials, errors.New("set XSALE_CLIENT_ID and XSALE_CLIENT_SECRET")
	}
	return credentials, nil
}

// baseURL is the API of the users' tokens.
func baseURL() string { return cmp.Or(os.Getenv("XSALE_BASE_URL"), authn.DefaultAPIURL) }
