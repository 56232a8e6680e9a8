// Values: members of JSON objects, and text on its way from one format to the other.
#include "CRecordIndex.h"
#include "masks.h"

// MARK: Runs of plain bytes

/// Bytes that a JSON string cannot hold as they are: quote, backslash, control characters.
MILLRACE_INLINE bool is_json_special(uint8_t byte) { return byte == '"' || byte == '\\' || byte < 0x20; }

static size_t portable_json_run(const uint8_t *bytes, size_t length) {
  const uint64_t ones = 0x0101010101010101ULL, high = 0x8080808080808080ULL;
  size_t i = 0;
  while (i + 8 <= length) {
    uint64_t word;
    memcpy(&word, bytes + i, 8);
    const uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
    // A byte of zero, or (first term) below 0x20; false alarms only send us to the byte loop.
    const uint64_t special = ((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash);
    if (special & high) break;
    i += 8;
  }
  while (i < length && !is_json_special(bytes[i])) i++;
  return i;
}

MILLRACE_INLINE bool portable_is_equal(const uint8_t *a, const uint8_t *b, size_t length) {
  return memcmp(a, b, length) == 0;
}

#if defined(__x86_64__)
/// May read up to 31 bytes behind both.
MILLRACE_AVX2 MILLRACE_INLINE bool avx2_is_equal(const uint8_t *a, const uint8_t *b, size_t length) {
  if (length > 32) return memcmp(a, b, length) == 0;
  const __m256i equal =
    _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)a), _mm256_loadu_si256((const __m256i *)b));
  const uint32_t different = ~(uint32_t)_mm256_movemask_epi8(equal);
  return ((uint64_t)different & ((1ULL << length) - 1)) == 0;
}

MILLRACE_AVX2 MILLRACE_INLINE uint32_t avx2_json_special(__m256i block) {
  const __m256i quote = _mm256_cmpeq_epi8(block, _mm256_set1_epi8('"'));
  const __m256i backslash = _mm256_cmpeq_epi8(block, _mm256_set1_epi8('\\'));
  const __m256i control = _mm256_cmpeq_epi8(_mm256_min_epu8(block, _mm256_set1_epi8(0x1f)), block);
  return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(quote, backslash), control));
}

MILLRACE_AVX2 MILLRACE_INLINE size_t avx2_json_run(const uint8_t *bytes, size_t length) {
  for (size_t i = 0; i < length; i += 32) {
    const uint32_t special = avx2_json_special(_mm256_loadu_si256((const __m256i *)(bytes + i)));
    if (special) {
      const size_t position = i + (size_t)__builtin_ctz(special);
      return position < length ? position : length;
    }
  }
  return length;
}

/// Copies up to the first special byte, which may write 31 bytes too many behind it.
MILLRACE_AVX2 static size_t avx2_copy_json_run(uint8_t *out, const uint8_t *bytes, size_t length) {
  for (size_t i = 0; i < length; i += 32) {
    const __m256i block = _mm256_loadu_si256((const __m256i *)(bytes + i));
    _mm256_storeu_si256((__m256i *)(out + i), block);
    const uint32_t special = avx2_json_special(block);
    if (special) {
      const size_t position = i + (size_t)__builtin_ctz(special);
      return position < length ? position : length;
    }
  }
  return length;
}
#endif

MILLRACE_INLINE size_t copy_json_run(uint8_t *out, const uint8_t *bytes, size_t length, bool avx2) {
#if defined(__x86_64__)
  if (avx2) return avx2_copy_json_run(out, bytes, length);
#endif
  const size_t run = portable_json_run(bytes, length);
  memcpy(out, bytes, run);
  return run;
}

// MARK: Objects

typedef struct {
  const uint8_t *bytes;
  size_t at, end;
  const char *error;
} cursor;

static bool fail(cursor *c, const char *error) {
  if (!c->error) c->error = c->at >= c->end ? "the text ends within a value" : error;
  return false;
}

MILLRACE_INLINE bool is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

static int hex_digit(uint8_t byte) {
  if (is_digit(byte)) return byte - '0';
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return -1;
}

enum { maximum_depth = 1024 };

#define FUNCTION(name) portable_##name
#define TARGET
#include "objects.h"
#undef FUNCTION
#undef TARGET

#if defined(__x86_64__)
#define FUNCTION(name) avx2_##name
#define TARGET MILLRACE_AVX2
#include "objects.h"
#endif

millrace_object_result millrace_index_object(
  const uint8_t *bytes, size_t start, size_t end, millrace_member *members, size_t known, size_t room) {
#if defined(__x86_64__)
  if (millrace_has_avx2()) return avx2_index_object(bytes, start, end, members, known, room);
#endif
  return portable_index_object(bytes, start, end, members, known, room);
}

int64_t millrace_index_container(
  const uint8_t *bytes, size_t start, size_t end, millrace_member *members, size_t room) {
  cursor c = {bytes, start, end, 0};
  bool keys_are_known;
#if defined(__x86_64__)
  if (millrace_has_avx2()) return avx2_index_members(&c, members, 0, room, bytes[start] == '{', &keys_are_known);
#endif
  return portable_index_members(&c, members, 0, room, bytes[start] == '{', &keys_are_known);
}

bool millrace_is_json_value(const uint8_t *bytes, size_t length, uint8_t *kind) {
  cursor c = {bytes, 0, length, 0};
  bool has_escapes;
  if (length == 0) return false;
  if (bytes[0] == '{' || bytes[0] == '[') {
    *kind = bytes[0] == '{' ? MILLRACE_OBJECT : MILLRACE_ARRAY;
    return portable_skip_container(&c) && c.at == length;
  }
  return portable_skip_scalar(&c, kind, &has_escapes) && c.at == length;
}

// MARK: UTF-8

/// Bytes of the valid sequence at `bytes`, 0 when there is none. (Unicode 15, table 3-7.)
static size_t utf8_sequence(const uint8_t *bytes, size_t length) {
  const uint8_t first = bytes[0];
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const size_t count = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (length < count) return 0;
  const uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (bytes[1] < low || bytes[1] > high) return 0;
  for (size_t i = 2; i < count; i++) {
    if ((bytes[i] & 0xc0) != 0x80) return 0;
  }
  return count;
}

static size_t portable_valid_utf8(const uint8_t *bytes, size_t length) {
  size_t i = 0;
  while (i < length) {
    uint64_t word;
    if (i + 8 <= length && (memcpy(&word, bytes + i, 8), (word & 0x8080808080808080ULL) == 0)) {
      i += 8;
      continue;
    }
    const size_t count = utf8_sequence(bytes + i, length - i);
    if (count == 0) return i;
    i += count;
  }
  return length;
}

#if defined(__x86_64__)
// Keiser & Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte", Software: Practice and Experience 51, 2021.
// Three table look-ups (high and low nibble of the byte before, high nibble of this one) give the errors that a pair of
// bytes can have; a bit set in all three is an error.
MILLRACE_AVX2 MILLRACE_INLINE __m256i table(const uint8_t *sixteen) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)sixteen));
}

MILLRACE_AVX2 MILLRACE_INLINE __m256i previous(__m256i block, __m256i before, const int count) {
  const __m256i shifted = _mm256_permute2x128_si256(before, block, 0x21);
  return count == 1   ? _mm256_alignr_epi8(block, shifted, 15)
         : count == 2 ? _mm256_alignr_epi8(block, shifted, 14)
                      : _mm256_alignr_epi8(block, shifted, 13);
}

enum {
  too_short = 1 << 0,
  too_long = 1 << 1,
  overlong_3 = 1 << 2,
  too_large = 1 << 3,
  surrogate = 1 << 4,
  overlong_2 = 1 << 5,
  too_large_1000 = 1 << 6,
  overlong_4 = 1 << 6,
  two_continuations = 1 << 7,
  carry = too_short | too_long | two_continuations,
};

static const uint8_t first_high[16] = {
  too_long, too_long, too_long, too_long, too_long, too_long, too_long, too_long,
  two_continuations, two_continuations, two_continuations, two_continuations,
  too_short | overlong_2, too_short, too_short | overlong_3 | surrogate,
  too_short | too_large | too_large_1000 | overlong_4,
};
static const uint8_t first_low[16] = {
  carry | overlong_3 | overlong_2 | overlong_4, carry | overlong_2, carry, carry, carry | too_large,
  carry | too_large | too_large_1000, carry | too_large | too_large_1000, carry | too_large | too_large_1000,
  carry | too_large | too_large_1000, carry | too_large | too_large_1000, carry | too_large | too_large_1000,
  carry | too_large | too_large_1000, carry | too_large | too_large_1000,
  carry | too_large | too_large_1000 | surrogate, carry | too_large | too_large_1000,
  carry | too_large | too_large_1000,
};
static const uint8_t second_high[16] = {
  too_short, too_short, too_short, too_short, too_short, too_short, too_short, too_short,
  too_long | overlong_2 | two_continuations | overlong_3 | too_large_1000 | overlong_4,
  too_long | overlong_2 | two_continuations | overlong_3 | too_large,
  too_long | overlong_2 | two_continuations | surrogate | too_large,
  too_long | overlong_2 | two_continuations | surrogate | too_large, too_short, too_short, too_short, too_short,
};

/// Whether all blocks of 32 bytes are valid; the rest behind the last whole block is the caller's.
MILLRACE_AVX2 static bool avx2_blocks_are_utf8(const uint8_t *bytes, size_t length, size_t *checked) {
  const __m256i low_nibble = _mm256_set1_epi8(0x0f);
  const __m256i high_bit = _mm256_set1_epi8((char)0x80);
  __m256i before = _mm256_setzero_si256(), error = _mm256_setzero_si256();
  size_t i = 0;
  bool before_is_ascii = true;
  for (; i + 32 <= length; i += 32) {
    const __m256i block = _mm256_loadu_si256((const __m256i *)(bytes + i));
    const bool is_ascii = _mm256_movemask_epi8(block) == 0;
    if (!is_ascii || !before_is_ascii) {
      const __m256i one = previous(block, before, 1);
      const __m256i special = _mm256_and_si256(
        _mm256_and_si256(
          _mm256_shuffle_epi8(table(first_high), _mm256_and_si256(_mm256_srli_epi16(one, 4), low_nibble)),
          _mm256_shuffle_epi8(table(first_low), _mm256_and_si256(one, low_nibble))),
        _mm256_shuffle_epi8(table(second_high), _mm256_and_si256(_mm256_srli_epi16(block, 4), low_nibble)));
      const __m256i third = _mm256_subs_epu8(previous(block, before, 2), _mm256_set1_epi8((char)(0xe0 - 0x80)));
      const __m256i fourth = _mm256_subs_epu8(previous(block, before, 3), _mm256_set1_epi8((char)(0xf0 - 0x80)));
      const __m256i must_continue = _mm256_and_si256(_mm256_or_si256(third, fourth), high_bit);
      error = _mm256_or_si256(error, _mm256_xor_si256(must_continue, special));
    }
    before = block;
    before_is_ascii = is_ascii;
  }
  *checked = i;
  return _mm256_testz_si256(error, error);
}

static size_t avx2_valid_utf8(const uint8_t *bytes, size_t length) {
  size_t checked;
  if (!avx2_blocks_are_utf8(bytes, length, &checked)) return portable_valid_utf8(bytes, length);
  // A sequence may go over the end of the last block: start the rest at its first byte.
  for (int back = 0; back < 4 && checked > 0 && bytes[checked - 1] >= 0x80; back++) {
    checked--;
    if (bytes[checked] >= 0xc0) break;
  }
  return checked + portable_valid_utf8(bytes + checked, length - checked);
}
#endif

size_t millrace_valid_utf8(const uint8_t *bytes, size_t length) {
#if defined(__x86_64__)
  if (millrace_has_avx2()) return avx2_valid_utf8(bytes, length);
#endif
  return portable_valid_utf8(bytes, length);
}

// MARK: Writing

MILLRACE_INLINE uint8_t *write_escape(uint8_t *out, uint8_t byte) {
  static const char digits[] = "0123456789abcdef";
  *out++ = '\\';
  switch (byte) {
    case '"': *out++ = '"'; break;
    case '\\': *out++ = '\\'; break;
    case '\b': *out++ = 'b'; break;
    case '\f': *out++ = 'f'; break;
    case '\n': *out++ = 'n'; break;
    case '\r': *out++ = 'r'; break;
    case '\t': *out++ = 't'; break;
    default:
      memcpy(out, "u00", 3);
      out[3] = (uint8_t)digits[byte >> 4];
      out[4] = (uint8_t)digits[byte & 15];
      out += 5;
  }
  return out;
}

MILLRACE_INLINE size_t escape(uint8_t *out, const uint8_t *bytes, size_t length, bool is_quoted) {
  const bool avx2 = millrace_has_avx2();
  uint8_t *const start = out;
  size_t i = 0;
  while (true) {
    const size_t run = copy_json_run(out, bytes + i, length - i, avx2);
    out += run;
    i += run;
    if (i >= length) return (size_t)(out - start);
    if (is_quoted && bytes[i] == '"') {
      if (i + 1 < length && bytes[i + 1] == '"') {
        i++;
      } else {
        // The closing quote; what may stand behind it belongs to the field as it is.
        is_quoted = false;
        i++;
        continue;
      }
    }
    out = write_escape(out, bytes[i]);
    i++;
  }
}

size_t millrace_escape_json(uint8_t *out, const uint8_t *bytes, size_t length) {
  return escape(out, bytes, length, false);
}

size_t millrace_escape_json_from_quoted(uint8_t *out, const uint8_t *bytes, size_t length) {
  return escape(out, bytes, length, true);
}

static uint8_t *write_utf8(uint8_t *out, uint32_t scalar) {
  if (scalar < 0x80) {
    *out++ = (uint8_t)scalar;
  } else if (scalar < 0x800) {
    *out++ = (uint8_t)(0xc0 | scalar >> 6);
    *out++ = (uint8_t)(0x80 | (scalar & 0x3f));
  } else if (scalar < 0x10000) {
    *out++ = (uint8_t)(0xe0 | scalar >> 12);
    *out++ = (uint8_t)(0x80 | (scalar >> 6 & 0x3f));
    *out++ = (uint8_t)(0x80 | (scalar & 0x3f));
  } else {
    *out++ = (uint8_t)(0xf0 | scalar >> 18);
    *out++ = (uint8_t)(0x80 | (scalar >> 12 & 0x3f));
    *out++ = (uint8_t)(0x80 | (scalar >> 6 & 0x3f));
    *out++ = (uint8_t)(0x80 | (scalar & 0x3f));
  }
  return out;
}

static uint32_t code_unit(const uint8_t *hex) {
  return (uint32_t)(hex_digit(hex[0]) << 12 | hex_digit(hex[1]) << 8 | hex_digit(hex[2]) << 4 | hex_digit(hex[3]));
}

int64_t millrace_unescape_json(uint8_t *out, const uint8_t *bytes, size_t length) {
  const bool avx2 = millrace_has_avx2();
  uint8_t *const start = out;
  size_t i = 0;
  while (true) {
    const size_t run = copy_json_run(out, bytes + i, length - i, avx2);
    out += run;
    i += run;
    if (i >= length) return out - start;
    // The string was checked: what stands here is a whole escape.
    const uint8_t escape = bytes[i + 1];
    i += 2;
    switch (escape) {
      case 'b': *out++ = '\b'; break;
      case 'f': *out++ = '\f'; break;
      case 'n': *out++ = '\n'; break;
      case 'r': *out++ = '\r'; break;
      case 't': *out++ = '\t'; break;
      case 'u': {
        uint32_t scalar = code_unit(bytes + i);
        i += 4;
        if (scalar >= 0xdc00 && scalar < 0xe000) return -1;
        if (scalar >= 0xd800 && scalar < 0xdc00) {
          if (i + 6 > length || bytes[i] != '\\' || bytes[i + 1] != 'u') return -1;
          const uint32_t low = code_unit(bytes + i + 2);
          if (low < 0xdc00 || low >= 0xe000) return -1;
          scalar = 0x10000 + ((scalar - 0xd800) << 10) + (low - 0xdc00);
          i += 6;
        }
        out = write_utf8(out, scalar);
        break;
      }
      default: *out++ = escape;
    }
  }
}

/// Bytes of CSV that want quotes around their field: the delimiter, quotes and line ends.
MILLRACE_INLINE bool is_csv_special(uint8_t byte, uint8_t delimiter) {
  return byte == delimiter || byte == '"' || byte == '\n' || byte == '\r';
}

static bool portable_copy_plain_csv(uint8_t *out, const uint8_t *bytes, size_t length, uint8_t delimiter) {
  for (size_t i = 0; i < length; i++) {
    if (is_csv_special(bytes[i], delimiter)) return false;
  }
  memcpy(out, bytes, length);
  return true;
}

#if defined(__x86_64__)
MILLRACE_AVX2 static bool avx2_copy_plain_csv(uint8_t *out, const uint8_t *bytes, size_t length, uint8_t delimiter) {
  const __m256i quote = _mm256_set1_epi8('"'), line_feed = _mm256_set1_epi8('\n');
  const __m256i carriage_return = _mm256_set1_epi8('\r'), separator = _mm256_set1_epi8((char)delimiter);
  for (size_t i = 0; i < length; i += 32) {
    const __m256i block = _mm256_loadu_si256((const __m256i *)(bytes + i));
    _mm256_storeu_si256((__m256i *)(out + i), block);
    const __m256i special = _mm256_or_si256(
      _mm256_or_si256(_mm256_cmpeq_epi8(block, quote), _mm256_cmpeq_epi8(block, separator)),
      _mm256_or_si256(_mm256_cmpeq_epi8(block, line_feed), _mm256_cmpeq_epi8(block, carriage_return)));
    uint32_t mask = (uint32_t)_mm256_movemask_epi8(special);
    if (length - i < 32) mask &= (1u << (length - i)) - 1;
    if (mask) return false;
  }
  return true;
}
#endif

size_t millrace_write_csv_field(uint8_t *out, const uint8_t *bytes, size_t length, uint8_t delimiter) {
#if defined(__x86_64__)
  const bool is_plain = millrace_has_avx2() ? avx2_copy_plain_csv(out, bytes, length, delimiter)
                                            : portable_copy_plain_csv(out, bytes, length, delimiter);
#else
  const bool is_plain = portable_copy_plain_csv(out, bytes, length, delimiter);
#endif
  if (is_plain) return length;
  uint8_t *const start = out;
  *out++ = '"';
  size_t i = 0;
  while (i < length) {
    const uint8_t *quote = memchr(bytes + i, '"', length - i);
    const size_t run = quote ? (size_t)(quote - bytes) - i + 1 : length - i;
    memcpy(out, bytes + i, run);
    out += run;
    i += run;
    if (quote) *out++ = '"';
  }
  *out++ = '"';
  return (size_t)(out - start);
}

size_t millrace_unquote_csv(uint8_t *out, const uint8_t *bytes, size_t length) {
  uint8_t *const start = out;
  size_t i = 0;
  while (i < length) {
    const uint8_t *quote = memchr(bytes + i, '"', length - i);
    const size_t run = (quote ? (size_t)(quote - bytes) : length) - i;
    memcpy(out, bytes + i, run);
    out += run;
    i += run;
    if (!quote) break;
    if (i + 1 < length && bytes[i + 1] == '"') {
      *out++ = '"';
      i += 2;
    } else {
      // The closing quote; what may stand behind it belongs to the field as it is.
      i++;
      memcpy(out, bytes + i, length - i);
      out += length - i;
      break;
    }
  }
  return (size_t)(out - start);
}
