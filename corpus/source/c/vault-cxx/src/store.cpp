#include <cryptopp/aes.h>
#include <cryptopp/gcm.h>
#include <cryptopp/modes.h>
#include <cryptopp/sha.h>
#include <cryptopp/hmac.h>
#include <cryptopp/rsa.h>
#include <cryptopp/osrng.h>

using CryptoPP::AES;
namespace pp = CryptoPP;

class Store {
    static const unsigned int KeySize = 32;

public:
    void put(const CryptoPP::byte* key, const CryptoPP::byte* iv)
    {
        CryptoPP::GCM<AES>::Encryption enc(key, KeySize, iv);
        (void)enc;
    }
    void old(const CryptoPP::byte* key, const CryptoPP::byte* iv)
    {
        pp::CBC_Mode<pp::AES>::Decryption dec(key, 16, iv);
        (void)dec;
    }
    void tag(const CryptoPP::byte* key)
    {
        pp::HMAC<pp::SHA256> mac(key, KeySize);
        (void)mac;
    }
    void exportKey(unsigned int size)
    {
        pp::AutoSeededRandomPool rng;
        pp::RSA::PrivateKey rsa;
        rsa.GenerateRandomWithKeySize(rng, size ? size : 2048);
        pp::RSAES_OAEP_SHA_Decryptor dec(rsa);
    }
};
