// What thread sanitizer is not told by the Swift library, which is not built with it. Without, what is in order would be
// reported as a race. The linker puts the functions here in the places of the library's (ld --wrap, see
// scripts/test-sanitize).
#include <stdbool.h>
#include <stdint.h>

// Absent from what is linked without the sanitizer.
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

static void have(void *what) {
  if (__tsan_acquire) __tsan_acquire(what);
}

static void leave(void *what) {
  if (__tsan_release) __tsan_release(what);
}

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

// Mutex: where nobody waits, locking and unlocking are inlined and seen. Otherwise the library does them with the kernel.
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
SWIFT void real_lock(uint32_t thread, SELF void *mutex) __asm__("__real_" LOCK);
SWIFT void real_unlock(SELF void *mutex) __asm__("__real_" UNLOCK);
SWIFT void lock(uint32_t thread, SELF void *mutex) __asm__("__wrap_" LOCK);
SWIFT void unlock(SELF void *mutex) __asm__("__wrap_" UNLOCK);

SWIFT void lock(uint32_t thread, SELF void *mutex) {
  real_lock(thread, mutex);
  have(mutex);
}

SWIFT void unlock(SELF void *mutex) {
  leave(mutex);
  real_unlock(mutex);
}

// BufferPool: who finds that he alone has a reference to a buffer may write to it, for all others have released theirs.
// Noting down every release of every object would take minutes: those of buffers are enough.
#define IS_UNIQUE "$ss25isKnownUniquelyReferencedySbxzRlzClF"
extern char buffer_class[] __asm__("$s12MillraceCore10ByteBufferCN") __attribute__((weak));
SWIFT bool real_is_unique(void **reference, void *type) __asm__("__real_" IS_UNIQUE);
SWIFT bool is_unique(void **reference, void *type) __asm__("__wrap_" IS_UNIQUE);
void __real_swift_release(void *object);

SWIFT bool is_unique(void **reference, void *type) {
  bool unique = real_is_unique(reference, type);
  if (unique) have(*reference);
  return unique;
}

void __wrap_swift_release(void *object) {
  if ((intptr_t)object > 0 && *(void **)object == (void *)buffer_class) leave(object);
  __real_swift_release(object);
}
