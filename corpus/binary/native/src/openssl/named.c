/* Keys by names that are arguments: Ed25519, X25519. */
#include <openssl/evp.h>
int main(void) {
    EVP_PKEY *a = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    EVP_PKEY *b = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    return !a || !b;
}
