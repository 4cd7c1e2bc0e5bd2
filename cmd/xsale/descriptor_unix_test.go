//go:build unix

package main

import (
	"fmt"
	"os"
	"syscall"
	"testing"

	"github.com/xsale-go/xsale/xsaletest"
)

func TestCredentialsFromDescriptor(t *testing.T) {
	for _, name := range []string{"fd:%d", "/dev/fd/%d"} { // the second is a shell's <(command)
		t.Run(name, func(t *testing.T) { readFromDescriptor(t, name) })
	}
}

func readFromDescriptor(t *testing.T, name string) {
	useSandbox(t)
	t.Setenv("XSALE_PASSWORD", "")
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	descriptor, err := syscall.Dup(int(reader.Fd())) // the command closes its copy
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(writer, `{"client_id":%q,"client_secret":%q,"username":%q,"password":%q}`,
		xsaletest.ClientID, xsaletest.ClientSecret, xsaletest.Username, xsaletest.Password)
	writer.Close()
	execute(t, "", "me", "--credentials", fmt.Sprintf(name, descriptor)).expect(t, exitOK)
}
