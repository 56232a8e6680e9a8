// The functions of sha.h alone: since OpenSSL 3 those of evp.h look for a provider of the algorithm, which takes more than
// half a millisecond of every run, and tear that down at exit, under threads that are still hashing. OpenSSL calls sha.h
// deprecated for providers' sake; the computation is the same.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
