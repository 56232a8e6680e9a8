#ifndef MILLRACE_RECORD_INDEX_H
#define MILLRACE_RECORD_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Where records and fields begin and end, found 64 bytes at a time (AVX2 and PCLMUL where the processor has them, a
/// portable path elsewhere). All functions may read up to 64 bytes behind the length they are given.

/// Chooses the portable path for every later call: tests compare both.
void millrace_use_portable_path(bool portable);

// MARK: Record ends

/// What a scan carries from one buffer to the next.
typedef struct {
  /// Field delimiter of CSV; 0 for NDJSON, where every line feed ends a record.
  uint8_t delimiter;
  /// One of millrace_scan_state.
  uint8_t state;
  /// The byte before was a record's terminator, or there was none: a terminator here is a blank line, no record.
  bool after_terminator;
  /// The byte before was a carriage return.
  bool after_carriage_return;
  /// Lines that ended so far (LF, CR LF or CR, inside quotes as well).
  uint64_t lines;
  /// `lines` at the opening of the quoted field that the scan is in.
  uint64_t quote_line;
} millrace_record_scan;

enum millrace_scan_state {
  MILLRACE_FIELD_START = 0,
  MILLRACE_UNQUOTED = 1,
  MILLRACE_QUOTED = 2,
  MILLRACE_AFTER_QUOTE = 3,
};

typedef struct {
  /// Bytes taken: behind the last record wanted, else all (but a carriage return at the very end of a buffer that is
  /// not the last one, whose line feed may follow).
  size_t consumed;
  /// Records whose terminator was taken.
  uint64_t records;
  /// Behind the last terminator taken; 0 when there was none.
  size_t last_end;
} millrace_scan_result;

/// A scan at the start of a record.
millrace_record_scan millrace_record_scan_start(uint8_t delimiter);

/// Takes bytes until `maximum` records have ended. Blank lines are no records.
millrace_scan_result millrace_scan_records(
  millrace_record_scan *_Nonnull scan, const uint8_t *_Nonnull bytes, size_t length, bool is_last, uint64_t maximum);

// MARK: CSV fields

#define MILLRACE_RECORD_END 0x80000000u

/// Offsets of all separators of a block that starts at a record: delimiters and, with MILLRACE_RECORD_END set, record
/// terminators (the first byte of one). A record that the block's end cuts is ended at `length`. Blank lines give
/// nothing. `ends` has room for length + 1 entries; length is below 2^31. Returns the number of entries.
size_t millrace_index_csv(const uint8_t *_Nonnull bytes, size_t length, uint8_t delimiter, uint32_t *_Nonnull ends);

// MARK: JSON objects

enum millrace_value_kind {
  MILLRACE_NULL = 0,
  MILLRACE_FALSE = 1,
  MILLRACE_TRUE = 2,
  MILLRACE_NUMBER = 3,
  MILLRACE_STRING = 4,
  MILLRACE_OBJECT = 5,
  MILLRACE_ARRAY = 6,
};

/// A member of an object: spans without the quotes of strings.
typedef struct {
  uint32_t key_start, key_length;
  uint32_t value_start, value_length;
  uint8_t kind;
  bool key_has_escapes, value_has_escapes;
} millrace_member;

typedef struct {
  /// Members found, or -1 when the object is not valid, or -2 when there are more than the room given.
  int64_t members;
  /// The object has just the keys, in the same order, that the known members have.
  bool keys_are_known;
  /// Where and why it is not valid.
  size_t error_offset;
  const char *_Nullable error;
  /// Offset of the object's closing brace.
  size_t close;
} millrace_object_result;

/// The members of the one object in bytes[start..<end], all of RFC 8259 checked but UTF-8; white space around it is
/// allowed. Nesting is limited to 1024 levels. The first `known` of `members` tell of an earlier object in the same bytes:
/// keys that are there again are found faster.
millrace_object_result millrace_index_object(
  const uint8_t *_Nonnull bytes, size_t start, size_t end, millrace_member *_Nonnull members, size_t known,
  size_t room);

/// The members of the object, or the elements of the array, that stands in bytes[start..<end] and was found valid. An
/// element's key is empty. Returns their number, or -2 when there are more than the room given.
int64_t millrace_index_container(
  const uint8_t *_Nonnull bytes, size_t start, size_t end, millrace_member *_Nonnull members, size_t room);

/// Whether bytes are one valid JSON value with no white space around it (UTF-8 not checked).
bool millrace_is_json_value(const uint8_t *_Nonnull bytes, size_t length, uint8_t *_Nonnull kind);

/// Offset of the first byte that is not UTF-8, or `length`.
size_t millrace_valid_utf8(const uint8_t *_Nonnull bytes, size_t length);

// MARK: Writing values (`out` has room for 6 bytes for each byte of input, and 64 more)

/// Writes bytes as the inside of a JSON string. Returns the bytes written.
size_t millrace_escape_json(uint8_t *_Nonnull out, const uint8_t *_Nonnull bytes, size_t length);

/// Writes a quoted CSV field, given from behind its opening quote to its end, as the inside of a JSON string.
size_t millrace_escape_json_from_quoted(uint8_t *_Nonnull out, const uint8_t *_Nonnull bytes, size_t length);

/// Writes the inside of a JSON string as UTF-8. Returns the bytes written, or -1 for a lone surrogate.
int64_t millrace_unescape_json(uint8_t *_Nonnull out, const uint8_t *_Nonnull bytes, size_t length);

/// Writes text as one CSV field, quoted when it must be. Returns the bytes written.
size_t millrace_write_csv_field(
  uint8_t *_Nonnull out, const uint8_t *_Nonnull bytes, size_t length, uint8_t delimiter);

/// Writes a quoted CSV field, given from behind its opening quote to its end, as text. Returns the bytes written.
size_t millrace_unquote_csv(uint8_t *_Nonnull out, const uint8_t *_Nonnull bytes, size_t length);

#ifdef __cplusplus
}
#endif
#endif
