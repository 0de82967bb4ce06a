#include <gcrypt.h>
int main(void) {
    gcry_cipher_hd_t h;
    char text[16] = {0};
    gcry_cipher_open(&h, GCRY_CIPHER_AES128, GCRY_CIPHER_MODE_CTR, 0);
    gcry_cipher_setkey(h, text, 16);
    return gcry_cipher_encrypt(h, text, 16, NULL, 0);
}
