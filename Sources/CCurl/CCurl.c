#define _GNU_SOURCE
// The number of CURLOPT_PROTOCOLS, which libcurl before 7.85 needs.
#define CURL_DISABLE_DEPRECATION
#include "CCurl.h"

#include <CDynamicLibrary.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

// Each entry has the type of the function that curl's header declares; naming it there makes no reference to the library.
#define FUNCTIONS(each) \
  each(curl_global_init) \
  each(curl_easy_init) \
  each(curl_easy_cleanup) \
  each(curl_easy_setopt) \
  each(curl_easy_getinfo) \
  each(curl_easy_perform) \
  each(curl_easy_strerror) \
  each(curl_multi_init) \
  each(curl_multi_cleanup) \
  each(curl_multi_add_handle) \
  each(curl_multi_remove_handle) \
  each(curl_multi_perform) \
  each(curl_multi_poll) \
  each(curl_multi_wakeup) \
  each(curl_multi_info_read) \
  each(curl_slist_append) \
  each(curl_slist_free_all) \
  each(curl_url) \
  each(curl_url_cleanup) \
  each(curl_url_set) \
  each(curl_url_get) \
  each(curl_free) \
  each(curl_getdate)

// The header has macros of the names of three of them, which would check the types of arguments that come later.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#define MEMBER(name) __typeof__(&name) name;
static struct { FUNCTIONS(MEMBER) } library;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char reason[512];

// libcurl starts OpenSSL, which tears itself down when the process exits, under threads that still use it. The first call
// decides; a libcurl on another TLS library has no such function.
static void keep_openssl_until_the_end(void *handle) {
  const uint64_t no_exit_handler = 0x00080000;  // OPENSSL_INIT_NO_ATEXIT
  int (*start)(uint64_t, const void *) = (int (*)(uint64_t, const void *))dlsym(handle, "OPENSSL_init_crypto");
  if (start) start(no_exit_handler, NULL);
}

static void open_library(void) {
#define FIND(name) {#name, (void **)&library.name},
  static const struct millrace_function functions[] = {FUNCTIONS(FIND)};
  void *handle = millrace_open_library(
    "libcurl.so.4", "7.68", functions, sizeof functions / sizeof *functions, reason, sizeof reason);
  if (!handle) return;
  keep_openssl_until_the_end(handle);
  CURLcode code = library.curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) snprintf(reason, sizeof reason, "libcurl.so.4: %s", library.curl_easy_strerror(code));
}

const char *millrace_curl_open(void) {
  pthread_once(&once, open_library);
  return reason[0] ? reason : NULL;
}

CURL *millrace_curl_easy_init(void) { return library.curl_easy_init(); }
void millrace_curl_easy_cleanup(CURL *easy) { library.curl_easy_cleanup(easy); }

CURLcode millrace_curl_set_long(CURL *easy, CURLoption option, long value) {
  return library.curl_easy_setopt(easy, option, value);
}

CURLcode millrace_curl_set_pointer(CURL *easy, CURLoption option, const void *value) {
  return library.curl_easy_setopt(easy, option, value);
}

CURLcode millrace_curl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
  return library.curl_easy_setopt(easy, option, value);
}

CURLcode millrace_curl_set_data_callback(CURL *easy, CURLoption option, curl_write_callback callback) {
  return library.curl_easy_setopt(easy, option, callback);
}

CURLcode millrace_curl_set_request_callback(CURL *easy, curl_prereq_callback callback) {
  return library.curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
}

// Options by their numbers, which never change: the header may be older than the library that is found.
static const CURLoption protocols_by_name = CURLOPTTYPE_OBJECTPOINT + 318;  // CURLOPT_PROTOCOLS_STR, 7.85
static const CURLoption quick_exit = CURLOPTTYPE_LONG + 322;                // CURLOPT_QUICK_EXIT, 7.87

CURLcode millrace_curl_allow_http_alone(CURL *easy) {
  CURLcode code = library.curl_easy_setopt(easy, protocols_by_name, "http,https");
  if (code != CURLE_UNKNOWN_OPTION) return code;
  return library.curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
}

struct unsent {
  const char *text;
  size_t length;
};

static size_t read_mail(char *buffer, size_t size, size_t count, void *source) {
  struct unsent *rest = source;
  size_t length = size * count < rest->length ? size * count : rest->length;
  memcpy(buffer, rest->text, length);
  rest->text += length;
  rest->length -= length;
  return length;
}

static CURLcode set_mail_options(CURL *easy, const struct millrace_mail *mail, struct curl_slist *recipients) {
  CURLcode code = library.curl_easy_setopt(easy, protocols_by_name, "smtp,smtps");
  if (code == CURLE_UNKNOWN_OPTION) {
    code = library.curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_SMTP | CURLPROTO_SMTPS));
  }
#define SET(option, value) \
  if (code == CURLE_OK) code = library.curl_easy_setopt(easy, option, value)
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_URL, mail->url);
  SET(CURLOPT_CONNECTTIMEOUT_MS, mail->milliseconds);
  SET(CURLOPT_TIMEOUT_MS, mail->milliseconds);
  SET(CURLOPT_USE_SSL, (long)(mail->requires_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  SET(CURLOPT_SSL_VERIFYPEER, 1L);
  SET(CURLOPT_SSL_VERIFYHOST, 2L);
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  if (mail->authority_file) SET(CURLOPT_CAINFO, mail->authority_file);
  if (mail->authority_folder) SET(CURLOPT_CAPATH, mail->authority_folder);
  if (mail->user) SET(CURLOPT_USERNAME, mail->user);
  if (mail->password) SET(CURLOPT_PASSWORD, mail->password);
  SET(CURLOPT_MAIL_FROM, mail->sender);
  SET(CURLOPT_MAIL_RCPT, recipients);
  SET(CURLOPT_UPLOAD, 1L);
  SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)mail->length);
  return code;
}

CURLcode millrace_curl_send_mail(const struct millrace_mail *mail, char *error, long *status) {
  *status = 0;
  error[0] = 0;
  struct unsent unsent = {mail->text, mail->length};
  struct curl_slist *recipients = NULL;
  CURL *easy = library.curl_easy_init();
  CURLcode code = easy ? CURLE_OK : CURLE_OUT_OF_MEMORY;
  for (const char *const *next = mail->recipients; code == CURLE_OK && *next; next++) {
    struct curl_slist *longer = library.curl_slist_append(recipients, *next);
    if (longer) recipients = longer;
    else code = CURLE_OUT_OF_MEMORY;
  }
  if (code == CURLE_OK) code = set_mail_options(easy, mail, recipients);
  SET(CURLOPT_ERRORBUFFER, error);
  SET(CURLOPT_READFUNCTION, read_mail);
  SET(CURLOPT_READDATA, &unsent);
  if (code == CURLE_OK) {
    millrace_curl_leave_lookups(easy);
    code = library.curl_easy_perform(easy);
    library.curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, status);
  }
  if (easy) library.curl_easy_cleanup(easy);
  library.curl_slist_free_all(recipients);
  return code;
}

void millrace_curl_leave_lookups(CURL *easy) { library.curl_easy_setopt(easy, quick_exit, 1L); }

CURLcode millrace_curl_get_long(CURL *easy, CURLINFO info, long *value) {
  return library.curl_easy_getinfo(easy, info, value);
}

CURLcode millrace_curl_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
  return library.curl_easy_getinfo(easy, info, value);
}

const char *millrace_curl_easy_text(CURLcode code) { return library.curl_easy_strerror(code); }

CURLM *millrace_curl_multi_init(void) { return library.curl_multi_init(); }
CURLMcode millrace_curl_multi_cleanup(CURLM *multi) { return library.curl_multi_cleanup(multi); }
CURLMcode millrace_curl_multi_add(CURLM *multi, CURL *easy) { return library.curl_multi_add_handle(multi, easy); }
CURLMcode millrace_curl_multi_remove(CURLM *multi, CURL *easy) { return library.curl_multi_remove_handle(multi, easy); }

CURLMcode millrace_curl_multi_perform(CURLM *multi) {
  int running;
  return library.curl_multi_perform(multi, &running);
}

CURLMcode millrace_curl_multi_poll(CURLM *multi, int milliseconds) {
  return library.curl_multi_poll(multi, NULL, 0, milliseconds, NULL);
}

CURLMcode millrace_curl_multi_wakeup(CURLM *multi) { return library.curl_multi_wakeup(multi); }

CURL *millrace_curl_multi_ended(CURLM *multi, CURLcode *code) {
  int left;
  CURLMsg *message;
  while ((message = library.curl_multi_info_read(multi, &left))) {
    if (message->msg != CURLMSG_DONE) continue;
    *code = message->data.result;
    return message->easy_handle;
  }
  return NULL;
}

struct curl_slist *millrace_curl_list_append(struct curl_slist *list, const char *text) {
  return library.curl_slist_append(list, text);
}

void millrace_curl_list_free(struct curl_slist *list) { library.curl_slist_free_all(list); }

CURLU *millrace_curl_url(void) { return library.curl_url(); }
void millrace_curl_url_cleanup(CURLU *url) { library.curl_url_cleanup(url); }

CURLUcode millrace_curl_url_set(CURLU *url, CURLUPart part, const char *text, unsigned int flags) {
  return library.curl_url_set(url, part, text, flags);
}

CURLUcode millrace_curl_url_get(const CURLU *url, CURLUPart part, char **text, unsigned int flags) {
  // libcurl before 8 declares the handle without const.
  return library.curl_url_get((CURLU *)url, part, text, flags);
}

void millrace_curl_free(void *memory) { library.curl_free(memory); }

time_t millrace_curl_date(const char *text) { return library.curl_getdate(text, NULL); }
