package main

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/verify"
)

// mayCall reports whether the address may be called without asking. Where it may not and nobody can be asked, that is an
// error, before anything is sent, the login included.
func (f *verifyFlags) mayCall(in io.Reader, baseURL string) (bool, error) {
	if f.yes || !isProduction(baseURL) {
		return true, nil
	}
	if !isTerminal(in) {
		return false, usagef("%s is the production address, and there is no terminal to ask at: say --yes to call it, or set XSALE_BASE_URL to another one", baseURL)
	}
	return false, nil
}

func isProduction(baseURL string) bool {
	address, err := url.Parse(baseURL)
	production, _ := url.Parse(xsale.DefaultBaseURL)
	return err != nil || strings.EqualFold(strings.TrimSuffix(address.Hostname(), "."), production.Hostname())
}

func isTerminal(in io.Reader) bool {
	file, ok := in.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// askToCall lists what will be called, and wants a yes.
func askToCall(in io.Reader, out io.Writer, baseURL string, planned []verify.Planned) error {
	fmt.Fprintf(out, "This calls %s, once each where the values for the path are found:\n", baseURL)
	for _, p := range planned {
		fmt.Fprintf(out, "  %s %s", p.Method, p.Path)
		if len(p.Filters) > 0 {
			fmt.Fprintf(out, ", and up to %d times more with each of %s", verify.MaxFilterCalls, strings.Join(p.Filters, ", "))
		}
		fmt.Fprintln(out)
	}
	fmt.Fprint(out, "Answer yes to go on: ")
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && err != io.EOF {
		return err
	}
	if strings.TrimSpace(line) != "yes" {
		return usagef("nothing was called: answer yes, or say --yes")
	}
	return nil
}
