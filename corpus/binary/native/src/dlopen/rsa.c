/* Loads the library itself and asks it for functions by name. */
#include <dlfcn.h>
int main(void) {
    void *library = dlopen("libcrypto.so.3", RTLD_NOW);
    int (*sign)(int, const unsigned char *, unsigned, unsigned char *, unsigned *, void *) =
        (int (*)(int, const unsigned char *, unsigned, unsigned char *, unsigned *, void *))dlsym(library, "RSA_sign");
    unsigned char out[512];
    unsigned length = 0;
    return sign ? sign(672, out, 32, out, &length, dlsym(library, "RSA_new")) : 1;
}
