#include <mbedtls/ctr_drbg.h>
#include <mbedtls/rsa.h>
int main(void) {
    mbedtls_ctr_drbg_context random;
    mbedtls_rsa_context key;
    unsigned char digest[32] = {1}, signature[512];
    mbedtls_ctr_drbg_init(&random);
    mbedtls_rsa_init(&key, MBEDTLS_RSA_PKCS_V15, 0);
    if (mbedtls_rsa_gen_key(&key, mbedtls_ctr_drbg_random, &random, 2048, 65537)) return 1;
    return mbedtls_rsa_pkcs1_sign(&key, mbedtls_ctr_drbg_random, &random, MBEDTLS_RSA_PRIVATE, MBEDTLS_MD_SHA256, 32, digest, signature);
}
