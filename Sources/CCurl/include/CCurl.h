/// libcurl, opened when the first request is made: nothing is linked to it, and a run without a request never loads it.
///
/// Every function but `millrace_curl_open` may be called only after that has returned NULL once. What takes variable
/// arguments in libcurl has here one function for each type of argument.
#ifndef MILLRACE_CURL_H
#define MILLRACE_CURL_H

#include <curl/curl.h>

/// Opens `libcurl.so.4` and starts it, at the first call; any thread may call. NULL when libcurl is ready, otherwise why
/// it is not, as text that stays valid.
const char *millrace_curl_open(void);

CURL *millrace_curl_easy_init(void);
void millrace_curl_easy_cleanup(CURL *easy);
CURLcode millrace_curl_set_long(CURL *easy, CURLoption option, long value);
/// Takes texts, lists and pointers that libcurl hands on. libcurl copies texts, except CURLOPT_POSTFIELDS.
CURLcode millrace_curl_set_pointer(CURL *easy, CURLoption option, const void *value);
CURLcode millrace_curl_set_offset(CURL *easy, CURLoption option, curl_off_t value);
/// For CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION.
CURLcode millrace_curl_set_data_callback(CURL *easy, CURLoption option, curl_write_callback callback);
/// CURLOPT_PREREQFUNCTION (libcurl 7.80).
CURLcode millrace_curl_set_request_callback(CURL *easy, curl_prereq_callback callback);
/// Leaves no other protocols than http and https.
CURLcode millrace_curl_allow_http_alone(CURL *easy);
/// A transfer that ends while a name is looked up does not wait for the answer (libcurl 7.87; older ones wait).
void millrace_curl_leave_lookups(CURL *easy);
CURLcode millrace_curl_get_long(CURL *easy, CURLINFO info, long *value);
CURLcode millrace_curl_get_offset(CURL *easy, CURLINFO info, curl_off_t *value);
const char *millrace_curl_easy_text(CURLcode code);

/// A message and where it goes. Texts hold no line ends but those of the message itself, which are CR LF.
struct millrace_mail {
  /// `smtp://host:port` or `smtps://host:port`.
  const char *url;
  /// Null where the server asks for none.
  const char *user;
  const char *password;
  /// Fails rather than send anything in the clear.
  int requires_tls;
  /// Null for the system's.
  const char *authority_file;
  const char *authority_folder;
  /// `<name@host>`.
  const char *sender;
  /// Ended by a null pointer.
  const char *const *recipients;
  const char *text;
  size_t length;
  /// For all of it.
  long milliseconds;
};

/// Sends a mail on the calling thread. `error` has room for CURL_ERROR_SIZE bytes; `status` is the server's last reply, 0
/// for none.
CURLcode millrace_curl_send_mail(const struct millrace_mail *mail, char *error, long *status);

CURLM *millrace_curl_multi_init(void);
CURLMcode millrace_curl_multi_cleanup(CURLM *multi);
CURLMcode millrace_curl_multi_add(CURLM *multi, CURL *easy);
CURLMcode millrace_curl_multi_remove(CURLM *multi, CURL *easy);
CURLMcode millrace_curl_multi_perform(CURLM *multi);
CURLMcode millrace_curl_multi_poll(CURLM *multi, int milliseconds);
/// May be called by any thread.
CURLMcode millrace_curl_multi_wakeup(CURLM *multi);
/// A handle whose transfer has ended, and how; NULL when there is none.
CURL *millrace_curl_multi_ended(CURLM *multi, CURLcode *code);

/// NULL when there is no memory; `list` is then unchanged.
struct curl_slist *millrace_curl_list_append(struct curl_slist *list, const char *text);
void millrace_curl_list_free(struct curl_slist *list);

CURLU *millrace_curl_url(void);
void millrace_curl_url_cleanup(CURLU *url);
CURLUcode millrace_curl_url_set(CURLU *url, CURLUPart part, const char *text, unsigned int flags);
/// The text is the caller's, who gives it back to `millrace_curl_free`.
CURLUcode millrace_curl_url_get(const CURLU *url, CURLUPart part, char **text, unsigned int flags);
void millrace_curl_free(void *memory);

/// Seconds since 1970 of a date in any form of HTTP; -1 for what is none.
time_t millrace_curl_date(const char *text);

#endif
