#ifndef MILLRACE_SIMDJSON_H
#define MILLRACE_SIMDJSON_H

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes that must be readable behind a document handed to simdjson.
int millrace_json_padding(void);

#ifdef __cplusplus
}
#endif
#endif
