// Package envelope seals messages between gateways.
package envelope

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/mlkem"
	"crypto/rand"
	"crypto/sha256"
)

// Receiver has one key of each kind.
type Receiver struct {
	pq      *mlkem.DecapsulationKey768
	classic *ecdh.PrivateKey
}

// NewReceiver makes both keys.
func NewReceiver() (*Receiver, error) {
	pq, err := mlkem.GenerateKey768()
	if err != nil {
		return nil, err
	}
	classic, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return &Receiver{pq: pq, classic: classic}, nil
}

// Seal encrypts for a receiver: both secrets must fall before the message does.
func Seal(to *mlkem.EncapsulationKey768, peer *ecdh.PublicKey, message []byte) ([]byte, error) {
	secret, ciphertext := to.Encapsulate()
	ephemeral, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	shared, err := ephemeral.ECDH(peer)
	if err != nil {
		return nil, err
	}
	key := sha256.Sum256(append(secret, shared...))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return append(ciphertext, gcm.Seal(nil, make([]byte, gcm.NonceSize()), message, nil)...), nil
}

// Open takes the shared secret of a message's head.
func (r *Receiver) Open(ciphertext []byte, peer *ecdh.PublicKey) ([]byte, error) {
	secret, err := r.pq.Decapsulate(ciphertext)
	if err != nil {
		return nil, err
	}
	shared, err := r.classic.ECDH(peer)
	return append(secret, shared...), err
}
