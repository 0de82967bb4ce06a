/* A library of somebody who uses RSA: what it exports is its own. */
#include <openssl/objects.h>
#include <openssl/rsa.h>
int acme_seal(void *key, const unsigned char *digest, unsigned char *to, unsigned int *length) {
    return RSA_sign(NID_sha256, digest, 32, to, length, key);
}
int acme_check(void *key, const unsigned char *digest, const unsigned char *from, unsigned int length) {
    return RSA_verify(NID_sha256, digest, 32, from, length, key);
}
