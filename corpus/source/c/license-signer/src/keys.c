#include <stdio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include "../include/config.h"
#include "keys.h"

#define GOTO_ERR(x) do { if ((x) <= 0) goto err; } while (0)

static EVP_PKEY *generate(EVP_PKEY_CTX *ctx)
{
    EVP_PKEY *key = NULL;

    if (EVP_PKEY_keygen(ctx, &key) <= 0)
        return NULL;
    return key;
}

EVP_PKEY *key_make_rsa(int bits)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx;

    ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
    if (!ctx)
        return NULL;
    GOTO_ERR(EVP_PKEY_keygen_init(ctx));
    GOTO_ERR(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, bits));
    key = generate(ctx);
err:
    EVP_PKEY_CTX_free(ctx);
    return key;
}

/* The licence server accepts this one since release 4. */
EVP_PKEY *key_make_pq(void)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "ML-DSA-65", NULL);

    if (ctx == NULL || EVP_PKEY_keygen_init(ctx) <= 0 || EVP_PKEY_generate(ctx, &key) <= 0)
        key = NULL;
    EVP_PKEY_CTX_free(ctx);
    return key;
}

EVP_PKEY *key_make_default(void)
{
    return EVP_RSA_gen(LICENSE_RSA_BITS);
}

EVP_PKEY *key_load(const char *path, const char *password)
{
    FILE *fp = fopen(path, "r");
    EVP_PKEY *key;

    if (!fp)
        return NULL;
    key = PEM_read_PrivateKey(fp, NULL, NULL, (void *)password);
    fclose(fp);
    return key;
}

int key_save(EVP_PKEY *key, const char *path, const char *password)
{
    FILE *fp = fopen(path, "w");
    int ok;

    if (!fp)
        return 0;
    if (password)
        ok = PEM_write_PKCS8PrivateKey(fp, key, EVP_aes_256_cbc(), NULL, 0, NULL, (void *)password);
    else
        ok = PEM_write_PrivateKey(fp, key, NULL, NULL, 0, NULL, NULL);
    fclose(fp);
    return ok;
}
