#ifndef MILLRACE_CSYNTHDATA_H
#define MILLRACE_CSYNTHDATA_H

#include <stddef.h>

/// A file of Sources/synth-gen/Resources, embedded in the program.
struct MillraceResource {
  /// The path below Resources, such as "locales/de_DE.txt".
  const char *path;
  const unsigned char *bytes;
  size_t count;
};

/// The resource at a place of the list; its path is NULL behind the last.
struct MillraceResource millrace_resource(size_t index);

#endif
