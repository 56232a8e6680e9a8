#include "CRecordIndex.h"
#include "masks.h"

millrace_record_scan millrace_record_scan_start(uint8_t delimiter) {
  return (millrace_record_scan){
    .delimiter = delimiter, .state = MILLRACE_FIELD_START, .after_terminator = true};
}

/// Lines that end here; a CR LF is one end.
MILLRACE_INLINE uint64_t line_count(uint64_t line_feeds, uint64_t carriage_returns, bool after_carriage_return) {
  const uint64_t pairs = line_feeds & (carriage_returns << 1 | after_carriage_return);
  return (uint64_t)__builtin_popcountll(line_feeds) + (uint64_t)__builtin_popcountll(carriage_returns)
         - (uint64_t)__builtin_popcountll(pairs);
}

/// The word whose quotes are irregular.
static void csv_word_by_byte(
  millrace_record_scan *scan, const uint8_t *bytes, uint64_t valid, uint64_t *separators, uint64_t *terminators,
  uint64_t ends) {
  uint64_t found_separators = 0, found_terminators = 0, lines = 0;
  uint8_t state = scan->state;
  bool after_carriage_return = scan->after_carriage_return;
  for (int i = 0; i < 64 && (valid >> i & 1); i++) {
    const uint8_t byte = bytes[i];
    if (byte == '\r' || (byte == '\n' && !after_carriage_return)) lines++;
    after_carriage_return = byte == '\r';
    if (state == MILLRACE_QUOTED) {
      if (byte == '"') state = MILLRACE_AFTER_QUOTE;
    } else if (ends >> i & 1) {
      found_terminators |= 1ULL << i;
      state = MILLRACE_FIELD_START;
    } else if (byte == scan->delimiter) {
      found_separators |= 1ULL << i;
      state = MILLRACE_FIELD_START;
    } else if (byte == '"' && state != MILLRACE_UNQUOTED) {
      if (state == MILLRACE_FIELD_START) scan->quote_line = scan->lines + lines;
      state = MILLRACE_QUOTED;
    } else {
      state = MILLRACE_UNQUOTED;
    }
  }
  scan->state = state;
  *separators = found_separators;
  *terminators = found_terminators;
}

/// The terminators of CSV that end a record: those behind something else than a terminator.
MILLRACE_INLINE uint64_t csv_ends(
  const millrace_record_scan *scan, uint64_t terminators, uint64_t valid, bool *after_terminator) {
  const uint64_t ended = terminators & ~(terminators << 1 | scan->after_terminator);
  *after_terminator = (terminators & (valid ^ (valid >> 1))) != 0;
  return ended;
}

/// Whether anything but terminators stands in bytes[offset..<length].
static bool has_content_behind(const uint8_t *bytes, size_t length, size_t offset) {
  while (offset < length && (bytes[offset] == '\r' || bytes[offset] == '\n')) offset++;
  return offset < length;
}

#define FUNCTION(name) portable_##name
#define TARGET
#define EQUAL64 portable_equal64
#define PREFIX_XOR portable_prefix_xor
#include "separators.h"
#undef FUNCTION
#undef TARGET
#undef EQUAL64
#undef PREFIX_XOR

#if defined(__x86_64__)
#define FUNCTION(name) avx2_##name
#define TARGET MILLRACE_AVX2
#define EQUAL64 avx2_equal64
#define PREFIX_XOR avx2_prefix_xor
#include "separators.h"
#endif

millrace_scan_result millrace_scan_records(
  millrace_record_scan *scan, const uint8_t *bytes, size_t length, bool is_last, uint64_t maximum) {
  if (maximum == 0) return (millrace_scan_result){0, 0, 0};
  if (!is_last && length > 0 && bytes[length - 1] == '\r') length--;
#if defined(__x86_64__)
  if (millrace_has_avx2()) return avx2_scan_records(scan, bytes, length, maximum);
#endif
  return portable_scan_records(scan, bytes, length, maximum);
}

size_t millrace_index_csv(const uint8_t *bytes, size_t length, uint8_t delimiter, uint32_t *ends) {
#if defined(__x86_64__)
  if (millrace_has_avx2()) return avx2_index_csv(bytes, length, delimiter, ends);
#endif
  return portable_index_csv(bytes, length, delimiter, ends);
}
