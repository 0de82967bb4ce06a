/* Symmetric only. */
#include <sodium.h>
int main(void) {
    unsigned char key[crypto_secretbox_KEYBYTES], nonce[crypto_secretbox_NONCEBYTES] = {0}, out[64 + crypto_secretbox_MACBYTES] = {0};
    if (sodium_init() < 0) return 1;
    crypto_secretbox_keygen(key);
    return crypto_secretbox_easy(out, out, 64, nonce, key);
}
