#define _GNU_SOURCE
#include "CChildProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// What went wrong between the fork and the program, sent through a pipe that the program closes by starting.
struct trouble {
  int error;
  int in_directory;
};

// Between vfork and exec the child may run in the caller's memory while the calling thread waits: only system calls are
// made. Thread sanitizer makes a fork of it.
static void become(const struct millrace_child *child, pid_t parent, int report) {
  struct trouble trouble = {0, 0};
  // Out of the way of the three numbers that the streams get.
  int own_report = fcntl(report, F_DUPFD_CLOEXEC, 3);
  if (own_report < 0) goto failed;
  report = own_report;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) goto failed;
  // The caller may have been killed before the kernel knew that we want to go with it.
  if (getppid() != parent) _exit(127);
  setpgid(0, 0);
  int adjustment = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (adjustment >= 0) {
    (void)!write(adjustment, "500", 3);
    close(adjustment);
  }
  // First out of the way of the three numbers, too, then onto them.
  int streams[3];
  for (int i = 0; i < 3; i++) {
    streams[i] = fcntl(child->streams[i], F_DUPFD_CLOEXEC, 3);
    if (streams[i] < 0) goto failed;
  }
  for (int i = 0; i < 3; i++) {
    if (dup2(streams[i], i) < 0) goto failed;
  }
  if (child->directory && chdir(child->directory) != 0) {
    trouble.in_directory = 1;
    goto failed;
  }
  signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, 0);
  execve(child->path, child->arguments, child->environment);
failed:
  trouble.error = errno;
  (void)!write(report, &trouble, sizeof trouble);
  _exit(127);
}

pid_t millrace_start_child(const struct millrace_child *child, int *in_directory) {
  *in_directory = 0;
  pid_t parent = getpid();
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) return -errno;
  // No handler of the caller's may run in the child.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t process = vfork();
  if (process == 0) become(child, parent, report[1]);
  int failure = errno;
  pthread_sigmask(SIG_SETMASK, &before, 0);
  close(report[1]);
  struct trouble trouble = {0, 0};
  ssize_t count = 0;
  if (process > 0) {
    while ((count = read(report[0], &trouble, sizeof trouble)) < 0 && errno == EINTR) {}
  }
  close(report[0]);
  if (process < 0) return -failure;
  if (count > 0) {
    while (waitpid(process, 0, 0) < 0 && errno == EINTR) {}
    *in_directory = trouble.in_directory;
    return -trouble.error;
  }
  return process;
}

int millrace_wait_child(pid_t child, int milliseconds, int *status, struct rusage *usage) {
  if (milliseconds >= 0) {
    int watch = (int)syscall(SYS_pidfd_open, child, 0);
    if (watch < 0) return -errno;
    struct pollfd ended = {.fd = watch, .events = POLLIN};
    int count = poll(&ended, 1, milliseconds);
    int failure = errno;
    close(watch);
    if (count == 0) return 0;
    if (count < 0) return failure == EINTR ? 0 : -failure;
  }
  while (wait4(child, status, 0, usage) < 0) {
    if (errno != EINTR) return -errno;
  }
  return 1;
}

void millrace_adopt_orphans(void) { prctl(PR_SET_CHILD_SUBREAPER, 1); }

void millrace_punch_hole(int descriptor, long long offset, long long length) {
  (void)fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);
}
