#include <openssl/dsa.h>
int main(void) {
    unsigned char digest[32] = {1}, signature[128];
    unsigned int length = 0;
    DSA *key = DSA_new();
    DSA_generate_parameters_ex(key, 2048, NULL, 0, NULL, NULL, NULL);
    DSA_generate_key(key);
    return !DSA_sign(0, digest, 32, signature, &length, key);
}
