package main

import (
	"github.com/spf13/cobra"

	"github.com/xsale-go/xsale/account"
)

// account returns the account that the command uses, or nil if it is the environment's.
func (a *app) account(*cobra.Command) (*account.Account, error) {
	chosen, err := account.Choose(a.accountName)
	if err != nil {
		return nil, usageError{err}
	}
	return chosen, nil
}
