#include "CRecordIndex.h"
