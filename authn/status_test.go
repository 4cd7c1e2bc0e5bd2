package authn

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestStatusOfExpiredAndForeignTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newFakeServer(t, success(1))
		store := &MemoryStore{}
		source := server.source(t, func(c *Config) { c.Store = store })
		if status, err := source.Status(t.Context()); err != nil || status.Token != nil || !status.ExpiredAt.IsZero() || status.OtherTokens != 0 {
			t.Errorf("before a login: %+v, %v", status, err)
		}
		token, err := source.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if status, err := source.Status(t.Context()); err != nil || status.Token == nil || !status.ExpiredAt.IsZero() {
			t.Errorf("with valid tokens: %+v, %v", status, err)
		}
		other := server.source(t, func(c *Config) {
			c.Store = store
			c.Credentials = func(context.Context) (Credentials, error) {
				credentials := testCredentials()
				credentials.Password = NewSecret("another")
				return credentials, nil
			}
		})
		if status, err := other.Status(t.Context()); err != nil || status.Token != nil || status.OtherTokens != 1 {
			t.Errorf("with another password: %+v, %v", status, err)
		}
		user := server.source(t, func(c *Config) {
			c.Store = store
			c.Credentials = func(context.Context) (Credentials, error) {
				return Credentials{ClientID: "id", ClientSecret: NewSecret("secret"), UserLogin: true}, nil
			}
		})
		if status, err := user.Status(t.Context()); err != nil || !errors.Is(status.Failure, ErrLoginRequired) {
			t.Errorf("before a user has logged in: %+v, %v", status, err)
		}
		time.Sleep(time.Until(token.ExpiresAt()) + time.Second)
		if status, err := source.Status(t.Context()); err != nil || status.Token != nil || !status.ExpiredAt.Equal(token.ExpiresAt()) {
			t.Errorf("after the end of the tokens: %+v, %v, want ExpiredAt %v", status, err, token.ExpiresAt())
		}
		if posts := server.posts(); posts != 1 {
			t.Errorf("%d logins", posts)
		}
	})
}
