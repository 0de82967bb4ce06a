package ca

import "crypto/x509"

// Defaults of the authority; the command may override the size.
const (
	rootBits  = 4096
	leafBits  = 2048
	rootAlgo  = x509.SHA384WithRSA
	crlAlgo   = x509.ECDSAWithSHA256
	chainSize = 3
)
