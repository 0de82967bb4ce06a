/* The algorithm is in an S-expression. */
#include <gcrypt.h>
int main(void) {
    gcry_sexp_t want, pair;
    gcry_check_version(NULL);
    gcry_sexp_build(&want, NULL, "(genkey (rsa (nbits 4:2048)))");
    return gcry_pk_genkey(&pair, want);
}
