// Starts and awaits child processes where what posix_spawn(3) offers is not enough.
#ifndef CCHILDPROCESS_H
#define CCHILDPROCESS_H

#include <sys/resource.h>
#include <sys/types.h>

/// What a child is started with.
struct millrace_child {
  const char *path;
  char *const *arguments;
  char *const *environment;
  /// Null for the caller's.
  const char *directory;
  /// Descriptors that become its standard input, output and error.
  int streams[3];
};

/// Starts a program in a process group of its own, with SIGPIPE and the signal mask as programs expect them.
///
/// The kernel kills it when the calling thread ends, so that no child outlives a killed caller, and rather than the caller
/// when memory runs out. Returns the process, or an errno negated; ENOENT and EACCES are the program's, and with
/// `*in_directory` set the folder's.
pid_t millrace_start_child(const struct millrace_child *child, int *in_directory);

/// Waits until a child ends, at most so many milliseconds (for ever when negative). Returns 1 and fills status and usage
/// when it has ended, 0 at the time limit, an errno negated otherwise.
int millrace_wait_child(pid_t child, int milliseconds, int *status, struct rusage *usage);

/// Orphans below this process become its children, to be found and reaped.
void millrace_adopt_orphans(void);

/// Gives the disk back what lies there of a file, which keeps its size: zeros are read there. Where the file system cannot do
/// that, nothing happens.
void millrace_punch_hole(int descriptor, long long offset, long long length);

#endif
