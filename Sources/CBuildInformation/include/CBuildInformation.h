#ifndef MILLRACE_BUILD_INFORMATION_H
#define MILLRACE_BUILD_INFORMATION_H
/// The git commit of the build, "+changes" behind it when the tree was not clean, or "unknown".
const char *_Nonnull millrace_build_commit(void);
#endif
