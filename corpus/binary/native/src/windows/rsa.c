#include <windows.h>
#include <bcrypt.h>
int main(void) {
    BCRYPT_ALG_HANDLE provider;
    BCRYPT_KEY_HANDLE key;
    BCryptOpenAlgorithmProvider(&provider, L"RSA", NULL, 0);
    BCryptGenerateKeyPair(provider, &key, 3072, 0);
    return BCryptFinalizeKeyPair(key, 0);
}
