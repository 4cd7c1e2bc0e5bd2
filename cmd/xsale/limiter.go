package main

import (
	"context"
	"sync"
	"time"

	"github.com/xsale-go/xsale/authn"
	"github.com/xsale-go/xsale/call/filelimit"
)

// accountLimiter shares the rate of an account among the commands of a user, in a file next to its
// tokens. The account is only known once there are credentials.
type accountLimiter struct {
	files  *authn.FileStore
	source *authn.Source

	mu   sync.Mutex
	file *filelimit.Limiter
}

// Update implements [call.Limiter].
func (l *accountLimiter) Update(ctx context.Context, key string, change func(state []byte, now time.Time) ([]byte, error)) error {
	file, err := l.open(ctx)
	if err != nil {
		return err
	}
	return file.Update(ctx, key, change)
}

func (l *accountLimiter) open(ctx context.Context) (*filelimit.Limiter, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		account, err := l.source.StoreKey(ctx)
		if err != nil {
			return nil, err
		}
		l.file = filelimit.New(l.files.Path(account) + ".limit")
	}
	return l.file, nil
}
