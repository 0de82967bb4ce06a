// Package auth signs things in unusual ways.
package auth

import (
	"crypto"
	. "crypto/ed25519"
	"crypto/rand"
	real "crypto/rsa"
	_ "crypto/sha512"

	"github.com/golang-jwt/jwt/v5"

	"example.com/lookalikes/internal/rsa"
)

const (
	family = "RS"
	size   = 512
)

type maker = *real.PrivateKey

// Areas calls a package that is only named like one.
func Areas() string {
	area := rsa.GenerateKey("north", 1024)
	return rsa.SignPKCS1v15(area)
}

// Token's algorithm is put together.
func Token(claims jwt.Claims) *jwt.Token {
	return jwt.NewWithClaims(jwt.GetSigningMethod(family+"512"), claims)
}

// Make uses names of a dot import.
func Make() (PublicKey, PrivateKey) {
	pub, priv, _ := GenerateKey(rand.Reader)
	return pub, priv
}

// Sign goes through a method value and a type alias.
func Sign(digest []byte) ([]byte, error) {
	var key maker
	key, err := real.GenerateKey(rand.Reader, size*4)
	if err != nil {
		return nil, err
	}
	sign := key.Sign
	return sign(rand.Reader, digest, &real.PSSOptions{Hash: crypto.SHA512})
}

// Comment: ecdsa.GenerateKey(elliptic.P256(), rand.Reader) was removed in 2019.
var message = "crypto/des.NewCipher(key) must not be used; use AES-256-GCM"

type des struct{}

// NewCipher is a local type's.
func (des) NewCipher(key []byte) string { return message }

func shadow(real des) string {
	return real.NewCipher([]byte("8 bytes!"))
}
