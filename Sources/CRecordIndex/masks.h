// Sixty-four bytes at a time: which of them equal a byte, and which lie within quotes.
#ifndef MILLRACE_MASKS_H
#define MILLRACE_MASKS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define MILLRACE_AVX2 __attribute__((target("avx2,pclmul,bmi,bmi2,lzcnt,popcnt")))
#endif

#define MILLRACE_INLINE static inline __attribute__((always_inline))

extern _Atomic bool millrace_takes_avx2;

/// Whether the AVX2 path is to be taken. Decided before main; the portable path can be asked for by tests.
MILLRACE_INLINE bool millrace_has_avx2(void) {
  return atomic_load_explicit(&millrace_takes_avx2, memory_order_relaxed);
}

// MARK: Portable: eight bytes in a word

/// Bit i: byte i of the word equals the byte of `pattern` (which has it in all eight places).
MILLRACE_INLINE uint64_t portable_equal8(uint64_t word, uint64_t pattern) {
  const uint64_t low = 0x7f7f7f7f7f7f7f7fULL;
  uint64_t x = word ^ pattern;
  uint64_t zero = ~(((x & low) + low) | x | low);
  return ((zero >> 7) * 0x0102040810204080ULL) >> 56;
}

MILLRACE_INLINE uint64_t portable_equal64(const uint8_t *bytes, uint8_t value) {
  const uint64_t pattern = 0x0101010101010101ULL * value;
  uint64_t mask = 0;
  for (int i = 0; i < 8; i++) {
    uint64_t word;
    memcpy(&word, bytes + 8 * i, 8);
    mask |= portable_equal8(word, pattern) << (8 * i);
  }
  return mask;
}

/// Bit i of the result is the parity of the bits 0...i.
MILLRACE_INLINE uint64_t portable_prefix_xor(uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

// MARK: AVX2

#if defined(__x86_64__)
MILLRACE_AVX2 MILLRACE_INLINE uint64_t avx2_equal64(const uint8_t *bytes, uint8_t value) {
  const __m256i pattern = _mm256_set1_epi8((char)value);
  __m256i low = _mm256_loadu_si256((const __m256i *)bytes);
  __m256i high = _mm256_loadu_si256((const __m256i *)(bytes + 32));
  uint64_t l = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, pattern));
  uint64_t h = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, pattern));
  return l | h << 32;
}

MILLRACE_AVX2 MILLRACE_INLINE uint64_t avx2_prefix_xor(uint64_t bits) {
  __m128i all = _mm_set1_epi8((char)0xff);
  return (uint64_t)_mm_cvtsi128_si64(_mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)bits), all, 0));
}
#endif

#endif
