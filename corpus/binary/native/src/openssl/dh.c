/* Diffie-Hellman by its own functions. The group of RFC 5114 is in the function's name. */
#include <openssl/dh.h>
int main(void) {
    DH *dh = DH_get_2048_256();
    return !DH_generate_key(dh);
}
