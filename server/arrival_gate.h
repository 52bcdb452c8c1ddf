// server/arrival_gate.h
//
// Lets streams that have just come say their first word a few at a time.
//
// When thousands of proxies come back at once, each first request names all that
// its proxy holds: hundreds of kilobytes. Nobody is refused; who waits here has
// not been read yet, so gRPC's flow control leaves what it says with the proxy.
//
// Threads  safe to call from any thread; nothing here blocks.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace binnacle::server {

class ArrivalGate {
 public:
  explicit ArrivalGate(size_t places) : free_(places) {}

  // Given back when it goes.
  class Place {
   public:
    Place() = default;
    explicit Place(ArrivalGate* gate) : gate_(gate) {}
    Place(Place&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(gate_, other.gate_);
      return *this;
    }
    ~Place() { Release(); }

    void Release() {
      if (gate_ != nullptr) std::exchange(gate_, nullptr)->Leave();
    }

   private:
    ArrivalGate* gate_ = nullptr;  // outlives it
  };

  // Calls `go` once there is a place, in the order of coming: now, or from
  // whoever gives one back. It ought to do no more than post a task.
  void Enter(std::function<void(Place)> go) ABSL_LOCKS_EXCLUDED(mu_);

  size_t waiting() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Leave() ABSL_LOCKS_EXCLUDED(mu_);

  mutable absl::Mutex mu_;
  size_t free_ ABSL_GUARDED_BY(mu_);
  bool letting_in_ ABSL_GUARDED_BY(mu_) = false;
  std::deque<std::function<void(Place)>> waiting_ ABSL_GUARDED_BY(mu_);
};

}  // namespace binnacle::server
