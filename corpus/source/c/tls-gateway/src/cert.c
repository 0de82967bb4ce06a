#include <openssl/x509.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

/* A certificate for the time until the real one is there. */
X509 *self_signed(EVP_PKEY **out)
{
    X509 *x = X509_new();
    EVP_PKEY *key = EVP_PKEY_new();
    EC_KEY *ec = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);

    if (!EC_KEY_generate_key(ec))
        return NULL;
    EVP_PKEY_assign_EC_KEY(key, ec);
    X509_gmtime_adj(X509_getm_notAfter(x), 30L * 24 * 3600);
    X509_set_pubkey(x, key);
    if (!X509_sign(x, key, EVP_sha256())) {
        X509_free(x);
        return NULL;
    }
    *out = key;
    return x;
}

int fingerprint(X509 *x, unsigned char *out, unsigned int *n)
{
    return X509_digest(x, EVP_sha1(), out, n);
}
