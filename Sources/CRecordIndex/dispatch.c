#include "CRecordIndex.h"
#include "masks.h"

#include <stdatomic.h>

static _Atomic bool portable_path = false;

void millrace_use_portable_path(bool portable) { portable_path = portable; }

bool millrace_has_avx2(void) {
#if defined(__x86_64__)
  if (atomic_load_explicit(&portable_path, memory_order_relaxed)) return false;
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("bmi2");
#else
  return false;
#endif
}
