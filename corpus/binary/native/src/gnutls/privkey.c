/* The algorithm is an argument. */
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
int main(void) {
    gnutls_privkey_t key;
    gnutls_privkey_init(&key);
    return gnutls_privkey_generate(key, GNUTLS_PK_EDDSA_ED25519, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519), 0);
}
