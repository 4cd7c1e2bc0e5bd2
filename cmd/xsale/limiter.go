package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call"
	"github.com/xsale-go/xsale/call/filelimit"
	"github.com/xsale-go/xsale/internal/privatefile"
)

// accountLimiter shares the rate of an account among the commands of a user, in a file next to its
// tokens. The account is only known once there are credentials.
type accountLimiter struct {
	files  *authn.FileStore
	source *authn.Source

	mu   sync.Mutex
	file call.Limiter
}

// Update implements [call.Limiter].
func (l *accountLimiter) Update(ctx context.Context, key string, change func(state []byte, now time.Time) ([]byte, error)) error {
	file, err := l.open(ctx)
	if err != nil {
		return err
	}
	return file.Update(ctx, key, change)
}

func (l *accountLimiter) open(ctx context.Context) (call.Limiter, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		account, err := l.source.StoreKey(ctx)
		if err != nil {
			return nil, err
		}
		path := l.files.Path(account) + ".limit"
		if errors.Join(privatefile.MakeParent(path), privatefile.CheckParent(path)) != nil {
			l.file = &call.MemoryLimiter{} // the token store, in the same directory, reports why
		} else {
			l.file = filelimit.New(path)
		}
	}
	return l.file, nil
}
