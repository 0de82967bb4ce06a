package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"io"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
)

// Store seals and opens blobs.
type Store struct {
	aead cipher.AEAD
	pub  *rsa.PublicKey
}

// Open derives the store's key from a password.
func Open(password, salt []byte, opts ...Option) (*Store, error) {
	o := apply(opts)
	key := argon2.IDKey(password, salt, o.iterations, 64*1024, 4, uint32(o.keyLen))
	if o.stream {
		aead, err := chacha20poly1305.NewX(key)
		if err != nil {
			return nil, err
		}
		return &Store{aead: aead}, nil
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return &Store{aead: aead}, nil
}

// Seal encrypts a blob; the nonce stands before it.
func (s *Store) Seal(blob []byte) ([]byte, error) {
	nonce := make([]byte, s.aead.NonceSize())
	if _, err := io.ReadFull(rand.Reader, nonce); err != nil {
		return nil, err
	}
	return s.aead.Seal(nonce, nonce, blob, nil), nil
}

// Unseal is its inverse.
func (s *Store) Unseal(sealed []byte) ([]byte, error) {
	n := s.aead.NonceSize()
	return s.aead.Open(nil, sealed[:n], sealed[n:], nil)
}

// Wrap hands a data key to another machine.
func (s *Store) Wrap(dataKey []byte) ([]byte, error) {
	return rsa.EncryptOAEP(sha256.New(), rand.Reader, s.pub, dataKey, []byte("store"))
}
