/* Elliptic Diffie-Hellman by its own function. */
#include <openssl/ec.h>
#include <openssl/ecdh.h>
#include <openssl/obj_mac.h>
int main(void) {
    unsigned char secret[48];
    EC_KEY *a = EC_KEY_new_by_curve_name(NID_secp384r1), *b = EC_KEY_new_by_curve_name(NID_secp384r1);
    EC_KEY_generate_key(a);
    EC_KEY_generate_key(b);
    return ECDH_compute_key(secret, sizeof secret, EC_KEY_get0_public_key(b), a, NULL) != 48;
}
