#ifndef LICENSE_KEYS_H
#define LICENSE_KEYS_H

#include <openssl/evp.h>

EVP_PKEY *key_make_rsa(int bits);
EVP_PKEY *key_make_pq(void);
EVP_PKEY *key_load(const char *path, const char *password);
int key_save(EVP_PKEY *key, const char *path, const char *password);

#endif
