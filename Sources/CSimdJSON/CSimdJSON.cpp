#include "CSimdJSON.h"
#include <simdjson.h>

extern "C" int millrace_json_padding(void) { return simdjson::SIMDJSON_PADDING; }
