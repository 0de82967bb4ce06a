#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "keys.h"
#include "../include/config.h"

static void usage(void)
{
    puts("usage: license-signer rsa|pq FILE   (RSA_generate_key_ex is used for rsa)");
}

int main(int argc, char **argv)
{
    EVP_PKEY *key;
    int bits = LICENSE_RSA_BITS;

    if (argc < 3) {
        usage();
        return 2;
    }
    if (getenv("LICENSE_BITS"))
        bits = atoi(getenv("LICENSE_BITS"));
    key = strcmp(argv[1], "pq") == 0 ? key_make_pq() : key_make_rsa(bits);
    if (!key_save(key, argv[2], getenv("LICENSE_PASSWORD")))
        return 1;
    return 0;
}
