#include <sodium.h>
int main(void) {
    unsigned char pk[crypto_box_PUBLICKEYBYTES], sk[crypto_box_SECRETKEYBYTES], out[64 + crypto_box_MACBYTES] = {0}, nonce[crypto_box_NONCEBYTES] = {0};
    if (sodium_init() < 0) return 1;
    crypto_box_keypair(pk, sk);
    return crypto_box_easy(out, out, 64, nonce, pk, sk);
}
