// One pass over CSV or NDJSON, included twice: for AVX2 and for the portable path.
//
// Quotes are found as simdjson finds strings (Langdale & Lemire, "Parsing Gigabytes of JSON per Second", VLDB Journal 28,
// 2019): the parity of the quotes before a byte tells whether it is quoted. That holds while quotes stand only around
// fields and doubled within them. A 64-byte word where they do not (`5" disk`, `"a"b`) is walked byte by byte, with the
// rule that readers agree on: a quote inside an unquoted field is text, and text behind a closing quote belongs to the
// field.

#ifndef FUNCTION
#error "Define FUNCTION(name), TARGET, EQUAL64 and PREFIX_XOR first."
#endif

/// One word of 64 bytes: `separators` has the delimiters outside quotes, `terminators` the CR and LF outside quotes,
/// `line_ends` all LF and every CR (a CR LF counted once by the caller).
TARGET MILLRACE_INLINE void FUNCTION(csv_word)(
  millrace_record_scan *scan, const uint8_t *bytes, uint64_t valid, uint64_t *separators, uint64_t *terminators,
  uint64_t line_feeds, uint64_t carriage_returns) {
  const uint64_t quotes = EQUAL64(bytes, '"') & valid;
  const uint64_t delimiters = EQUAL64(bytes, scan->delimiter) & valid;
  const uint64_t inside = PREFIX_XOR(quotes) ^ (scan->state == MILLRACE_QUOTED ? ~0ULL : 0);
  const uint64_t ends = line_feeds | carriage_returns;
  const uint64_t opening = quotes & inside;
  const uint64_t closing = quotes & ~inside;
  const uint64_t boundary = (delimiters | ends) & ~inside;
  const uint64_t at_field_start = boundary << 1 | (scan->state == MILLRACE_FIELD_START);
  const uint64_t after_closing = closing << 1 | (scan->state == MILLRACE_AFTER_QUOTE);
  const uint64_t irregular =
    (opening & ~(at_field_start | after_closing)) | (after_closing & ~(quotes | delimiters | ends));
  if (__builtin_expect((irregular & valid) != 0, 0)) {
    csv_word_by_byte(scan, bytes, valid, separators, terminators, ends);
    return;
  }
  *separators = delimiters & ~inside & valid;
  *terminators = ends & ~inside & valid;
  // The last valid byte decides what the next word starts in.
  const uint64_t last = valid ^ (valid >> 1);
  if ((inside | closing) & last) {
    // A closing quote may be the first of two, and the field go on in the next word.
    scan->state = inside & last ? MILLRACE_QUOTED : MILLRACE_AFTER_QUOTE;
    const uint64_t field_opening = opening & at_field_start;
    if (field_opening) {
      const uint64_t before = (1ULL << (63 - __builtin_clzll(field_opening))) - 1;
      scan->quote_line = scan->lines + line_count(line_feeds & before, carriage_returns & before,
                                                  scan->after_carriage_return);
    }
  } else {
    scan->state = (boundary & last) ? MILLRACE_FIELD_START : MILLRACE_UNQUOTED;
  }
}

/// The line feeds of NDJSON that end a record: those with more than white space before them in their line.
///
/// Adding the bytes that are not white space to the mask of all bytes but line feeds carries a one into each line feed
/// whose line has any.
TARGET MILLRACE_INLINE uint64_t FUNCTION(line_ends)(
  const millrace_record_scan *scan, const uint8_t *bytes, uint64_t line_feeds, uint64_t carriage_returns,
  uint64_t valid, bool *is_blank) {
  const uint64_t line = ~line_feeds & valid;
  const uint64_t content = line & ~(carriage_returns | EQUAL64(bytes, ' ') | EQUAL64(bytes, '\t'));
  uint64_t sum;
  bool carry = __builtin_add_overflow(line, content, &sum);
  carry |= __builtin_add_overflow(sum, (uint64_t)!scan->after_terminator, &sum);
  const uint64_t behind = valid + 1;
  *is_blank = behind ? (sum & behind) == 0 : !carry;
  return sum & line_feeds;
}

TARGET static millrace_scan_result FUNCTION(scan_records)(
  millrace_record_scan *scan, const uint8_t *bytes, size_t length, uint64_t maximum) {
  millrace_scan_result result = {0, 0, 0};
  const bool is_csv = scan->delimiter != 0;
  for (size_t offset = 0; offset < length; offset += 64) {
    const size_t rest = length - offset;
    const uint64_t valid = rest >= 64 ? ~0ULL : (1ULL << rest) - 1;
    const millrace_record_scan before = *scan;
    uint64_t line_feeds = EQUAL64(bytes + offset, '\n') & valid;
    uint64_t carriage_returns = EQUAL64(bytes + offset, '\r') & valid;
    uint64_t separators, terminators;
    if (is_csv) {
      FUNCTION(csv_word)(scan, bytes + offset, valid, &separators, &terminators, line_feeds, carriage_returns);
    } else {
      terminators = line_feeds;
    }
    bool after_terminator;
    const uint64_t ended =
      is_csv ? csv_ends(scan, terminators, valid, &after_terminator)
             : FUNCTION(line_ends)(scan, bytes + offset, line_feeds, carriage_returns, valid, &after_terminator);
    const uint64_t count = (uint64_t)__builtin_popcountll(ended);
    if (__builtin_expect(result.records + count >= maximum, 0)) {
      uint64_t bits = ended;
      for (uint64_t skip = maximum - result.records; skip > 1; skip--) bits &= bits - 1;
      const size_t position = (size_t)__builtin_ctzll(bits);
      size_t end = offset + position + 1;
      if (bytes[end - 1] == '\r' && end < length && bytes[end] == '\n') end++;
      const uint64_t up_to = position == 63 ? ~0ULL : (2ULL << position) - 1;
      scan->lines =
        before.lines
        + line_count(line_feeds & up_to, carriage_returns & up_to, before.after_carriage_return);
      scan->state = MILLRACE_FIELD_START;
      scan->after_terminator = true;
      scan->after_carriage_return = false;
      result.records = maximum;
      result.consumed = result.last_end = end;
      return result;
    }
    if (ended) {
      result.records += count;
      result.last_end = offset + 64 - (size_t)__builtin_clzll(ended);
    }
    scan->lines += line_count(line_feeds, carriage_returns, scan->after_carriage_return);
    const uint64_t last = valid ^ (valid >> 1);
    scan->after_terminator = after_terminator;
    scan->after_carriage_return = (carriage_returns & last) != 0;
  }
  result.consumed = length;
  if (result.last_end > 0 && bytes[result.last_end - 1] == '\r' && result.last_end < length
      && bytes[result.last_end] == '\n') {
    result.last_end++;
  }
  return result;
}

TARGET static size_t FUNCTION(index_csv)(
  const uint8_t *bytes, size_t length, uint8_t delimiter, uint32_t *ends) {
  millrace_record_scan scan = millrace_record_scan_start(delimiter);
  uint32_t *next = ends;
  for (size_t offset = 0; offset < length; offset += 64) {
    const size_t rest = length - offset;
    const uint64_t valid = rest >= 64 ? ~0ULL : (1ULL << rest) - 1;
    const uint64_t line_feeds = EQUAL64(bytes + offset, '\n') & valid;
    const uint64_t carriage_returns = EQUAL64(bytes + offset, '\r') & valid;
    uint64_t separators, terminators;
    FUNCTION(csv_word)(&scan, bytes + offset, valid, &separators, &terminators, line_feeds, carriage_returns);
    const uint64_t ended = csv_ends(&scan, terminators, valid, &scan.after_terminator);
    for (uint64_t bits = separators | ended; bits; bits &= bits - 1) {
      const uint32_t position = (uint32_t)__builtin_ctzll(bits);
      *next++ = (uint32_t)(offset + position) | (uint32_t)(ended >> position & 1) << 31;
    }
  }
  const bool is_cut = next > ends && !(next[-1] & MILLRACE_RECORD_END);
  if (is_cut || has_content_behind(bytes, length, next > ends ? next[-1] & ~MILLRACE_RECORD_END : 0)) {
    *next++ = (uint32_t)length | MILLRACE_RECORD_END;
  }
  return (size_t)(next - ends);
}
