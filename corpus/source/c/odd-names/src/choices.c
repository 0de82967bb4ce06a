#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>
#include <openssl/dh.h>
#include <openssl/rsa.h>

#ifdef FIPS_BUILD
#define SIZE 3072
#else
#define SIZE 2048
#endif

static const EVP_MD *choose(int level)
{
    switch (level) {
    case 1:
        return EVP_sha256();
    case 2:
        return EVP_sha384();
    default:
        return EVP_sha512();
    }
}

int choose_and_hash(EVP_MD_CTX *c, int level)
{
    return EVP_DigestInit_ex(c, choose(level), NULL);
}

EVP_PKEY *by_build(void)
{
    return EVP_RSA_gen(SIZE);
}

int by_environment(RSA *r, BIGNUM *e)
{
    int bits = 2048;
    const char *wanted = getenv("RSA_BITS");

    if (wanted)
        bits = atoi(wanted);
    return RSA_generate_key_ex(r, bits, e, NULL);
}

int by_pointer(RSA *r, BIGNUM *e)
{
    int bits = 4096;

    read_setting("rsa.bits", &bits);
    return RSA_generate_key_ex(r, bits, e, NULL);
}

DH *by_condition(int modern)
{
    DH *dh;

    if (modern)
        dh = DH_new_by_nid(NID_ffdhe3072);
    else
        dh = DH_new_by_nid(NID_modp_1536);
    DH_generate_key(dh);
    return dh;
}

EVP_PKEY *by_type(int type)
{
    EVP_PKEY_CTX *ctx;
    EVP_PKEY *key = NULL;

    if (type == 1) {
        ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, NULL);
    } else if (type == 2) {
        ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_X448, NULL);
    } else {
        return NULL;
    }
    EVP_PKEY_keygen_init(ctx);
    EVP_PKEY_keygen(ctx, &key);
    return key;
}
