package token

import (
	"crypto/hmac"
	"crypto/sha512"
	"crypto/subtle"

	"github.com/golang-jwt/jwt/v5"
)

// Check accepts tokens of this service only.
func (i *Issuer) Check(raw string) (*jwt.Token, error) {
	return jwt.Parse(raw, i.key, jwt.WithValidMethods([]string{"RS256", "ES256"}))
}

func (i *Issuer) key(t *jwt.Token) (any, error) {
	return i.ring.Current.Public(), nil
}

// Stamp marks a session cookie.
func Stamp(secret, value []byte) []byte {
	mac := hmac.New(sha512.New, secret)
	mac.Write(value)
	return mac.Sum(nil)
}

// Same compares in constant time.
func Same(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }
