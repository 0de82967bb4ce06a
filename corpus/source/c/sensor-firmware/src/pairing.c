#include <string.h>
#include "uECC.h"
#include "mbedtls/sha256.h"
#include "mbedtls/aes.h"

/* Pairing over the short radio link: 4 messages, then an AES key. */
int pairing_start(uint8_t pub[64], uint8_t priv[32])
{
    uECC_Curve curve = uECC_secp256r1();

    return uECC_make_key(pub, priv, curve);
}

int pairing_finish(const uint8_t *peer, const uint8_t *priv, mbedtls_aes_context *link)
{
    uint8_t point[32], digest[32];

    if (!uECC_shared_secret(peer, priv, point, uECC_secp256r1()))
        return -1;
    mbedtls_sha256(point, sizeof(point), digest, 0);
    return mbedtls_aes_setkey_enc(link, digest, 128);
}
