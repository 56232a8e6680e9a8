import Glibc

/// Names the calling thread for `ps -L` and debuggers; the kernel keeps 15 bytes.
///
/// `pthread_setname_np` is a GNU extension that the Glibc module does not show; elsewhere than on Linux this does nothing.
func nameThisThread(_ name: String) {
  let descriptor = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  defer { close(descriptor) }
  let bytes = Array(name.utf8.prefix(15))
  _ = unsafe write(descriptor, bytes, bytes.count)
}
