/* CNG: the algorithm is a wide string, P-256. */
#include <windows.h>
#include <bcrypt.h>
int main(void) {
    BCRYPT_ALG_HANDLE provider;
    BCRYPT_KEY_HANDLE key;
    UCHAR digest[32] = {1}, signature[64];
    ULONG length;
    BCryptOpenAlgorithmProvider(&provider, L"ECDSA_P256", NULL, 0);
    BCryptGenerateKeyPair(provider, &key, 256, 0);
    BCryptFinalizeKeyPair(key, 0);
    return BCryptSignHash(key, NULL, digest, 32, signature, sizeof signature, &length, 0);
}
