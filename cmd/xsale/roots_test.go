package main

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"testing"
)

// Without certificates of the system, the program has its own.
func TestRootsWithoutASystem(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems verify certificates themselves")
	}
	if os.Getenv("XSALE_TEST_ROOTS") != "" {
		pool, err := x509.SystemCertPool()
		fmt.Println("empty:", err != nil || pool.Equal(x509.NewCertPool()))
		return
	}
	command := exec.Command(os.Args[0], "-test.run=^TestRootsWithoutASystem$", "-test.v")
	none := t.TempDir()
	command.Env = append(os.Environ(), "XSALE_TEST_ROOTS=1", "SSL_CERT_FILE="+none+"/none", "SSL_CERT_DIR="+none)
	output, err := command.CombinedOutput()
	if err != nil || !bytes.Contains(output, []byte("empty: false")) {
		t.Errorf("%v\n%s", err, output)
	}
}
