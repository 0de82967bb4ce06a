module example.org/acme/sha256

go 1.24
