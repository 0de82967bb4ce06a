package main

import (
	"crypto/tls"
	"log"
	"net/http"
	"os"

	"example.com/internal-ca/ca"
)

func main() {
	root, err := ca.NewRoot("Machines")
	if err != nil {
		log.Fatal(err)
	}
	_ = root
	server := &http.Server{Addr: ":9443", TLSConfig: config()}
	log.Fatal(server.ListenAndServeTLS("ca.crt", "ca.key"))
}

func config() *tls.Config {
	c := &tls.Config{
		MinVersion: tls.VersionTLS12,
		ClientAuth: tls.RequireAndVerifyClientCert,
		CipherSuites: []uint16{
			tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		},
		CurvePreferences: []tls.CurveID{tls.CurveP256, tls.X25519},
	}
	if os.Getenv("NO_TLS13") != "" {
		c.MaxVersion = tls.VersionTLS12
	}
	return c
}
