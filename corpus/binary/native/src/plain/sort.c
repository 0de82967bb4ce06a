/* Sorts, verifies and signs nothing: the names are only names. */
#include <stdio.h>
#include <stdlib.h>
__attribute__((noinline, visibility("default"))) int verify(const int *v, int n) { int i; for (i = 1; i < n; i++) if (v[i - 1] > v[i]) return 0; return 1; }
__attribute__((noinline, visibility("default"))) int sign(int v) { return (v > 0) - (v < 0); }
__attribute__((noinline, visibility("default"))) int keygen(int v) { return (int)((unsigned)v * 2654435761u); }
static int order(const void *a, const void *b) { return sign(*(const int *)a - *(const int *)b); }
int main(void) {
    int v[64], i;
    for (i = 0; i < 64; i++) v[i] = keygen(i);
    qsort(v, 64, sizeof *v, order);
    printf("RSA DSA ECDSA P-256 secp256k1 AES-256-GCM: %d\n", verify(v, 64));
    return 0;
}
