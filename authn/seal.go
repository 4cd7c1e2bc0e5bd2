package authn

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
)

// sealer encrypts what a Store holds, so that whoever can read or write the store can neither use a pair nor slip one in.
//
// The key comes from the credentials, which all programs that share a pair have anyway; the client secret makes it hard
// to guess. So a pair is of no use to a program with another password, and a changed password leaves old entries behind.
// A key of the user's own replaces it, see Config.EncryptionKey.
type sealer struct {
	aead          cipher.AEAD
	fingerprint   [sha256.Size]byte // of the credentials, for this process
	keyID         string            // tells which key something was sealed with
	credentialsID string            // tells credentials apart in the store; keyed, so that it does not help to guess them
}

func newSealer(credentials Credentials, own Secret) (*sealer, error) {
	fingerprint := credentials.fingerprint()
	secret := fingerprint[:]
	if !own.IsZero() {
		secret = []byte(own.Reveal())
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
	identify := func(of []byte) string {
		mac := hmac.New(sha256.New, keys[32:])
		mac.Write(of)
		return hex.EncodeToString(mac.Sum(nil)[:16])
	}
	return &sealer{aead, fingerprint, identify([]byte("key")), identify(fingerprint[:])}, nil
}

// seal binds the data to its place in the store, so that it cannot be moved to another.
func (s *sealer) seal(data []byte, place string) []byte {
	return s.aead.Seal(nil, nil, data, []byte(place))
}

func (s *sealer) open(data []byte, place string) ([]byte, error) {
	plain, err := s.aead.Open(nil, nil, data, []byte(place))
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}

var errSealed = errors.New("the stored entry was changed by somebody without the key")
