module example.org/acme/mlkem

go 1.24
