/* Random numbers, nothing else. */
#include <windows.h>
#include <bcrypt.h>
int main(void) {
    UCHAR bytes[16];
    return BCryptGenRandom(NULL, bytes, sizeof bytes, BCRYPT_USE_SYSTEM_PREFERRED_RNG);
}
