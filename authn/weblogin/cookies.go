package weblogin

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/xsale-go/xsale/authn"
)

// sealedSession is the content of the session's cookie.
type sealedSession struct {
	ID      string    `json:"id"`
	User    User      `json:"user"`
	Expires time.Time `json:"expires"`
}

// key is the name under which the store has the tokens. It contains the user, so that no tokens can
// become those of another.
func (s *sealedSession) key() string { return s.User.Subject + "\n" + s.ID }

// sealedFlow is the content of the cookie of a login that was started.
type sealedFlow struct {
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"`
	ReturnTo string    `json:"return_to"`
	Expires  time.Time `json:"expires"`
}

// cookies seals cookies: a browser can neither read nor change them, nor use one for another.
type cookies struct {
	aead    cipher.AEAD
	session string // the name of the session's cookie
	flows   string // how the names of the others begin
	secure  bool
}

// minKeyBytes is the length of a key that cannot be guessed.
const minKeyBytes = 32

func newCookies(config Config, credentials authn.Credentials) (*cookies, error) {
	secret := config.Key.Reveal()
	if secret == "" {
		secret = credentials.ClientSecret.Reveal()
	} else if len(secret) < minKeyBytes {
		return nil, fmt.Errorf("the Key has %d bytes: use at least %d random bytes", len(secret), minKeyBytes)
	}
	key, err := hkdf.Key(sha256.New, []byte(secret), nil, "xsale weblogin 1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	// Two applications of one host, such as localhost, must not share cookies: browsers do not tell
	// ports apart.
	digest := sha256.Sum256([]byte(credentials.ClientID + " " + config.RedirectURL))
	c := &cookies{aead: aead, secure: strings.HasPrefix(config.RedirectURL, "https:")}
	prefix := "xsale-"
	if c.secure {
		prefix = "__Host-xsale-"
	}
	c.session = prefix + "session-" + hex.EncodeToString(digest[:4])
	c.flows = prefix + "login-" + hex.EncodeToString(digest[:4]) + "-"
	return c, nil
}

// flow returns the name of the cookie of a login, so that several tabs do not overwrite each other's.
func (c *cookies) flow(state string) string {
	digest := sha256.Sum256([]byte(state))
	return c.flows + hex.EncodeToString(digest[:8])
}

// write sets a cookie with a sealed value.
func (c *cookies) write(w http.ResponseWriter, name string, value any, lifetime time.Duration) {
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetEscapeHTML(false) // as each & would have six bytes
	if err := encoder.Encode(value); err != nil {
		panic(err) // of strings and times
	}
	cookie := c.cookie(name)
	cookie.Value = base64.RawURLEncoding.EncodeToString(c.aead.Seal(nil, nil, data.Bytes(), []byte(name)))
	cookie.MaxAge = max(1, int(lifetime/time.Second))
	http.SetCookie(w, cookie)
}

// remove deletes a cookie.
func (c *cookies) remove(w http.ResponseWriter, name string) {
	cookie := c.cookie(name)
	cookie.MaxAge = -1
	http.SetCookie(w, cookie)
}

// cookie is sent with links from other sites, such as the login service, but not with their forms.
func (c *cookies) cookie(name string) *http.Cookie {
	return &http.Cookie{Name: name, Path: "/", HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteLaxMode}
}

// read opens a cookie. It reports false without one that this program, or one with the same key, has
// sealed under this name.
func (c *cookies) read(r *http.Request, name string, value any) bool {
	cookie, err := r.Cookie(name)
	if err != nil {
		return false
	}
	data, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil {
		return false
	}
	data, err = c.aead.Open(nil, nil, data, []byte(name))
	return err == nil && json.Unmarshal(data, value) == nil
}

// dropFlows deletes cookies of logins beyond a number. A browser that starts logins without
// finishing them would otherwise send ever longer requests.
func (c *cookies) dropFlows(w http.ResponseWriter, r *http.Request, keep int) {
	found := 0
	for _, cookie := range r.Cookies() {
		if !strings.HasPrefix(cookie.Name, c.flows) {
			continue
		}
		if found++; found > keep {
			c.remove(w, cookie.Name)
		}
	}
}
