// A second context beside the addon's, with one thread: small operations are done sooner than TensorFlow's other threads
// wake (a training step at batch 16: half the time). A tensor on the CPU belongs to no context, so both share them all.
// The linker sends the addon's calls of these functions here (--wrap).
#include "contexts.h"

#include <cstring>
#include <mutex>

#include "blocked_signals.h"

namespace tensorflow {

// TensorFlow's own, named as it is there: whether a new context takes the threads that the first one started.
class LocalDevice {
 public:
  static bool use_global_threadpool_;
};

}  // namespace tensorflow

namespace {

// An addon has one of each in each thread that loads it.
thread_local TFE_Context* context = nullptr;
thread_local TFE_Context* one_thread_context = nullptr;

std::mutex making;

}  // namespace

extern "C" {

TFE_Context* __real_TFE_NewContext(const TFE_ContextOptions*, TF_Status*);
TFE_Context* __wrap_TFE_NewContext(const TFE_ContextOptions* options, TF_Status* status) {
  const BlockedSignals blocked;
  const std::lock_guard<std::mutex> lock(making);
  return context = __real_TFE_NewContext(options, status);
}

}  // extern "C"

namespace {

// Only threads inside an operation are limited: with one for those between operations too, each call waits for it.
TFE_Context* new_one_thread_context() {
  const BlockedSignals blocked;
  const std::lock_guard<std::mutex> lock(making);
  TF_Status* status = TF_NewStatus();
  TFE_ContextOptions* options = TFE_NewContextOptions();
  const unsigned char config[] = {0x10, 1};  // a ConfigProto: field 2, intra_op_parallelism_threads, is 1
  TFE_ContextOptionsSetConfig(options, config, sizeof config, status);
  tensorflow::LocalDevice::use_global_threadpool_ = false;
  TFE_Context* made = __real_TFE_NewContext(options, status);
  tensorflow::LocalDevice::use_global_threadpool_ = true;
  TFE_DeleteContextOptions(options);
  TF_DeleteStatus(status);
  return made;
}

}  // namespace

extern "C" {

// The addon's own where there is no other: slower, not wrong.
__attribute__((visibility("default"))) TFE_Context* flatland_context_of(const char* operation) {
  const bool wants_one_thread = std::strncmp(operation, "one_thread_", 11) == 0;
  if (!wants_one_thread) return context;
  if (one_thread_context == nullptr) one_thread_context = new_one_thread_context();
  return one_thread_context == nullptr ? context : one_thread_context;
}

TFE_Op* __real_TFE_NewOp(TFE_Context*, const char*, TF_Status*);
TFE_Op* __wrap_TFE_NewOp(TFE_Context*, const char* operation, TF_Status* status) {
  return __real_TFE_NewOp(flatland_context_of(operation), operation, status);
}

}  // extern "C"
