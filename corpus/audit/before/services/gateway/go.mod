module tally.example/gateway

go 1.24
