package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/xsale-go/xsale/authn"
)

// prompter asks the person at the terminal. Questions go to standard error, because the output is the
// command's.
type prompter struct{ command *cobra.Command }

// possible reports whether there is a person to ask.
func (p prompter) possible() bool { return terminal(p.command.InOrStdin()) }

// ask returns a line. It reads no further, because the next question may be for a secret.
func (p prompter) ask(question string) (string, error) {
	fmt.Fprint(p.command.ErrOrStderr(), question)
	return interruptible(p.command.Context(), func() (string, error) {
		var line []byte
		var one [1]byte
		for {
			n, err := p.command.InOrStdin().Read(one[:])
			if n == 1 && one[0] != '\n' {
				line = append(line, one[0])
				continue
			}
			if n == 0 && err == nil {
				continue
			}
			if err == io.EOF && len(line) == 0 {
				return "", errors.New("the input has ended")
			}
			if err != nil && err != io.EOF {
				return "", err
			}
			return strings.TrimSpace(string(line)), nil
		}
	})
}

// askSecret returns a line that the terminal does not show.
func (p prompter) askSecret(question string) (authn.Secret, error) {
	file, ok := p.command.InOrStdin().(*os.File)
	if !ok {
		return authn.Secret{}, errors.New("there is no terminal to ask")
	}
	fmt.Fprint(p.command.ErrOrStderr(), question)
	before, err := term.GetState(int(file.Fd()))
	if err != nil {
		return authn.Secret{}, err
	}
	defer fmt.Fprintln(p.command.ErrOrStderr()) // for the line break that is not shown
	defer term.Restore(int(file.Fd()), before)  // also after Ctrl-C
	return interruptible(p.command.Context(), func() (authn.Secret, error) {
		line, err := term.ReadPassword(int(file.Fd()))
		defer clear(line)
		return authn.NewSecret(string(line)), err
	})
}
