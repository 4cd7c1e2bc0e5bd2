// Package quickexit lets the programs that a test starts end at once. It is imported for this effect.
//
// A program with the race detector sleeps for a second before it exits. A test that starts itself as
// several programs would mostly wait for that. The detector still reports races and fails the program.
package quickexit

import (
	"os"
	"strings"
)

const variable, setting = "GORACE", "atexit_sleep_ms"

func init() {
	if given := os.Getenv(variable); !strings.Contains(given, setting) {
		os.Setenv(variable, strings.TrimSpace(given+" "+setting+"=0"))
	}
}
