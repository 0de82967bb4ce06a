// Package gateway terminates TLS for the services behind it.
package gateway

import (
	"crypto/tls"
	"net"
)

// hybrid prefers post-quantum groups and keeps the old ones for old clients.
var hybrid = []tls.CurveID{tls.X25519MLKEM768, tls.X25519, tls.CurveP256}

// Config is the outer side's.
func Config(strict bool) *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS13, CurvePreferences: hybrid}
	if strict {
		config.CurvePreferences = []tls.CurveID{tls.X25519MLKEM768}
	}
	return config
}

// Inner connects to a service that is not migrated.
func Inner(address string) (net.Conn, error) {
	return tls.Dial("tcp", address, &tls.Config{
		MinVersion:       tls.VersionTLS12,
		CurvePreferences: []tls.CurveID{tls.CurveP384},
	})
}
