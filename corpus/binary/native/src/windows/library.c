/* A library whose users call its own names; inside, old CryptoAPI. */
#include <windows.h>
#include <wincrypt.h>
__declspec(dllexport) int acme_seal(HCRYPTPROV provider) {
    HCRYPTKEY key;
    return CryptGenKey(provider, AT_SIGNATURE, CRYPT_EXPORTABLE | (2048u << 16), &key);
}
