// Package oldcrypt reads archives of the first version.
package oldcrypt

import (
	"crypto/cipher"
	"crypto/des"
	"crypto/md5"
	"crypto/rc4"
	"io"
)

// Decrypt undoes what version 1 wrote.
func Decrypt(password string, iv, data []byte) ([]byte, error) {
	h := md5.New()
	io.WriteString(h, password)
	key := h.Sum(nil)
	block, err := des.NewTripleDESCipher(append(key, key[:8]...))
	if err != nil {
		return nil, err
	}
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(data, data)
	return data, nil
}

// Stream is the fast format.
func Stream(key []byte) (*rc4.Cipher, error) {
	return rc4.NewCipher(key)
}
