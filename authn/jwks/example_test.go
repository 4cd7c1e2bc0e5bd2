package jwks_test

import (
	"context"
	"fmt"
	"log"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/authn/jwks"
	"github.com/xsale-go/xsale/xsaletest"
)

// The sandbox signs its tokens like the vendor's login service.
func ExampleVerifier_Verify() {
	sandbox, err := xsaletest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer sandbox.Close()

	ctx, stop := context.WithCancel(context.Background())
	defer stop() // stops the hourly fetch of the keys
	verifier, err := jwks.New(ctx, jwks.Config{
		URL:    sandbox.URL() + "/.well-known/jwks.json", // leave both out for the vendor's service
		Issuer: sandbox.URL() + "/",
	})
	if err != nil {
		log.Fatal(err)
	}
	source, err := authn.New(authn.Config{
		Credentials:  authn.Static(sandbox.Credentials()),
		TokenURL:     sandbox.TokenURL(),
		Store:        &authn.MemoryStore{}, // or one that other programs write to
		VerifyStored: verifier.Verify,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer source.Close()

	token, err := source.Token(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(verifier.Verify(ctx, token))
	// Output: <nil>
}
