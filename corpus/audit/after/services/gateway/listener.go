// The only listener on the internet.
package main

import (
	"crypto/tls"
	"net/http"
)

func listener(mux http.Handler) *http.Server {
	return &http.Server{
		Addr:    ":443",
		Handler: mux,
		TLSConfig: &tls.Config{
			MinVersion:       tls.VersionTLS12,
			CurvePreferences: []tls.CurveID{tls.X25519MLKEM768, tls.X25519, tls.CurveP256},
		},
	}
}
