#define _GNU_SOURCE
#include "CHiredis.h"

#include <CDynamicLibrary.h>
#include <fcntl.h>
#include <pthread.h>

#define FUNCTIONS(each) \
  each(redisConnectWithTimeout) \
  each(redisSetTimeout) \
  each(redisFree) \
  each(redisAppendCommandArgv) \
  each(redisBufferWrite) \
  each(redisBufferRead) \
  each(redisGetReplyFromReader) \
  each(freeReplyObject)

// The structures of hiredis change with its soname, so the library must be the header's own.
#define TEXT(word) #word
#define NAME(soname) "libhiredis.so." TEXT(soname)

#define MEMBER(name) __typeof__(&name) name;
static struct { FUNCTIONS(MEMBER) } library;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char reason[512];

static void open_library(void) {
#define FIND(name) {#name, (void **)&library.name},
  static const struct millrace_function functions[] = {FUNCTIONS(FIND)};
  millrace_open_library(
    NAME(HIREDIS_SONAME), "0.14", functions, sizeof functions / sizeof *functions, reason, sizeof reason);
}

const char *millrace_redis_open(void) {
  pthread_once(&once, open_library);
  return reason[0] ? reason : NULL;
}

static struct timeval span(int milliseconds) {
  return (struct timeval){.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
}

redisContext *millrace_redis_connect(const char *host, int port, int milliseconds) {
  redisContext *context = library.redisConnectWithTimeout(host, port, span(milliseconds));
  if (context && !context->err) fcntl(context->fd, F_SETFD, FD_CLOEXEC);
  return context;
}

void millrace_redis_free(redisContext *context) { library.redisFree(context); }

int millrace_redis_set_timeout(redisContext *context, int milliseconds) {
  return library.redisSetTimeout(context, span(milliseconds));
}

const char *millrace_redis_error_text(const redisContext *context) { return context->errstr; }

int millrace_redis_append(redisContext *context, int count, const char **words, const size_t *lengths) {
  return library.redisAppendCommandArgv(context, count, words, lengths);
}

int millrace_redis_write(redisContext *context, int *is_done) { return library.redisBufferWrite(context, is_done); }

int millrace_redis_read(redisContext *context) { return library.redisBufferRead(context); }

int millrace_redis_reply(redisContext *context, redisReply **reply) {
  void *found = NULL;
  int result = library.redisGetReplyFromReader(context, &found);
  *reply = found;
  return result;
}

void millrace_redis_free_reply(redisReply *reply) { library.freeReplyObject(reply); }
