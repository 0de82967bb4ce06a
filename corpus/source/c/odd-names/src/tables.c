#include <string.h>
#include <openssl/evp.h>
#include <openssl/objects.h>

struct entry {
    const char *name;
    int nid;
    const EVP_MD *(*md)(void);
};

static const struct entry table[] = {
    { "p256", NID_X9_62_prime256v1, EVP_sha256 },
    { "p384", NID_secp384r1, EVP_sha384 },
    { NULL, 0, NULL },
};

static const char *const names[] = { "aes-128-cbc", "aes-256-gcm", "des-ede3-cbc" };

int table_digest(EVP_MD_CTX *c, const char *want)
{
    for (const struct entry *e = table; e->name; e++)
        if (!strcmp(e->name, want))
            return EVP_DigestInit_ex(c, e->md(), NULL);
    return 0;
}

int table_cipher(EVP_CIPHER_CTX *c, int strong, unsigned char *k, unsigned char *iv)
{
    return EVP_EncryptInit_ex(c, EVP_get_cipherbyname(names[strong]), NULL, k, iv);
}

int second_cipher(EVP_CIPHER_CTX *c, unsigned char *k, unsigned char *iv)
{
    return EVP_DecryptInit_ex(c, EVP_get_cipherbyname(names[1]), NULL, k, iv);
}

const EVP_CIPHER *joined(int bits)
{
    return bits == 256 ? EVP_get_cipherbyname("aes-" "256" "-cbc") : EVP_aes_128_cbc();
}
