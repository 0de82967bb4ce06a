// A client of HTTPS: what it signs and agrees with, the peer has a say in.
package main

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	answer, err := http.Get(os.Args[1])
	fmt.Println(answer, err)
}
