#include <sodium.h>
#include <string>

namespace chat {

std::string storePassword(const std::string& pw)
{
    char out[crypto_pwhash_STRBYTES];
    if (crypto_pwhash_str(out, pw.c_str(), pw.size(), crypto_pwhash_OPSLIMIT_SENSITIVE, crypto_pwhash_MEMLIMIT_SENSITIVE) != 0)
        throw std::bad_alloc();
    return out;
}

bool boxKey(unsigned char* key, const std::string& pw, const unsigned char* salt, bool fast)
{
    const int alg = fast ? crypto_pwhash_ALG_ARGON2I13 : crypto_pwhash_ALG_ARGON2ID13;
    return crypto_pwhash(key, 32, pw.c_str(), pw.size(), salt, 3, 1 << 26, alg) == 0;
}

} // namespace chat
