#include <openssl/sha.h>
int main(int count, char **words) {
    unsigned char out[32];
    SHA256((const unsigned char *)words[count - 1], 3, out);
    return out[0];
}
