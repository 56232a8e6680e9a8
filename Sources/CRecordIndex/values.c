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

#if defined(__x86_64__)
MILLRACE_AVX2 MILLRACE_INLINE uint32_t avx2_json_special(__m256i block) {
  const __m256i quote = _mm256_cmpeq_epi8(block, _mm256_set1_epi8('"'));
  const __m256i backslash = _mm256_cmpeq_epi8(block, _mm256_set1_epi8('\\'));
  const __m256i control = _mm256_cmpeq_epi8(_mm256_min_epu8(block, _mm256_set1_epi8(0x1f)), block);
  return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(quote, backslash), control));
}

MILLRACE_AVX2 static size_t avx2_json_run(const uint8_t *bytes, size_t length) {
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

/// Length of the run at the start of `bytes` that a JSON string can hold as it is.
MILLRACE_INLINE size_t json_run(const uint8_t *bytes, size_t length, bool avx2) {
#if defined(__x86_64__)
  if (avx2) return avx2_json_run(bytes, length);
#endif
  return portable_json_run(bytes, length);
}

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
  bool avx2;
} cursor;

MILLRACE_INLINE void skip_space(cursor *c) {
  while (c->at < c->end) {
    const uint8_t byte = c->bytes[c->at];
    if (byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r') return;
    c->at++;
  }
}

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

/// Behind the opening quote; ends behind the closing one.
static bool skip_string(cursor *c, bool *has_escapes) {
  *has_escapes = false;
  while (true) {
    c->at += json_run(c->bytes + c->at, c->end - c->at, c->avx2);
    if (c->at >= c->end) return fail(c, "a string is not closed");
    const uint8_t byte = c->bytes[c->at];
    if (byte == '"') {
      c->at++;
      return true;
    }
    if (byte != '\\') return fail(c, "a control character stands unescaped in a string");
    *has_escapes = true;
    if (c->at + 1 >= c->end) {
      c->at = c->end;
      return fail(c, "a string is not closed");
    }
    switch (c->bytes[c->at + 1]) {
      case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
        c->at += 2;
        break;
      case 'u':
        for (size_t i = 2; i < 6; i++) {
          if (c->at + i >= c->end || hex_digit(c->bytes[c->at + i]) < 0) return fail(c, "\\u wants four hex digits");
        }
        c->at += 6;
        break;
      default:
        return fail(c, "an escape that JSON does not have");
    }
  }
}

static bool skip_number(cursor *c) {
  if (c->at < c->end && c->bytes[c->at] == '-') c->at++;
  if (c->at >= c->end || !is_digit(c->bytes[c->at])) return fail(c, "a number wants a digit here");
  if (c->bytes[c->at] == '0') {
    c->at++;
  } else {
    while (c->at < c->end && is_digit(c->bytes[c->at])) c->at++;
  }
  if (c->at < c->end && c->bytes[c->at] == '.') {
    c->at++;
    if (c->at >= c->end || !is_digit(c->bytes[c->at])) return fail(c, "a number wants a digit behind its point");
    while (c->at < c->end && is_digit(c->bytes[c->at])) c->at++;
  }
  if (c->at < c->end && (c->bytes[c->at] | 0x20) == 'e') {
    c->at++;
    if (c->at < c->end && (c->bytes[c->at] == '+' || c->bytes[c->at] == '-')) c->at++;
    if (c->at >= c->end || !is_digit(c->bytes[c->at])) return fail(c, "a number wants a digit in its exponent");
    while (c->at < c->end && is_digit(c->bytes[c->at])) c->at++;
  }
  return true;
}

static bool skip_word(cursor *c, const char *word, size_t length) {
  if (c->end - c->at < length || memcmp(c->bytes + c->at, word, length) != 0) {
    return fail(c, "not a JSON value (true, false, null, a number, a string, an object or an array)");
  }
  c->at += length;
  return true;
}

/// A value that is no container, at its first byte.
MILLRACE_INLINE bool skip_scalar(cursor *c, uint8_t *kind, bool *has_escapes) {
  *has_escapes = false;
  switch (c->bytes[c->at]) {
    case '"':
      *kind = MILLRACE_STRING;
      c->at++;
      return skip_string(c, has_escapes);
    case 't':
      *kind = MILLRACE_TRUE;
      return skip_word(c, "true", 4);
    case 'f':
      *kind = MILLRACE_FALSE;
      return skip_word(c, "false", 5);
    case 'n':
      *kind = MILLRACE_NULL;
      return skip_word(c, "null", 4);
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
      *kind = MILLRACE_NUMBER;
      return skip_number(c);
    default:
      return fail(c, "not a JSON value (true, false, null, a number, a string, an object or an array)");
  }
}

/// A key with its colon, at its opening quote or at what stands in its place.
MILLRACE_INLINE bool skip_key(cursor *c, uint32_t *length, bool *has_escapes) {
  if (c->at >= c->end || c->bytes[c->at] != '"') return fail(c, "a key in quotes should stand here");
  c->at++;
  const size_t start = c->at;
  if (!skip_string(c, has_escapes)) return false;
  *length = (uint32_t)(c->at - 1 - start);
  skip_space(c);
  if (c->at >= c->end || c->bytes[c->at] != ':') return fail(c, "a colon should follow the key");
  c->at++;
  skip_space(c);
  return true;
}

enum { maximum_depth = 1024 };

/// A container at its opening bracket, with all it holds; a bit a level says whether it is an object.
static bool skip_container(cursor *c) {
  uint64_t is_object[maximum_depth / 64];
  size_t depth = 0;
  uint32_t key_length;
  bool key_has_escapes;
  while (true) {
    // At a value.
    if (c->at >= c->end) return fail(c, "a value should stand here");
    const uint8_t byte = c->bytes[c->at];
    if (byte == '{' || byte == '[') {
      if (depth == maximum_depth) return fail(c, "values are nested more than 1024 levels deep");
      const uint64_t bit = 1ULL << (depth % 64);
      is_object[depth / 64] = byte == '{' ? is_object[depth / 64] | bit : is_object[depth / 64] & ~bit;
      depth++;
      c->at++;
      skip_space(c);
      if (c->at < c->end && c->bytes[c->at] == (byte == '{' ? '}' : ']')) {
        // Empty: fall through to its closing bracket.
      } else {
        if (byte == '{' && !skip_key(c, &key_length, &key_has_escapes)) return false;
        continue;
      }
    } else {
      uint8_t kind;
      bool has_escapes;
      if (!skip_scalar(c, &kind, &has_escapes)) return false;
    }
    // Behind a value, or at the closing bracket of an empty container.
    while (true) {
      skip_space(c);
      if (c->at >= c->end) return fail(c, "a bracket is not closed");
      const bool object = is_object[(depth - 1) / 64] >> ((depth - 1) % 64) & 1;
      const uint8_t next = c->bytes[c->at];
      if (next == (object ? '}' : ']')) {
        c->at++;
        if (--depth == 0) return true;
      } else if (next == ',') {
        c->at++;
        skip_space(c);
        if (object && !skip_key(c, &key_length, &key_has_escapes)) return false;
        break;
      } else {
        return fail(c, object ? "a comma or } should stand here" : "a comma or ] should stand here");
      }
    }
  }
}

/// The members of the object, or the elements of the array, that the cursor stands at.
static int64_t index_members(cursor *c, millrace_member *members, size_t room, bool is_object) {
  size_t count = 0;
  const uint8_t *bytes = c->bytes;
  const uint8_t closing = is_object ? '}' : ']';
  c->at++;
  skip_space(c);
  if (c->at < c->end && bytes[c->at] == closing) return 0;
  while (true) {
    if (count == room) return -2;
    millrace_member *member = &members[count];
    member->key_start = member->key_length = 0;
    member->key_has_escapes = false;
    if (is_object) {
      member->key_start = (uint32_t)c->at + 1;
      if (!skip_key(c, &member->key_length, &member->key_has_escapes)) return -1;
    }
    if (c->at >= c->end) {
      fail(c, "a value should stand here");
      return -1;
    }
    const size_t value = c->at;
    if (bytes[value] == '{' || bytes[value] == '[') {
      member->kind = bytes[value] == '{' ? MILLRACE_OBJECT : MILLRACE_ARRAY;
      member->value_has_escapes = false;
      if (!skip_container(c)) return -1;
    } else if (!skip_scalar(c, &member->kind, &member->value_has_escapes)) {
      return -1;
    }
    const uint32_t quote = member->kind == MILLRACE_STRING;
    member->value_start = (uint32_t)value + quote;
    member->value_length = (uint32_t)(c->at - value) - 2 * quote;
    count++;
    skip_space(c);
    if (c->at < c->end && bytes[c->at] == ',') {
      c->at++;
      skip_space(c);
    } else if (c->at < c->end && bytes[c->at] == closing) {
      return (int64_t)count;
    } else {
      fail(c, is_object ? "a comma or } should stand here" : "a comma or ] should stand here");
      return -1;
    }
  }
}

millrace_object_result millrace_index_object(
  const uint8_t *bytes, size_t start, size_t end, millrace_member *members, size_t room) {
  cursor c = {bytes, start, end, 0, millrace_has_avx2()};
  millrace_object_result result = {-1, 0, 0, 0};
  skip_space(&c);
  if (c.at >= end || bytes[c.at] != '{') {
    c.error = "a record is a JSON object: { should stand here";
  } else {
    result.members = index_members(&c, members, room, true);
    if (result.members >= 0) {
      result.close = c.at;
      c.at++;
      skip_space(&c);
      if (c.at < end) {
        c.error = "something stands behind the object: one record a line";
        result.members = -1;
      }
    }
  }
  result.error = c.error;
  result.error_offset = c.at;
  return result;
}

int64_t millrace_index_container(
  const uint8_t *bytes, size_t start, size_t end, millrace_member *members, size_t room) {
  cursor c = {bytes, start, end, 0, millrace_has_avx2()};
  return index_members(&c, members, room, bytes[start] == '{');
}

bool millrace_is_json_value(const uint8_t *bytes, size_t length, uint8_t *kind) {
  cursor c = {bytes, 0, length, 0, millrace_has_avx2()};
  bool has_escapes;
  if (length == 0) return false;
  if (bytes[0] == '{' || bytes[0] == '[') {
    *kind = bytes[0] == '{' ? MILLRACE_OBJECT : MILLRACE_ARRAY;
    return skip_container(&c) && c.at == length;
  }
  return skip_scalar(&c, kind, &has_escapes) && c.at == length;
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
  for (int back = 0; back < 3 && checked > 0 && bytes[checked - 1] >= 0x80; back++) {
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
