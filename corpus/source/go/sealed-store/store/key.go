package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"io"

	"golang.org/x/crypto/hkdf"
)

const tokenKeyLen = 16

// Token makes a sealed token with a key of its own.
func Token(plain []byte) ([]byte, error) {
	key := make([]byte, tokenKeyLen)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	iv := make([]byte, aes.BlockSize)
	out := make([]byte, len(plain))
	cipher.NewCTR(block, iv).XORKeyStream(out, plain)
	mac := hmac.New(sha256.New, key)
	mac.Write(out)
	return mac.Sum(out), nil
}

// Subkey derives one key from another.
func Subkey(master []byte, purpose string) ([]byte, error) {
	r := hkdf.New(sha256.New, master, nil, []byte(purpose))
	sub := make([]byte, 32)
	_, err := io.ReadFull(r, sub)
	return sub, err
}
