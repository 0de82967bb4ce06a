/* The curve is a function's name. */
#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>
static void random_bytes(void *ctx, size_t length, uint8_t *to) { (void)ctx; while (length--) *to++ = (uint8_t)length; }
int main(void) {
    struct ecc_scalar key;
    struct ecc_point point;
    struct dsa_signature signature;
    uint8_t digest[32] = {1};
    ecc_scalar_init(&key, nettle_get_secp_256r1());
    ecc_point_init(&point, nettle_get_secp_256r1());
    dsa_signature_init(&signature);
    ecdsa_generate_keypair(&point, &key, NULL, random_bytes);
    ecdsa_sign(&key, NULL, random_bytes, 32, digest, &signature);
    return 0;
}
