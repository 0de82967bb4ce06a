#ifndef OPTIONS_H
#define OPTIONS_H

struct tls_options {
    const char *cert_file;
    const char *key_file;
    const char *groups;
    const char *ciphers;
    int min_version;
    int pq;
};

int options_load(struct tls_options *o, const char *path);

#endif
