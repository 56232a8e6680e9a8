/// One JSON document to a flat tape of tokens, through simdjson's On-Demand interface.
///
/// The whole document is validated: UTF-8, structure, number grammar, escapes, depth and the end. Numbers and strings
/// stay the bytes that they were; duplicate names are kept. No C++ exception leaves these functions.
#ifndef MILLRACE_SIMDJSON_H
#define MILLRACE_SIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a token is. An object's tokens are name, value, name, value…; a name is a string.
enum {
  millrace_json_null = 0,
  millrace_json_false = 1,
  millrace_json_true = 2,
  millrace_json_number = 3,
  millrace_json_string = 4,
  millrace_json_array = 5,
  millrace_json_object = 6,
};

enum {
  millrace_json_ok = 0,
  millrace_json_out_of_memory = 1,
  /// Longer than 4 GiB, the reach of simdjson's index.
  millrace_json_too_long = 2,
  millrace_json_invalid_utf8 = 3,
  millrace_json_empty = 4,
  millrace_json_unclosed_string = 5,
  millrace_json_control_character = 6,
  millrace_json_bad_escape = 7,
  /// An escaped surrogate without its other half: JSON's grammar allows it, UTF-8 cannot hold it.
  millrace_json_lone_surrogate = 8,
  millrace_json_bad_number = 9,
  millrace_json_too_deep = 10,
  millrace_json_bad_structure = 11,
  millrace_json_trailing_content = 12,
};

typedef struct {
  /// Bytes before the token. A string's token begins behind its opening quote.
  uint32_t start;
  /// Bytes of the token: a string without its quotes, an array or object with its brackets.
  uint32_t length;
  /// Index of the first token behind this value, whatever it contains.
  uint32_t next;
  uint8_t kind;
  /// 1 for a string with a backslash in it.
  uint8_t has_escapes;
} millrace_json_token;

/// Bytes that must be readable behind a document.
enum { millrace_json_padding = 64 };

/// The greatest depth that `millrace_json_parse` accepts as a limit.
size_t millrace_json_deepest(void);

/// A parser and its tape, used again for each document by one thread at a time. NULL when memory is short.
typedef struct millrace_json_parser millrace_json_parser;
millrace_json_parser *_Nullable millrace_json_create(void);
void millrace_json_destroy(millrace_json_parser *_Nonnull parser);

/// Parses `length` bytes with `millrace_json_padding` readable ones behind them. A scalar has depth 0, `[1]` depth 1.
/// On an error, `error_offset` is the number of bytes before the place where it was noticed, but for
/// `millrace_json_invalid_utf8`.
int millrace_json_parse(
  millrace_json_parser *_Nonnull parser, const uint8_t *_Nonnull bytes, size_t length, size_t maximum_depth,
  size_t *_Nonnull error_offset);

/// The tape of the last document: `millrace_json_token_count` tokens, valid until the parser is used again.
const millrace_json_token *_Nullable millrace_json_tokens(const millrace_json_parser *_Nonnull parser);
size_t millrace_json_token_count(const millrace_json_parser *_Nonnull parser);

#ifdef __cplusplus
}
#endif
#endif
