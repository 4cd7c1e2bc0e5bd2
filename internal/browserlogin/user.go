package browserlogin

import (
	"fmt"
	"time"

	"github.com/xsale-go/xsale/authn"
)

// User is who has logged in, by the claims of the ID token.
type User struct {
	Subject   string    `json:"subject"`
	Name      string    `json:"name"`
	Email     string    `json:"email"`
	ExpiresAt time.Time `json:"expires_at"` // of the tokens
}

// UserOf returns the user of tokens.
func UserOf(token *authn.Token) User {
	_, claims := token.Claims()
	text := func(name string) string {
		value, _ := claims[name].(string)
		return value
	}
	return User{text("sub"), text("name"), text("email"), token.ExpiresAt()}
}

// String returns the name and the email address, as far as they are known.
func (u User) String() string {
	switch {
	case u.Email == "":
		return u.Name
	case u.Name == "" || u.Name == u.Email:
		return u.Email
	}
	return fmt.Sprintf("%s <%s>", u.Name, u.Email)
}
