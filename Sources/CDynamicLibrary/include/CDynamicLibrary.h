/// Libraries that are opened when they are needed: nothing is linked to them, and a run without need never loads them.
#ifndef MILLRACE_DYNAMIC_LIBRARY_H
#define MILLRACE_DYNAMIC_LIBRARY_H

#include <stddef.h>

/// A function of a library, and where its address is put.
struct millrace_function {
  const char *name;
  void **address;
};

/// Opens a shared library and finds functions in it.
///
/// - Returns: the library's handle; NULL when there is no such library or a function is missing, and `reason` says so.
/// - `oldest` is the version that has all of them, for the reason.
void *millrace_open_library(
  const char *file, const char *oldest, const struct millrace_function *functions, size_t count, char *reason,
  size_t reason_size);

#endif
