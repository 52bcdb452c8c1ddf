// tests/tsan/absl_happens_before.cc
//
// What the thread sanitizer must know of Abseil's locks: Debian's Abseil is not
// compiled for it, so that it would take all that they guard for a race.
//
// A definition in the program comes before the one in a shared library, also
// for what other libraries call: these tell the sanitizer, and have the library
// do the work. Linked into every test of the tsan preset.
//
// Not seen: Notification::HasBeenNotified(), which is inline.
//
// Threads  as Abseil's own.
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"

namespace {

constexpr unsigned kWrite = 0;
constexpr unsigned kRead = __tsan_mutex_read_lock;

// Where a member function that is not virtual begins.
template <typename Member>
void* AddressOf(Member member) {
  void* address = nullptr;
  std::memcpy(&address, &member, sizeof(address));
  return address;
}

// The library's function of the same name as `mine`.
void* LibrarysOf(void* mine) {
  Dl_info info;
  void* found = nullptr;
  if (dladdr(mine, &info) != 0 && info.dli_sname != nullptr) {
    found = dlsym(RTLD_NEXT, info.dli_sname);
  }
  if (found != nullptr) return found;
  std::fputs("absl_happens_before: a function of Abseil is not where it was\n", stderr);
  std::abort();
}

// The library's function behind `Mine`, called as what it is on this platform:
// a function of the object and the arguments.
template <auto Mine, typename Result, typename Object, typename... Arguments>
Result Librarys(Object* object, Arguments... arguments) {
  using Function = Result (*)(Object*, Arguments...);
  static const auto kFunction = reinterpret_cast<Function>(LibrarysOf(AddressOf(Mine)));
  return kFunction(object, arguments...);
}

// A lock is taken for as long as the library waits for it.
class Taking {
 public:
  Taking(void* mutex, unsigned how) : mutex_(mutex), how_(how) {
    __tsan_mutex_pre_lock(mutex_, how_);
  }
  ~Taking() { __tsan_mutex_post_lock(mutex_, how_, 0); }
  Taking(const Taking&) = delete;
  Taking& operator=(const Taking&) = delete;

 private:
  void* const mutex_;
  const unsigned how_;
};

bool Tried(void* mutex, unsigned how, bool taken) {
  how |= __tsan_mutex_try_lock;
  __tsan_mutex_pre_lock(mutex, how);
  __tsan_mutex_post_lock(mutex, how | (taken ? 0 : __tsan_mutex_try_lock_failed), 0);
  return taken;
}

void LetGo(void* mutex, unsigned how) {
  __tsan_mutex_pre_unlock(mutex, how);
  __tsan_mutex_post_unlock(mutex, how);
}

// While a thread waits, it does not hold the lock.
class Waiting {
 public:
  explicit Waiting(void* mutex) : mutex_(mutex) { LetGo(mutex_, kWrite); }
  ~Waiting() { Taking again(mutex_, kWrite); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  void* const mutex_;
};

}  // namespace

namespace absl {
ABSL_NAMESPACE_BEGIN

void Mutex::Lock() {
  Taking taking(this, kWrite);
  Librarys<&Mutex::Lock, void>(this);
}

void Mutex::Unlock() {
  LetGo(this, kWrite);
  Librarys<&Mutex::Unlock, void>(this);
}

bool Mutex::TryLock() { return Tried(this, kWrite, Librarys<&Mutex::TryLock, bool>(this)); }

void Mutex::ReaderLock() {
  Taking taking(this, kRead);
  Librarys<&Mutex::ReaderLock, void>(this);
}

void Mutex::ReaderUnlock() {
  LetGo(this, kRead);
  Librarys<&Mutex::ReaderUnlock, void>(this);
}

bool Mutex::ReaderTryLock() {
  return Tried(this, kRead, Librarys<&Mutex::ReaderTryLock, bool>(this));
}

void Mutex::LockWhen(const Condition& condition) {
  Taking taking(this, kWrite);
  Librarys<&Mutex::LockWhen, void, Mutex, const Condition&>(this, condition);
}

bool Mutex::LockWhenWithTimeout(const Condition& condition, Duration timeout) {
  Taking taking(this, kWrite);
  return Librarys<&Mutex::LockWhenWithTimeout, bool, Mutex, const Condition&, Duration>(
      this, condition, timeout);
}

bool Mutex::LockWhenWithDeadline(const Condition& condition, Time deadline) {
  Taking taking(this, kWrite);
  return Librarys<&Mutex::LockWhenWithDeadline, bool, Mutex, const Condition&, Time>(
      this, condition, deadline);
}

void Mutex::Await(const Condition& condition) {
  Waiting waiting(this);
  Librarys<&Mutex::Await, void, Mutex, const Condition&>(this, condition);
}

bool Mutex::AwaitWithTimeout(const Condition& condition, Duration timeout) {
  Waiting waiting(this);
  return Librarys<&Mutex::AwaitWithTimeout, bool, Mutex, const Condition&, Duration>(
      this, condition, timeout);
}

bool Mutex::AwaitWithDeadline(const Condition& condition, Time deadline) {
  Waiting waiting(this);
  return Librarys<&Mutex::AwaitWithDeadline, bool, Mutex, const Condition&, Time>(this, condition,
                                                                                  deadline);
}

void CondVar::Wait(Mutex* mutex) {
  Waiting waiting(mutex);
  Librarys<&CondVar::Wait, void, CondVar, Mutex*>(this, mutex);
}

bool CondVar::WaitWithTimeout(Mutex* mutex, Duration timeout) {
  Waiting waiting(mutex);
  return Librarys<&CondVar::WaitWithTimeout, bool, CondVar, Mutex*, Duration>(this, mutex, timeout);
}

bool CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  Waiting waiting(mutex);
  return Librarys<&CondVar::WaitWithDeadline, bool, CondVar, Mutex*, Time>(this, mutex, deadline);
}

void Notification::Notify() {
  __tsan_release(this);
  Librarys<&Notification::Notify, void>(this);
}

void Notification::WaitForNotification() const {
  Librarys<&Notification::WaitForNotification, void>(this);
  __tsan_acquire(const_cast<Notification*>(this));
}

bool Notification::WaitForNotificationWithTimeout(Duration timeout) const {
  const bool notified =
      Librarys<&Notification::WaitForNotificationWithTimeout, bool, const Notification, Duration>(
          this, timeout);
  if (notified) __tsan_acquire(const_cast<Notification*>(this));
  return notified;
}

bool BlockingCounter::DecrementCount() {
  __tsan_release(this);
  return Librarys<&BlockingCounter::DecrementCount, bool>(this);
}

void BlockingCounter::Wait() {
  Librarys<&BlockingCounter::Wait, void>(this);
  __tsan_acquire(this);
}

ABSL_NAMESPACE_END
}  // namespace absl
