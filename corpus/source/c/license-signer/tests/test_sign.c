#include <assert.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

static EVP_PKEY *small_key(void)
{
    return EVP_RSA_gen(1024);
}

static void test_sign_and_verify(void)
{
    EVP_PKEY *key = small_key();
    EVP_MD_CTX *md = EVP_MD_CTX_new();

    assert(EVP_DigestSignInit(md, NULL, EVP_md5(), NULL, key) == 1);
    EVP_MD_CTX_free(md);
}

int main(void)
{
    test_sign_and_verify();
    return 0;
}
