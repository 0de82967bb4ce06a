#ifndef BOARD_H
#define BOARD_H
#include <stddef.h>
#define BOARD_NAME "sensor-7"
int board_entropy(void *ctx, unsigned char *out, size_t len);
int board_flash_read(unsigned char *out, size_t len);
#endif
