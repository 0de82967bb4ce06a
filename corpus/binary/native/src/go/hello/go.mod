module example.org/acme/hello

go 1.24
