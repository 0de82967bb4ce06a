module example.org/acme/x25519

go 1.24
