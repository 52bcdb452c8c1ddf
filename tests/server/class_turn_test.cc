#include "server/class_turn.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "server/translation_pool.h"

namespace binnacle::server {
namespace {

TEST_CASE("who finds the turn taken is called once it is free") {
  auto turn = std::make_shared<ClassTurn>();
  int called = 0;
  {
    auto first = turn->Take(nullptr);
    REQUIRE(first.has_value());
    CHECK_FALSE(turn->Take([&] { ++called; }).has_value());
    CHECK_FALSE(turn->Take([&] { ++called; }).has_value());
    CHECK(called == 0);
  }
  CHECK(called == 2);
  CHECK(turn->Take(nullptr).has_value());
}

// A stream that needs the turn to get on.
struct Proxy : std::enable_shared_from_this<Proxy> {
  Proxy(TranslationPool& pool, std::shared_ptr<ClassTurn> the_turn)
      : strand(std::make_shared<Strand>(pool)), turn(std::move(the_turn)) {}

  void Post() {
    strand->Post([self = shared_from_this()] { self->Pump(); });
  }
  void Pump() {
    const auto held = turn->Take([self = shared_from_this()] { self->Post(); });
    if (held.has_value()) work();
  }

  const std::shared_ptr<Strand> strand;
  const std::shared_ptr<ClassTurn> turn;
  std::function<void()> work;
};

TEST_CASE("a class that takes long holds one thread, however many of its proxies wait") {
  TranslationPool pool(2);
  auto turn = std::make_shared<ClassTurn>();
  absl::Notification begun, end;
  std::atomic<int> made{0};
  constexpr int kProxies = 50;
  absl::BlockingCounter all(kProxies);
  for (int i = 0; i < kProxies; ++i) {
    auto proxy = std::make_shared<Proxy>(pool, turn);
    proxy->work = [&] {
      if (made++ == 0) {
        begun.Notify();
        end.WaitForNotification();  // a long translation
      }
      all.DecrementCount();
    };
    proxy->Post();
  }
  begun.WaitForNotification();
  // The other thread is there for others.
  absl::Notification served;
  std::make_shared<Strand>(pool)->Post([&] { served.Notify(); });
  CHECK(served.WaitForNotificationWithTimeout(absl::Seconds(20)));
  end.Notify();
  all.Wait();
  CHECK(made == kProxies);
  pool.Stop();
}

}  // namespace
}  // namespace binnacle::server
