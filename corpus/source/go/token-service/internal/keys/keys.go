// Package keys holds the signing keys of the service.
package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"os"
)

// rsaBits is what the security handbook asks for.
const rsaBits = 3 * 1024

// Ring is the set of keys in use.
type Ring struct {
	Current crypto.Signer
	id      string
}

// Load reads a PKCS #8 key, or makes a new one where there is no file.
func Load(path string) (*Ring, error) {
	if path == "" {
		return generate("ec")
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, errors.New("no PEM block")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	signer, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, errors.New("not a signing key")
	}
	return ring(signer)
}

func generate(kind string) (*Ring, error) {
	switch kind {
	case "rsa":
		key, err := rsa.GenerateKey(rand.Reader, rsaBits)
		if err != nil {
			return nil, err
		}
		return ring(key)
	default:
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, err
		}
		return ring(key)
	}
}

func ring(signer crypto.Signer) (*Ring, error) {
	der, err := x509.MarshalPKIXPublicKey(signer.Public())
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(der)
	return &Ring{Current: signer, id: base64.RawURLEncoding.EncodeToString(sum[:8])}, nil
}

// ID names the current key.
func (r *Ring) ID() string { return r.id }
