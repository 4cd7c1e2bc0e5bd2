// Program authn calls the API with net/http and the tokens of package authn alone.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"

	"github.com/xsale-go/xsale/authn"
)

func main() {
	source, err := authn.New(authn.Config{Credentials: authn.FromEnvironment})
	if err != nil {
		log.Fatal(err)
	}
	defer source.Close()
	user, err := me(context.Background(), http.DefaultClient, source, source.APIURL())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user)
}

// me returns the user that the tokens are for, as JSON.
func me(ctx context.Context, client *http.Client, source *authn.Source, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/me", nil)
	if err != nil {
		return "", err
	}
	if err := source.Edit(ctx, request); err != nil {
		return "", err
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET /me: %s", response.Status)
	}
	return string(body), err
}
