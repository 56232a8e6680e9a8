#include "CBuildInformation.h"

const char *millrace_build_commit(void) { return MILLRACE_COMMIT; }
