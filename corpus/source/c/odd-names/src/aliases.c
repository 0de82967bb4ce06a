#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/ec.h>

/* All of these are other names for the same things. */
#define mk_rsa RSA_generate_key_ex
#define CURVE NID_secp384r1
#define MD(x) EVP_sha##x()
#define KEYLEN(n) ((n) * 1024)
#define SIGN_INIT(ctx, md, key) EVP_DigestSignInit((ctx), NULL, (md), NULL, (key))

typedef EVP_PKEY *private_key;

static int two(void) { return 2; }

int alias_rsa(RSA *r, BIGNUM *e)
{
    return mk_rsa(r, KEYLEN(2), e, NULL);
}

EC_KEY *alias_curve(void)
{
    int nid = CURVE;
    return EC_KEY_new_by_curve_name(nid);
}

int alias_product(RSA *r, BIGNUM *e)
{
    return RSA_generate_key_ex(r, two() << 10, e, NULL);
}

int alias_macro(EVP_MD_CTX *c, private_key k)
{
    EVP_DigestInit_ex(c, MD(512), NULL);
    return SIGN_INIT(c, EVP_sha384(), k);
}
