// TensorFlow without signals: see blocked_signals.h. The linker sends the addon's calls of these functions here (--wrap).
#include "blocked_signals.h"
#include "tensorflow/c/eager/c_api.h"

extern "C" {

void __real_TFE_Execute(TFE_Op*, TFE_TensorHandle**, int*, TF_Status*);
void __wrap_TFE_Execute(TFE_Op* op, TFE_TensorHandle** results, int* count, TF_Status* status) {
  const BlockedSignals blocked;
  __real_TFE_Execute(op, results, count, status);
}

}  // extern "C"
