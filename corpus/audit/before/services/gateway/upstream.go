package main

import (
	"crypto/tls"
	"net/http"
)

// The ledger has the hybrid; identity has not yet.
func upstream() *http.Transport {
	return &http.Transport{
		TLSClientConfig: &tls.Config{
			MinVersion:       tls.VersionTLS13,
			CurvePreferences: []tls.CurveID{tls.X25519MLKEM768, tls.X25519},
		},
	}
}
