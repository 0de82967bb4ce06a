/* ECDSA by its own functions. The curve is an argument. */
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>
int main(void) {
    unsigned char digest[32] = {1}, signature[256];
    unsigned int length = 0;
    EC_KEY *key = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
    if (!EC_KEY_generate_key(key)) return 1;
    if (!ECDSA_sign(0, digest, 32, signature, &length, key)) return 1;
    return ECDSA_verify(0, digest, 32, signature, (int)length, key) != 1;
}
