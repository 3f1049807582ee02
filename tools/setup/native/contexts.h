// TensorFlow's contexts of the first addon in this thread, for graph_functions.cc, which has no other way to them.
#pragma once

#include "tensorflow/c/eager/c_api.h"

// Of an operation of this name: functions whose names begin with "one_thread_" run in a context of one thread.
extern "C" TFE_Context* flatland_context_of(const char* operation);
