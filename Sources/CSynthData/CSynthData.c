#include "CSynthData.h"

// The compiler puts the files into the program's constants as they are: nothing is read, and no path is known, at run time.
// Readable bytes follow each, for copies of whole words.
#define PADDING 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0

static const unsigned char common[] = {
#embed "../synth-gen/Resources/common.txt" suffix(, PADDING)
};
static const unsigned char en_US[] = {
#embed "../synth-gen/Resources/locales/en_US.txt" suffix(, PADDING)
};
static const unsigned char en_GB[] = {
#embed "../synth-gen/Resources/locales/en_GB.txt" suffix(, PADDING)
};
static const unsigned char de_DE[] = {
#embed "../synth-gen/Resources/locales/de_DE.txt" suffix(, PADDING)
};
static const unsigned char fr_FR[] = {
#embed "../synth-gen/Resources/locales/fr_FR.txt" suffix(, PADDING)
};
static const unsigned char es_ES[] = {
#embed "../synth-gen/Resources/locales/es_ES.txt" suffix(, PADDING)
};
static const unsigned char it_IT[] = {
#embed "../synth-gen/Resources/locales/it_IT.txt" suffix(, PADDING)
};
static const unsigned char pt_BR[] = {
#embed "../synth-gen/Resources/locales/pt_BR.txt" suffix(, PADDING)
};
static const unsigned char nl_NL[] = {
#embed "../synth-gen/Resources/locales/nl_NL.txt" suffix(, PADDING)
};
static const unsigned char pl_PL[] = {
#embed "../synth-gen/Resources/locales/pl_PL.txt" suffix(, PADDING)
};
static const unsigned char ja_JP[] = {
#embed "../synth-gen/Resources/locales/ja_JP.txt" suffix(, PADDING)
};
static const unsigned char zh_CN[] = {
#embed "../synth-gen/Resources/locales/zh_CN.txt" suffix(, PADDING)
};

#include "templates.h"

#define RESOURCE(path, bytes) {path, bytes, sizeof bytes - 16}

static const struct MillraceResource resources[] = {
  RESOURCE("common.txt", common),
  RESOURCE("locales/en_US.txt", en_US),
  RESOURCE("locales/en_GB.txt", en_GB),
  RESOURCE("locales/de_DE.txt", de_DE),
  RESOURCE("locales/fr_FR.txt", fr_FR),
  RESOURCE("locales/es_ES.txt", es_ES),
  RESOURCE("locales/it_IT.txt", it_IT),
  RESOURCE("locales/pt_BR.txt", pt_BR),
  RESOURCE("locales/nl_NL.txt", nl_NL),
  RESOURCE("locales/pl_PL.txt", pl_PL),
  RESOURCE("locales/ja_JP.txt", ja_JP),
  RESOURCE("locales/zh_CN.txt", zh_CN),
  TEMPLATES
};

struct MillraceResource millrace_resource(size_t index) {
  static const struct MillraceResource none = {0, 0, 0};
  return index < sizeof resources / sizeof *resources ? resources[index] : none;
}
