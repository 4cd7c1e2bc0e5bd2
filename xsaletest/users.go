package xsaletest

// RedirectURL is the redirect URL that is registered for logins with a browser, unless
// [WithRedirectURLs] registers others: that of xsale login.
const RedirectURL = "http://localhost:8976/callback"

// user is a user of the login service. All users work for the same organizations.
type user struct {
	id                    int64  // in the API
	subject               string // in the login service
	email, nickname, name string
}

// users are those who can log in with a browser. The first is the vendor's sample of GET /me, and
// the one with a password.
var users = []user{
	{1, "auth0|sandbox-1", Username, "loremipsum", "Lorem Ipsum"},
	{2, "auth0|sandbox-2", "dolorsitamet@futuriti.pl", "dolorsitamet", "Dolor Sitamet"},
}

// findUser returns the user with an email address, or nil.
func findUser(email string) *user {
	for i := range users {
		if users[i].email == email {
			return &users[i]
		}
	}
	return nil
}
