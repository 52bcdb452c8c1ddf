// translator/lazy.h
//
// A value that is found when first asked for, and then kept.
//
// Threads  Get() may be called from several threads at once: each may find the
//          value, one is kept.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

namespace binnacle::translator {

template <typename Value>
class Lazy {
 public:
  Lazy() = default;
  ~Lazy() { std::unique_ptr<const Value>(value_.load()); }
  Lazy(const Lazy&) = delete;
  Lazy& operator=(const Lazy&) = delete;

  template <typename Find>
  const Value& Get(Find find) const {
    if (const Value* known = value_.load(std::memory_order_acquire)) return *known;
    auto found = std::make_unique<const Value>(find());
    const Value* known = nullptr;
    if (value_.compare_exchange_strong(known, found.get(), std::memory_order_acq_rel)) {
      return *found.release();
    }
    return *known;  // another thread was faster
  }

 private:
  mutable std::atomic<const Value*> value_ = nullptr;  // owned
};

}  // namespace binnacle::translator
