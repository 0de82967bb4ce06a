/* The other half of the archive: no cryptography. */
int acme_round(int value) { return (value + 7) / 8; }
