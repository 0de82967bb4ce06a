#include <nettle/eddsa.h>
#include <nettle/curve25519.h>
int main(void) {
    uint8_t pub[32], key[32] = {1}, signature[64], q[32];
    ed25519_sha512_public_key(pub, key);
    ed25519_sha512_sign(pub, key, 32, key, signature);
    curve25519_mul(q, key, pub);
    return q[0];
}
