/// hiredis, opened when the first connection is made: nothing is linked to it, and a run without Redis never loads it.
///
/// Every function but `millrace_redis_open` may be called only after that has returned NULL once.
#ifndef MILLRACE_HIREDIS_H
#define MILLRACE_HIREDIS_H

#include <hiredis/hiredis.h>

/// Opens the library that the header belongs to, at the first call; any thread may call. NULL when it is ready, otherwise
/// why it is not, as text that stays valid.
const char *millrace_redis_open(void);

/// NULL when there is no memory; else `err` of the context tells whether there is a connection. No child inherits it.
redisContext *millrace_redis_connect(const char *host, int port, int milliseconds);
void millrace_redis_free(redisContext *context);
/// What reading and writing wait for at most.
int millrace_redis_set_timeout(redisContext *context, int milliseconds);
/// The words for `err`.
const char *millrace_redis_error_text(const redisContext *context);

/// Puts a command of `count` words, of any bytes, into the buffer that `millrace_redis_write` sends.
int millrace_redis_append(redisContext *context, int count, const char **words, const size_t *lengths);
/// Writes once, and says whether the buffer is empty.
int millrace_redis_write(redisContext *context, int *is_done);
/// Reads once, 16 KiB at most.
int millrace_redis_read(redisContext *context);
/// The next reply if it is whole, else NULL.
int millrace_redis_reply(redisContext *context, redisReply **reply);
void millrace_redis_free_reply(redisReply *reply);

#endif
