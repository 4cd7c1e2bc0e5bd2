// Package secondopinion compares this module with Stoplight's Prism and with express-openapi-validator, which
// share no code with it. The client calls Prism's mock and, with Prism as a checking proxy, the
// sandbox. Then all three check the same valid and invalid requests and responses.
package secondopinion

import (
	"context"
	"fmt"
	"os/exec"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/internal/conformance/prism"
	"github.com/xsale-go/xsale/openapi"
	"github.com/xsale-go/xsale/xsaletest"
)

func TestPrism(t *testing.T) {
	if _, err := exec.LookPath("prism"); err != nil {
		t.Skip("needs prism on the PATH: run make second-opinion, which fetches it with npm")
	}
	if err := travelBoth(t.Context(), load(t, openapi.Spec())); err != nil {
		t.Fatal(err)
	}
	compareWith(t, prismPeer)
}

// travelBoth calls every operation of Prism's mock, and of the sandbox behind Prism.
func travelBoth(ctx context.Context, spec *openapi3.T) error {
	sandbox, err := xsaletest.Start()
	if err != nil {
		return err
	}
	defer sandbox.Close()
	mock, err := prism.Mock(ctx, openapi.Spec())
	if err != nil {
		return err
	}
	defer mock.Close()
	if err := travel(ctx, sandbox, mock.URL, spec); err != nil {
		return fmt.Errorf("the client against Prism's mock: %w", err)
	}
	proxy, err := prism.Proxy(ctx, openapi.Spec(), sandbox.URL())
	if err != nil {
		return err
	}
	defer proxy.Close()
	if err := travel(ctx, sandbox, proxy.URL, spec); err != nil {
		return fmt.Errorf("the client against the sandbox behind Prism: %w", err)
	}
	return nil
}
