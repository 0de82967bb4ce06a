/* The curve is an argument: secp256k1. */
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ecdsa.h>
int main(void) {
    mbedtls_ctr_drbg_context random;
    mbedtls_ecdsa_context key;
    unsigned char digest[32] = {1}, signature[256];
    size_t length = 0;
    mbedtls_ctr_drbg_init(&random);
    mbedtls_ecdsa_init(&key);
    if (mbedtls_ecdsa_genkey(&key, MBEDTLS_ECP_DP_SECP256K1, mbedtls_ctr_drbg_random, &random)) return 1;
    return mbedtls_ecdsa_write_signature(&key, MBEDTLS_MD_SHA256, digest, 32, signature, &length, mbedtls_ctr_drbg_random, &random);
}
