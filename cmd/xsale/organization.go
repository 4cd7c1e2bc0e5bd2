package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/xsale-go/xsale"
	"github.com/xsale-go/xsale/internal/similar"
)

// explainTimeout bounds the look-up of the user's organizations.
const explainTimeout = 5 * time.Second

// explainNotFound names the organization that may be meant, if a call failed because the user does not
// work for the one that is set: the names of organizations are long.
func explainNotFound(ctx context.Context, client *xsale.Client, err error) error {
	name := client.Organization("").Name()
	if name == "" || !errors.Is(err, xsale.ErrNotFound) {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, explainTimeout)
	defer cancel()
	me, failed := client.Me(ctx)
	if failed != nil {
		return err
	}
	var names, meant []string
	for _, organization := range me.Organizations {
		names = append(names, organization.Name)
		if strings.EqualFold(organization.ShortName, name) {
			meant = append(meant, organization.Name)
		}
	}
	if slices.Contains(names, name) || len(names) == 0 {
		return err
	}
	if meant = append(meant, similar.Names(name, names)...); len(meant) > 0 {
		return fmt.Errorf("%w%s", err, didYouMean(slices.Compact(meant)))
	}
	return fmt.Errorf("%w; the user works for %s", err, strings.Join(names[:min(len(names), 5)], ", "))
}
