// TensorFlow without signals: see blocked_signals.h. The linker sends the addon's calls of these functions here (--wrap).
#include "blocked_signals.h"
#include "tensorflow/c/eager/c_api.h"

namespace {

// An addon has one context in each thread that loads it.
thread_local TFE_Context* context = nullptr;

}  // namespace

extern "C" {

TFE_Context* __real_TFE_NewContext(const TFE_ContextOptions*, TF_Status*);
TFE_Context* __wrap_TFE_NewContext(const TFE_ContextOptions* options, TF_Status* status) {
  const BlockedSignals blocked;
  return context = __real_TFE_NewContext(options, status);
}

// For graph_functions.cc, which has no other way to it.
__attribute__((visibility("default"))) TFE_Context* flatland_context() { return context; }

void __real_TFE_Execute(TFE_Op*, TFE_TensorHandle**, int*, TF_Status*);
void __wrap_TFE_Execute(TFE_Op* op, TFE_TensorHandle** results, int* count, TF_Status* status) {
  const BlockedSignals blocked;
  __real_TFE_Execute(op, results, count, status);
}

}  // extern "C"
