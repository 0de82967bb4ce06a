#include <stdio.h>
#include <string.h>
#include "options.h"

int options_load(struct tls_options *o, const char *path)
{
    static char line[512];
    FILE *fp = fopen(path, "r");

    memset(o, 0, sizeof(*o));
    if (!fp)
        return -1;
    while (fgets(line, sizeof(line), fp)) {
        if (!strncmp(line, "groups ", 7))
            o->groups = strdup(line + 7);
        else if (!strncmp(line, "pq ", 3))
            o->pq = line[3] == '1';
    }
    fclose(fp);
    return 0;
}
