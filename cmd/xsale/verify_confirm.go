package main

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/verify"
)

// mayCall reports whether the address may be called without asking. If it has to ask and there is
// no terminal, it returns an error before anything is sent, including the login.
func (f *verifyFlags) mayCall(in io.Reader, baseURL string) (bool, error) {
	if f.yes || !production(baseURL) {
		return true, nil
	}
	if !terminal(in) {
		return false, usagef("%s is the production address and there is no terminal to ask: pass --yes to call it, or set XSALE_BASE_URL", baseURL)
	}
	return false, nil
}

func production(baseURL string) bool {
	address, err := url.Parse(baseURL)
	api, _ := url.Parse(xsale.DefaultBaseURL)
	return err != nil || strings.EqualFold(strings.TrimSuffix(address.Hostname(), "."), api.Hostname())
}

// askToCall lists the calls and asks for confirmation.
func askToCall(in io.Reader, out io.Writer, baseURL string, planned []verify.Planned) error {
	fmt.Fprintf(out, "This calls %s, each path once if its variables can be filled:\n", baseURL)
	for _, p := range planned {
		fmt.Fprintf(out, "  %s %s", p.Method, p.Path)
		if len(p.Filters) > 0 {
			fmt.Fprintf(out, ", and up to %d more times with each of %s", verify.MaxFilterCalls, strings.Join(p.Filters, ", "))
		}
		fmt.Fprintln(out)
	}
	fmt.Fprint(out, "Type yes to continue: ")
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && err != io.EOF {
		return err
	}
	if strings.TrimSpace(line) != "yes" {
		return usagef("nothing was called: type yes, or pass --yes")
	}
	return nil
}
