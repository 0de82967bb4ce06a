#include <openssl/evp.h>
int main(void) {
    unsigned char key[32] = {1}, iv[12] = {2}, out[64];
    int length = 0;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, iv);
    return !EVP_EncryptUpdate(ctx, out, &length, key, 32);
}
