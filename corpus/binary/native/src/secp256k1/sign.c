#include <secp256k1.h>
int main(void) {
    unsigned char digest[32] = {1}, key[32] = {2};
    secp256k1_ecdsa_signature signature;
    secp256k1_context *ctx = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
    return !secp256k1_ecdsa_sign(ctx, &signature, digest, key, NULL, NULL);
}
