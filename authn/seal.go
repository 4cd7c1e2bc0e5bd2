package authn

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"
)

// sealer encrypts the data in a Store: someone with access to the store can neither use the tokens
// nor plant their own.
//
// By default the key is derived from the credentials, which all programs that share tokens have
// anyway; the client secret makes it hard to guess. So a program with another password cannot read
// the tokens, and a password change leaves old entries unreadable. Config.EncryptionKey replaces
// the derived key.
type sealer struct {
	aead          cipher.AEAD
	fingerprint   [sha256.Size]byte // of the credentials; never stored
	keyID         string            // identifies the key
	credentialsID string            // keyed hash of the credentials, useless for guessing them
}

func newSealer(credentials Credentials, custom Secret) (*sealer, error) {
	fingerprint := credentials.fingerprint()
	secret := fingerprint[:]
	if !custom.IsZero() {
		secret = []byte(custom.Reveal())
	}
	keys, err := hkdf.Key(sha256.New, secret, nil, "xsale token store 1", 64)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(keys[:32])
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	identify := func(data []byte) string {
		mac := hmac.New(sha256.New, keys[32:])
		mac.Write(data)
		return hex.EncodeToString(mac.Sum(nil)[:16])
	}
	return &sealer{aead, fingerprint, identify([]byte("key")), identify(fingerprint[:])}, nil
}

// seal binds the value to its location in the store, so that nobody can move it to another.
func (s *sealer) seal(location string, value any, until time.Time) (*sealedPart, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return &sealedPart{s.aead.Seal(nil, nil, data, []byte(location)), until}, nil
}

func (s *sealer) open(location string, part *sealedPart, value any) error {
	data, err := s.aead.Open(nil, nil, part.Data, []byte(location))
	if err != nil {
		return errors.New("stored entry was modified without the encryption key")
	}
	return json.Unmarshal(data, value)
}
