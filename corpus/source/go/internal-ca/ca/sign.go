package ca

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// Request makes a key of the kind asked for, and a request for it.
func Request(kind string, host string) ([]byte, any, error) {
	var key any
	var err error
	switch kind {
	case "rsa":
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	case "p384":
		key, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	default:
		return nil, nil, fmt.Errorf("unknown key type %q", kind)
	}
	if err != nil {
		return nil, nil, err
	}
	template := x509.CertificateRequest{DNSNames: []string{host}}
	der, err := x509.CreateCertificateRequest(rand.Reader, &template, key)
	return der, key, err
}

// Sign answers a request.
func (a *Authority) Sign(request []byte, serial int64) ([]byte, error) {
	csr, err := x509.ParseCertificateRequest(request)
	if err != nil {
		return nil, err
	}
	if err := csr.CheckSignature(); err != nil {
		return nil, err
	}
	if weak(csr.PublicKey) {
		return nil, errors.New("key too small")
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial),
		Subject:      csr.Subject,
		DNSNames:     csr.DNSNames,
		NotAfter:     time.Now().AddDate(1, 0, 0),
	}
	return x509.CreateCertificate(rand.Reader, template, a.Cert, csr.PublicKey, a.key)
}

func weak(pub any) bool {
	switch k := pub.(type) {
	case *rsa.PublicKey:
		return k.N.BitLen() < 2048
	case *ecdsa.PublicKey:
		return k.Curve != elliptic.P256() && k.Curve != elliptic.P384()
	}
	return true
}

// Revoke writes a revocation list.
func (a *Authority) Revoke(serials []*big.Int, number int64) ([]byte, error) {
	list := &x509.RevocationList{Number: big.NewInt(number), ThisUpdate: time.Now(), NextUpdate: time.Now().AddDate(0, 0, 7)}
	for _, serial := range serials {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: serial})
	}
	return x509.CreateRevocationList(rand.Reader, list, a.Cert, a.key)
}
