package account_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/account"
	"github.com/xsale-go/xsale/authn"
)

func ExampleFrom() {
	client, err := xsale.New(account.From("shop"))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	user, err := client.Me(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.Name)
}

// A program for all accounts of a user.
func ExampleList() {
	accounts, current, err := account.List()
	if err != nil {
		log.Fatal(err)
	}
	for _, a := range accounts {
		client, err := xsale.New(append(a.Options(), xsale.WithRateLimit(5, 1))...)
		if err != nil {
			log.Fatal(err)
		}
		defer client.Close()
		fmt.Println(a.Name, a.Organization, a.Name == current)
	}
}

// A client of another kind takes the tokens of an account.
func ExampleLoad() {
	a, err := account.Load("shop")
	if err != nil {
		log.Fatal(err)
	}
	source, err := authn.New(authn.Config{Credentials: a.Credentials, APIURL: a.BaseURL, TokenURL: a.TokenURL})
	if err != nil {
		log.Fatal(err)
	}
	defer source.Close()
}

// A program with a flag --account takes the same account as the command line.
func ExampleChoose() {
	name := "" // of the flag
	a, err := account.Choose(name)
	if err != nil {
		log.Fatal(err)
	}
	options := []xsale.Option{xsale.FromEnvironment()}
	if a != nil {
		options = a.Options()
	}
	client, err := xsale.New(options...)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
}

// An installer saves an account, makes it the current one and removes it again.
func ExampleAdd() {
	dir, err := os.MkdirTemp("", "xsale")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	os.Setenv("XSALE_CONFIG_DIR", filepath.Join(dir, "config"))
	defer os.Unsetenv("XSALE_CONFIG_DIR")

	ctx := context.Background()
	shop := &account.Account{Name: "shop", ClientID: "client", Username: "me@shop.example", Secrets: account.SecretsFile}
	secrets := account.Secrets{ClientSecret: authn.NewSecret("…"), Password: authn.NewSecret("…")}
	client, err := xsale.New(append(shop.Options(), xsale.WithCredentialsFunc(shop.CredentialsWith(secrets)))...)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close() // client.Me would try the account
	if _, err := account.Add(ctx, shop, secrets, false); err != nil {
		log.Fatal(err)
	}
	_, err = account.Add(ctx, shop, secrets, false)
	fmt.Println(errors.Is(err, account.ErrExists))

	if _, err := account.Use(ctx, "shop"); err != nil {
		log.Fatal(err)
	}
	configDir, err := account.ConfigDir()
	if err != nil {
		log.Fatal(err)
	}
	accountDir, err := shop.Dir()
	if err != nil {
		log.Fatal(err)
	}
	path, err := filepath.Rel(configDir, accountDir)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(filepath.ToSlash(path))

	removed, err := account.Remove(ctx, "shop")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(removed))
	// Output:
	// true
	// accounts/shop
	// 3
}
