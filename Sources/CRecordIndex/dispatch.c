#include "CRecordIndex.h"
#include "masks.h"

_Atomic bool millrace_takes_avx2 = false;

static bool processor_has_avx2(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("bmi2");
#else
  return false;
#endif
}

void millrace_use_portable_path(bool portable) {
  atomic_store_explicit(&millrace_takes_avx2, !portable && processor_has_avx2(), memory_order_relaxed);
}

// Before anything is indexed: single values ask too, and to ask the processor each time shows in the figures.
__attribute__((constructor)) static void choose_path(void) { millrace_use_portable_path(false); }
