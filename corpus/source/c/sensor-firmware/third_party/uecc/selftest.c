#include "uECC.h"

int uecc_selftest(void)
{
    uint8_t a_pub[40], a_priv[21], b_pub[40], b_priv[21], s[20];

    if (!uECC_make_key(a_pub, a_priv, uECC_secp160r1()))
        return 0;
    if (!uECC_make_key(b_pub, b_priv, uECC_secp160r1()))
        return 0;
    return uECC_shared_secret(b_pub, a_priv, s, uECC_secp160r1());
}
