#include <mbedtls/gcm.h>
int main(void) {
    mbedtls_gcm_context ctx;
    unsigned char key[16] = {1}, out[16], tag[16];
    mbedtls_gcm_init(&ctx);
    mbedtls_gcm_setkey(&ctx, MBEDTLS_CIPHER_ID_AES, key, 128);
    return mbedtls_gcm_crypt_and_tag(&ctx, MBEDTLS_GCM_ENCRYPT, 16, key, 12, key, 4, key, out, 16, tag);
}
