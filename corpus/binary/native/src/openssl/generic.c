/* Whatever key a file holds signs: the program names no algorithm but the digest. */
#include <openssl/evp.h>
#include <openssl/pem.h>
int main(int count, char **words) {
    unsigned char signature[4096];
    size_t length = sizeof signature;
    FILE *file = fopen(words[count - 1], "r");
    EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) != 1) return 1;
    return EVP_DigestSign(ctx, signature, &length, (const unsigned char *)words[0], 1) != 1;
}
