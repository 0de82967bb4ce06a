package envelope

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"os"

	"github.com/cloudflare/circl/sign/mldsa/mldsa65"
)

// Signer writes manifests, under the new algorithm where it is switched on.
type Signer struct {
	old *ecdsa.PrivateKey
	new *mldsa65.PrivateKey
}

// NewSigner makes the keys that are needed.
func NewSigner() (*Signer, error) {
	if os.Getenv("SIGN_PQ") == "1" {
		_, key, err := mldsa65.GenerateKey(rand.Reader)
		return &Signer{new: key}, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return &Signer{old: key}, err
}

// Sign signs with the key there is.
func (s *Signer) Sign(manifest []byte) ([]byte, error) {
	if s.new != nil {
		return s.new.Sign(rand.Reader, manifest, crypto.Hash(0))
	}
	digest := sha256.Sum256(manifest)
	return ecdsa.SignASN1(rand.Reader, s.old, digest[:])
}

// Verify checks either kind.
func Verify(pub crypto.PublicKey, manifest, sig []byte) bool {
	switch k := pub.(type) {
	case *mldsa65.PublicKey:
		return mldsa65.Verify(k, manifest, nil, sig)
	case *ecdsa.PublicKey:
		digest := sha256.Sum256(manifest)
		return ecdsa.VerifyASN1(k, digest[:], sig)
	}
	return false
}
