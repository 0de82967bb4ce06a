#include <nettle/rsa.h>
static void random_bytes(void *ctx, size_t length, uint8_t *to) { (void)ctx; while (length--) *to++ = (uint8_t)length; }
int main(void) {
    struct rsa_public_key pub;
    struct rsa_private_key key;
    rsa_public_key_init(&pub);
    rsa_private_key_init(&key);
    mpz_set_ui(pub.e, 65537);
    return !rsa_generate_keypair(&pub, &key, NULL, random_bytes, NULL, NULL, 2048, 0);
}
