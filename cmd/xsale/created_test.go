package main

import (
	"bytes"
	"errors"
	"strings"
	"syscall"
	"testing"
)

// fullDisk is a standard output that takes nothing.
type fullDisk struct{ error }

func (f fullDisk) Write([]byte) (int, error) { return 0, f.error }

// A script repeats a command that fails. What was created must not be created again because its
// result could not be printed.
func TestCreatedIsNotRepeated(t *testing.T) {
	useSandbox(t)
	inEmptyDir(t)
	writeFileAt(t, "integration.json", `{"Name":"shop","IntegrationType":28}`)
	for _, line := range []string{
		"integrations create --name shop",
		"call createIntegration --file integration.json",
		"call createIntegration --file integration.json --include",
		"api POST /{organizationName}/integrations --file integration.json",
	} {
		for _, cause := range []error{errors.New("no space left"), syscall.EPIPE} {
			var stderr bytes.Buffer
			code := run(t.Context(), strings.Fields(line), strings.NewReader(""), fullDisk{cause}, &stderr)
			if code != exitMaybeProcessed || !strings.HasPrefix(stderr.String(), "xsale: the call was processed, but its result could not be shown or saved: ") {
				t.Errorf("%s: %d, %s", line, code, stderr.String())
			}
		}
	}
	execute(t, "", "integrations", "create", "--name", "shop", "--jq", ".Id|error").expect(t, exitMaybeProcessed, "the call was processed")
	var stderr bytes.Buffer
	if code := run(t.Context(), []string{"statuses", "list"}, strings.NewReader(""), fullDisk{errors.New("no space left")}, &stderr); code != exitFailed {
		t.Errorf("a list: %d, %s", code, stderr.String())
	}
}
