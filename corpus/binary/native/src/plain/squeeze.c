/* Compression is no cryptography. */
#include <string.h>
#include <zlib.h>
int main(void) {
    unsigned char from[256], to[512];
    unsigned long length = sizeof to;
    memset(from, 7, sizeof from);
    return compress(to, &length, from, sizeof from);
}
