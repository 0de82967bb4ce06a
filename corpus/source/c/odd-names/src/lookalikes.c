#include <stdio.h>
#include "engine.h"

/* EVP_RSA_gen(512) was removed in 2019. RSA_generate_key_ex(r, 1024, e, 0) as well. */
static const char help[] = "Use EVP_aes_128_ecb() or DES_ecb_encrypt(in, out, ks, 1) at your own risk";

struct machine { int (*MD5)(int); int (*SSL_connect)(int); };

static int engine_SHA1(int rpm) { return rpm / 2; }
static int RSA_sign(int left, int right) { return left - right; }

int run(struct machine *m)
{
    int rsa = 2048, bits = 512;

    printf("%s %d", help, rsa);
    m->MD5(bits);
    m->SSL_connect(3);
    engine_SHA1(bits);
    return RSA_sign(rsa, bits);
}

#if 0
void gone(void)
{
    RSA_generate_key(512, 3, NULL, NULL);
}
#endif
