#include <sodium.h>
int main(void) {
    unsigned char n[32] = {1}, p[32], q[32];
    crypto_scalarmult_base(p, n);
    return crypto_scalarmult(q, n, p);
}
