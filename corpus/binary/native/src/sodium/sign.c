#include <sodium.h>
int main(void) {
    unsigned char pk[crypto_sign_PUBLICKEYBYTES], sk[crypto_sign_SECRETKEYBYTES], sig[crypto_sign_BYTES];
    if (sodium_init() < 0) return 1;
    crypto_sign_keypair(pk, sk);
    return crypto_sign_detached(sig, NULL, pk, sizeof pk, sk);
}
