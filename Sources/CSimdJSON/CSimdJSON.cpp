// Uses only what simdjson 3.0 (Debian 12) and 3.6 (Ubuntu 24.04) have in common.
#define SIMDJSON_EXCEPTIONS 0
#include "CSimdJSON.h"

#include <simdjson.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace ondemand = simdjson::ondemand;

namespace {

constexpr size_t deepest = 1024;

static_assert(simdjson::SIMDJSON_PADDING <= millrace_json_padding, "callers have no more behind their documents");

bool is_space(uint8_t byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }
bool is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

int hexadecimal_value(uint8_t digit) {
  if (is_digit(digit)) return digit - '0';
  uint8_t lower = digit | 0x20;
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Four hexadecimal digits, or -1.
int hexadecimal4(const uint8_t *at, const uint8_t *end) {
  if (end - at < 4) return -1;
  int value = 0;
  for (int i = 0; i < 4; i++) {
    int digit = hexadecimal_value(at[i]);
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

/// The byte that a one-letter escape stands for, or 0.
uint8_t simple_escape(uint8_t letter) {
  switch (letter) {
    case '"': case '\\': case '/': return letter;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

const uint8_t *find(const uint8_t *at, const uint8_t *end, uint8_t byte) {
  return static_cast<const uint8_t *>(memchr(at, byte, size_t(end - at)));
}

/// RFC 8259: [ minus ] int [ frac ] [ exp ], and nothing else up to `end`.
bool is_number(const uint8_t *at, const uint8_t *end) {
  auto digits = [&] {
    const uint8_t *first = at;
    while (at < end && is_digit(*at)) at++;
    return at > first;
  };
  if (at < end && *at == '-') at++;
  if (at < end && *at == '0') {
    at++;
  } else if (!digits()) {
    return false;
  }
  if (at < end && *at == '.') {
    at++;
    if (!digits()) return false;
  }
  if (at < end && (*at | 0x20) == 'e') {
    at++;
    if (at < end && (*at == '+' || *at == '-')) at++;
    if (!digits()) return false;
  }
  return at == end;
}

}  // namespace

struct millrace_json_parser {
  ondemand::parser parser;
  millrace_json_token *tokens = nullptr;
  size_t count = 0, capacity = 0;

  ondemand::document document;
  const uint8_t *base = nullptr, *end = nullptr;
  size_t maximum_depth = 0;
  const uint8_t *error_at = nullptr, *behind_scalar = nullptr;

  ~millrace_json_parser() { free(tokens); }

  int fail(int code, const uint8_t *at) {
    error_at = at;
    return code;
  }

  int append(uint8_t kind, const uint8_t *start, size_t length, bool has_escapes = false) {
    if (count == capacity) {
      size_t larger = capacity ? capacity * 2 : 64;
      auto grown = static_cast<millrace_json_token *>(realloc(tokens, larger * sizeof *tokens));
      if (!grown) return fail(millrace_json_out_of_memory, start);
      tokens = grown;
      capacity = larger;
    }
    tokens[count] = {uint32_t(start - base), uint32_t(length), uint32_t(count + 1), kind, has_escapes};
    count++;
    return millrace_json_ok;
  }

  /// Appends the string between two quotes once its escapes are known to be JSON's.
  int append_string(const uint8_t *body, const uint8_t *end) {
    const uint8_t *backslash = find(body, end, '\\');
    bool has_escapes = backslash != nullptr;
    while (backslash) {
      const uint8_t *letter = backslash + 1;
      if (letter == end) return fail(millrace_json_bad_escape, backslash);
      if (*letter == 'u') {
        if (hexadecimal4(letter + 1, end) < 0) return fail(millrace_json_bad_escape, backslash);
      } else if (!simple_escape(*letter)) {
        return fail(millrace_json_bad_escape, backslash);
      }
      backslash = find(letter + 1, end, '\\');
    }
    return append(millrace_json_string, body, size_t(end - body), has_escapes);
  }

  /// `token` reaches from a scalar's first byte to the next structural one.
  int append_scalar(std::string_view token) {
    auto start = reinterpret_cast<const uint8_t *>(token.data());
    const uint8_t *end = start + token.size();
    while (end > start && is_space(end[-1])) end--;
    size_t length = size_t(end - start);
    if (length == 0) return fail(millrace_json_bad_structure, start);
    auto literal = [&](const char *text, uint8_t kind) {
      if (length == strlen(text) && memcmp(start, text, length) == 0) return append(kind, start, length);
      return fail(millrace_json_bad_structure, start);
    };
    switch (*start) {
      case 'n': return literal("null", millrace_json_null);
      case 't': return literal("true", millrace_json_true);
      case 'f': return literal("false", millrace_json_false);
      case '"':
        if (length < 2 || end[-1] != '"') return fail(millrace_json_bad_structure, start);
        return append_string(start + 1, end - 1);
      case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
        if (!is_number(start, end)) return fail(millrace_json_bad_number, start);
        return append(millrace_json_number, start, length);
      default: return fail(millrace_json_bad_structure, start);
    }
  }

  /// simdjson keeps names as their first byte alone; the index has made sure that a quote closes each.
  int append_name(ondemand::raw_json_string name) {
    auto body = reinterpret_cast<const uint8_t *>(name.raw());
    const uint8_t *quote = find(body, end, '"');
    while (quote) {
      const uint8_t *before = quote;
      while (before > body && before[-1] == '\\') before--;
      if ((quote - before) % 2 == 0) return append_string(body, quote);
      quote = find(quote + 1, end, '"');
    }
    return fail(millrace_json_unclosed_string, body);
  }

  int fail(simdjson::error_code error) {
    switch (error) {
      case simdjson::MEMALLOC: return millrace_json_out_of_memory;
      case simdjson::CAPACITY: return millrace_json_too_long;
      case simdjson::EMPTY: return millrace_json_empty;
      case simdjson::UTF8_ERROR: return millrace_json_invalid_utf8;
      case simdjson::UNCLOSED_STRING: return millrace_json_unclosed_string;
      case simdjson::UNESCAPED_CHARS: return millrace_json_control_character;
      default: return millrace_json_bad_structure;
    }
  }

  /// `Value` is a document or a value: both know whether they are an array, an object or a scalar. `closer` is the
  /// bracket that closes what the value is in.
  template <typename Value>
  int walk(Value &value, size_t depth, uint8_t closer) {
    ondemand::json_type type;
    auto error = value.type().get(type);
    if (error) return fail(error);
    std::string_view token;
    if ((error = simdjson::simdjson_result<std::string_view>(value.raw_json_token()).get(token))) return fail(error);
    bool is_array = type == ondemand::json_type::array;
    if (is_array || type == ondemand::json_type::object) {
      auto start = reinterpret_cast<const uint8_t *>(token.data());
      if (depth == maximum_depth) return fail(millrace_json_too_deep, start);
      size_t index = count;
      if (int code = append(is_array ? millrace_json_array : millrace_json_object, start, 0)) return code;
      if (is_array) {
        ondemand::array array;
        if ((error = value.get_array().get(array))) return fail(error);
        return walk_array(array, depth + 1, index);
      }
      ondemand::object object;
      if ((error = value.get_object().get(object))) return fail(error);
      return walk_object(object, depth + 1, index);
    }
    // simdjson steps over a scalar that it has not converted without a look at what follows, and takes {"a":"b":1}. It
    // does not step over one that is the whole document.
    auto behind = reinterpret_cast<const uint8_t *>(token.data()) + token.size();
    if (depth == 0) {
      behind_scalar = behind;
    } else if (behind >= end || (*behind != ',' && *behind != closer)) {
      return fail(millrace_json_bad_structure, behind);
    }
    return append_scalar(token);
  }

  /// Where the container ends that has just been walked: simdjson stands on the next token, or behind the last one.
  void close(size_t index) {
    const char *location;
    auto next = document.current_location().get(location) ? end : reinterpret_cast<const uint8_t *>(location);
    while (is_space(next[-1])) next--;
    tokens[index].length = uint32_t(next - base) - tokens[index].start;
    tokens[index].next = uint32_t(count);
  }

  int walk_array(ondemand::array &array, size_t depth, size_t index) {
    for (auto element : array) {
      ondemand::value value;
      if (auto error = std::move(element).get(value)) return fail(error);
      if (int code = walk(value, depth, ']')) return code;
    }
    close(index);
    return millrace_json_ok;
  }

  int walk_object(ondemand::object &object, size_t depth, size_t index) {
    for (auto member : object) {
      ondemand::field field;
      if (auto error = std::move(member).get(field)) return fail(error);
      if (int code = append_name(field.key())) return code;
      if (int code = walk(field.value(), depth, '}')) return code;
    }
    close(index);
    return millrace_json_ok;
  }

  int parse(const uint8_t *bytes, size_t length) {
    count = 0;
    base = bytes;
    end = bytes + length;
    error_at = nullptr;
    behind_scalar = nullptr;
    if (length > UINT32_MAX - 2 * simdjson::SIMDJSON_PADDING) return millrace_json_too_long;
    // Newer versions of simdjson skip a byte order mark; inside a record it is not JSON.
    if (length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) return fail(millrace_json_bad_structure, bytes);
    auto text = reinterpret_cast<const char *>(bytes);
    auto error = parser.iterate(text, length, length + simdjson::SIMDJSON_PADDING).get(document);
    if (error) return fail(error);
    int code = walk(document, 0, 0);
    if (code != millrace_json_ok && error_at) return code;
    const uint8_t *behind = behind_scalar;
    if (!behind) {
      const char *location;
      behind = document.current_location().get(location) ? end : reinterpret_cast<const uint8_t *>(location);
    }
    while (behind < end && is_space(*behind)) behind++;
    error_at = behind;
    return code == millrace_json_ok && behind < end ? int(millrace_json_trailing_content) : code;
  }
};

extern "C" size_t millrace_json_deepest(void) { return deepest; }

extern "C" millrace_json_parser *millrace_json_create(void) { return new (std::nothrow) millrace_json_parser; }

extern "C" void millrace_json_destroy(millrace_json_parser *parser) { delete parser; }

extern "C" int millrace_json_parse(
  millrace_json_parser *parser, const uint8_t *bytes, size_t length, size_t maximum_depth, size_t *error_offset) {
  parser->maximum_depth = maximum_depth < deepest ? maximum_depth : deepest;
  int code = parser->parse(bytes, length);
  if (code == millrace_json_ok) return code;
  parser->count = 0;
  const uint8_t *at = parser->error_at;
  *error_offset = at >= bytes && at <= bytes + length ? size_t(at - bytes) : length;
  return code;
}

extern "C" const millrace_json_token *millrace_json_tokens(const millrace_json_parser *parser) {
  return parser->tokens;
}

extern "C" size_t millrace_json_token_count(const millrace_json_parser *parser) { return parser->count; }
