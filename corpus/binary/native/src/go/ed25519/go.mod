module example.org/acme/ed25519

go 1.24
