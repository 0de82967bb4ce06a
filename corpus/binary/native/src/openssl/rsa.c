/* Makes a key, signs and verifies: RSA by its own functions. */
#include <openssl/bn.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
int main(void) {
    unsigned char digest[32] = {1}, signature[1024];
    unsigned int length = 0;
    BIGNUM *e = BN_new();
    RSA *key = RSA_new();
    BN_set_word(e, RSA_F4);
    if (!RSA_generate_key_ex(key, 3072, e, NULL)) return 1;
    if (!RSA_sign(NID_sha256, digest, 32, signature, &length, key)) return 1;
    return !RSA_verify(NID_sha256, digest, 32, signature, length, key);
}
