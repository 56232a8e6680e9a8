#define _GNU_SOURCE
#include "CDynamicLibrary.h"

#include <dlfcn.h>
#include <stdio.h>

void *millrace_open_library(
  const char *file, const char *oldest, const struct millrace_function *functions, size_t count, char *reason,
  size_t reason_size) {
  void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char *text = dlerror();
    if (text) snprintf(reason, reason_size, "%s", text);
    else snprintf(reason, reason_size, "%s cannot be opened", file);
    return NULL;
  }
  for (size_t index = 0; index < count; index++) {
    void *address = dlsym(handle, functions[index].name);
    if (!address) {
      snprintf(reason, reason_size, "%s has no %s: it is older than %s", file, functions[index].name, oldest);
      return NULL;
    }
    *functions[index].address = address;
  }
  return handle;
}
