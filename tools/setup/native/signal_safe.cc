// oneDNN's matrix products, compiled at run time, keep their buffer in the stack pointer: a signal handler that runs
// meanwhile writes its frame over the heap beside the buffer. So no signal is handled inside an operation: it waits
// until the operation ends. Threads that TensorFlow starts inherit the mask for good. The linker sends the addon's
// calls of these functions here (--wrap).
#include <pthread.h>
#include <signal.h>

#include <initializer_list>

#include "tensorflow/c/eager/c_api.h"

namespace {

class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    sigfillset(&all);
    // What the processor itself raises must not wait: the kernel would end the process without a word.
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT}) sigdelset(&all, fault);
    pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t before_;
};

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
