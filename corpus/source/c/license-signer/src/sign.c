#include <string.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/hmac.h>
#include "../include/config.h"

struct signer {
    EVP_MD_CTX *md;
    EVP_PKEY *key;
};

int signer_init(struct signer *s, EVP_PKEY *key, int pss)
{
    EVP_PKEY_CTX *pctx = NULL;

    s->key = key;
    s->md = EVP_MD_CTX_new();
    if (!EVP_DigestSignInit(s->md, &pctx, EVP_sha256(), NULL, key))
        return 0;
    if (pss)
        return EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) > 0;
    return 1;
}

int license_check(const unsigned char *text, size_t n, const unsigned char *sig, size_t len, EVP_PKEY *vendor)
{
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    const EVP_MD *digest = EVP_MD_fetch(NULL, LICENSE_DIGEST, NULL);
    int ok;

    ok = EVP_DigestVerifyInit(md, NULL, digest, NULL, vendor) == 1
        && EVP_DigestVerify(md, sig, len, text, n) == 1;
    EVP_MD_CTX_free(md);
    return ok;
}

/* Old files carry an HMAC with a key made from the product code. */
int license_check_v1(const char *code, const unsigned char *text, size_t n, const unsigned char mac[20])
{
    unsigned char key[32], out[EVP_MAX_MD_SIZE];
    unsigned int len = 0;

    PKCS5_PBKDF2_HMAC(code, (int)strlen(code), text, 16, LICENSE_KDF_ROUNDS, EVP_sha512(), sizeof(key), key);
    HMAC(EVP_sha1(), key, sizeof(key), text, n, out, &len);
    return memcmp(out, mac, 20) == 0;
}
