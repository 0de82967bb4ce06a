package token

import (
	"crypto/ed25519"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

func TestEdDSARoundTrip(t *testing.T) {
	pub, priv, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := jwt.New(jwt.SigningMethodEdDSA).SignedString(priv)
	if err != nil {
		t.Fatal(err)
	}
	_, err = jwt.Parse(signed, func(*jwt.Token) (any, error) { return pub, nil })
	if err != nil {
		t.Fatal(err)
	}
}
