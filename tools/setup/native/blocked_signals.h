// oneDNN's matrix products, compiled at run time, keep their buffer in the stack pointer: a signal handler that runs
// meanwhile writes its frame over the heap beside the buffer. So no signal is handled inside an operation: it waits
// until the operation ends. Threads that start meanwhile inherit the mask for good.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <initializer_list>

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
