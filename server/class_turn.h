// server/class_turn.h
//
// Whose turn it is to translate for a class of proxies. Only one stream at a
// time makes what the class lacks; another that finds the turn taken gives its
// thread back, to classes that have other work, and comes again. Without this a
// class that takes long would keep every thread waiting for one.
//
// Threads  safe to call from any thread; nothing here blocks.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace binnacle::server {

class ClassTurn : public std::enable_shared_from_this<ClassTurn> {
 public:
  // Given back when it goes.
  class Held {
   public:
    Held() = default;
    explicit Held(std::shared_ptr<ClassTurn> turn) : turn_(std::move(turn)) {}
    Held(Held&& other) noexcept : turn_(std::exchange(other.turn_, nullptr)) {}
    Held& operator=(Held&& other) noexcept {
      std::swap(turn_, other.turn_);
      return *this;
    }
    ~Held() {
      if (turn_ != nullptr) turn_->GiveBack();
    }

   private:
    std::shared_ptr<ClassTurn> turn_;
  };

  // nullopt if it is taken: `then` is called, by who has it, once it is free,
  // and ought to do no more than post a task.
  std::optional<Held> Take(std::function<void()> then) ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void GiveBack() ABSL_LOCKS_EXCLUDED(mu_);

  absl::Mutex mu_;
  bool taken_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::function<void()>> waiting_ ABSL_GUARDED_BY(mu_);
};

}  // namespace binnacle::server
