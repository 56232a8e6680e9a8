// The walk over one JSON object, included twice: for AVX2 and for the portable path. Define FUNCTION(name) and TARGET.

TARGET MILLRACE_INLINE void FUNCTION(skip_space)(cursor *c) {
  while (c->at < c->end) {
    const uint8_t byte = c->bytes[c->at];
    if (byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r') return;
    c->at++;
  }
}

/// Behind the opening quote; ends behind the closing one.
TARGET static bool FUNCTION(skip_string)(cursor *c, bool *has_escapes) {
  *has_escapes = false;
  while (true) {
    c->at += FUNCTION(json_run)(c->bytes + c->at, c->end - c->at);
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

TARGET static bool FUNCTION(skip_number)(cursor *c) {
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

TARGET static bool FUNCTION(skip_word)(cursor *c, const char *word, size_t length) {
  if (c->end - c->at < length || memcmp(c->bytes + c->at, word, length) != 0) {
    return fail(c, "not a JSON value (true, false, null, a number, a string, an object or an array)");
  }
  c->at += length;
  return true;
}

/// A value that is no container, at its first byte.
TARGET MILLRACE_INLINE bool FUNCTION(skip_scalar)(cursor *c, uint8_t *kind, bool *has_escapes) {
  *has_escapes = false;
  switch (c->bytes[c->at]) {
    case '"':
      *kind = MILLRACE_STRING;
      c->at++;
      return FUNCTION(skip_string)(c, has_escapes);
    case 't':
      *kind = MILLRACE_TRUE;
      return FUNCTION(skip_word)(c, "true", 4);
    case 'f':
      *kind = MILLRACE_FALSE;
      return FUNCTION(skip_word)(c, "false", 5);
    case 'n':
      *kind = MILLRACE_NULL;
      return FUNCTION(skip_word)(c, "null", 4);
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
      *kind = MILLRACE_NUMBER;
      return FUNCTION(skip_number)(c);
    default:
      return fail(c, "not a JSON value (true, false, null, a number, a string, an object or an array)");
  }
}

/// The colon behind a key, and the space around it.
TARGET MILLRACE_INLINE bool FUNCTION(skip_colon)(cursor *c) {
  FUNCTION(skip_space)(c);
  if (c->at >= c->end || c->bytes[c->at] != ':') return fail(c, "a colon should follow the key");
  c->at++;
  FUNCTION(skip_space)(c);
  return true;
}

/// Whether the key of an earlier member stands here again, with its quotes.
TARGET MILLRACE_INLINE bool FUNCTION(is_same_key)(const cursor *c, const millrace_member *member) {
  const size_t length = member->key_length + 2;
  return !member->key_has_escapes && c->end - c->at >= length
         && FUNCTION(is_equal)(c->bytes + c->at, c->bytes + member->key_start - 1, length);
}

/// A key with its colon, at its opening quote or at what stands in its place.
TARGET MILLRACE_INLINE bool FUNCTION(skip_key)(cursor *c, uint32_t *length, bool *has_escapes) {
  if (c->at >= c->end || c->bytes[c->at] != '"') return fail(c, "a key in quotes should stand here");
  c->at++;
  const size_t start = c->at;
  if (!FUNCTION(skip_string)(c, has_escapes)) return false;
  *length = (uint32_t)(c->at - 1 - start);
  return FUNCTION(skip_colon)(c);
}

/// A container at its opening bracket, with all it holds; a bit a level says whether it is an object.
TARGET static bool FUNCTION(skip_container)(cursor *c) {
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
      FUNCTION(skip_space)(c);
      if (c->at < c->end && c->bytes[c->at] == (byte == '{' ? '}' : ']')) {
        // Empty: fall through to its closing bracket.
      } else {
        if (byte == '{' && !FUNCTION(skip_key)(c, &key_length, &key_has_escapes)) return false;
        continue;
      }
    } else {
      uint8_t kind;
      bool has_escapes;
      if (!FUNCTION(skip_scalar)(c, &kind, &has_escapes)) return false;
    }
    // Behind a value, or at the closing bracket of an empty container.
    while (true) {
      FUNCTION(skip_space)(c);
      if (c->at >= c->end) return fail(c, "a bracket is not closed");
      const bool object = is_object[(depth - 1) / 64] >> ((depth - 1) % 64) & 1;
      const uint8_t next = c->bytes[c->at];
      if (next == (object ? '}' : ']')) {
        c->at++;
        if (--depth == 0) return true;
      } else if (next == ',') {
        c->at++;
        FUNCTION(skip_space)(c);
        if (object && !FUNCTION(skip_key)(c, &key_length, &key_has_escapes)) return false;
        break;
      } else {
        return fail(c, object ? "a comma or } should stand here" : "a comma or ] should stand here");
      }
    }
  }
}

/// The members of the object, or the elements of the array, that the cursor stands at.
///
/// The first `known` of the members still tell of an earlier object in the same bytes. Rows mostly have the same keys in
/// the same order: a key that is there again is found by comparison, and need not be looked through.
TARGET static int64_t FUNCTION(index_members)(
  cursor *c, millrace_member *members, size_t known, size_t room, bool is_object, bool *keys_are_known) {
  size_t count = 0;
  bool all_known = true;
  const uint8_t *bytes = c->bytes;
  const uint8_t closing = is_object ? '}' : ']';
  c->at++;
  FUNCTION(skip_space)(c);
  *keys_are_known = false;
  if (c->at < c->end && bytes[c->at] == closing) return 0;
  while (true) {
    if (count == room) return -2;
    millrace_member *member = &members[count];
    if (!is_object) {
      member->key_start = member->key_length = 0;
      member->key_has_escapes = false;
    } else if (count < known && FUNCTION(is_same_key)(c, member)) {
      member->key_start = (uint32_t)c->at + 1;
      c->at += member->key_length + 2;
      if (!FUNCTION(skip_colon)(c)) return -1;
    } else {
      all_known = false;
      member->key_start = (uint32_t)c->at + 1;
      if (!FUNCTION(skip_key)(c, &member->key_length, &member->key_has_escapes)) return -1;
    }
    if (c->at >= c->end) {
      fail(c, "a value should stand here");
      return -1;
    }
    const size_t value = c->at;
    if (bytes[value] == '{' || bytes[value] == '[') {
      member->kind = bytes[value] == '{' ? MILLRACE_OBJECT : MILLRACE_ARRAY;
      member->value_has_escapes = false;
      if (!FUNCTION(skip_container)(c)) return -1;
    } else if (!FUNCTION(skip_scalar)(c, &member->kind, &member->value_has_escapes)) {
      return -1;
    }
    const uint32_t quote = member->kind == MILLRACE_STRING;
    member->value_start = (uint32_t)value + quote;
    member->value_length = (uint32_t)(c->at - value) - 2 * quote;
    count++;
    FUNCTION(skip_space)(c);
    if (c->at < c->end && bytes[c->at] == ',') {
      c->at++;
      FUNCTION(skip_space)(c);
    } else if (c->at < c->end && bytes[c->at] == closing) {
      *keys_are_known = all_known && count == known;
      return (int64_t)count;
    } else {
      fail(c, is_object ? "a comma or } should stand here" : "a comma or ] should stand here");
      return -1;
    }
  }
}

TARGET static millrace_object_result FUNCTION(index_object)(
  const uint8_t *bytes, size_t start, size_t end, millrace_member *members, size_t known, size_t room) {
  cursor c = {bytes, start, end, 0};
  millrace_object_result result = {-1, false, 0, 0, 0};
  FUNCTION(skip_space)(&c);
  if (c.at >= end || bytes[c.at] != '{') {
    c.error = "a record is a JSON object: { should stand here";
  } else {
    result.members = FUNCTION(index_members)(&c, members, known, room, true, &result.keys_are_known);
    if (result.members >= 0) {
      result.close = c.at;
      c.at++;
      FUNCTION(skip_space)(&c);
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
