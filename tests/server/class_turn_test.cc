#include "server/class_turn.h"

#include <atomic>
#include <catch2/catch.hpp>

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

TEST_CASE("a class that takes long holds one thread, however many of its proxies wait") {
  TranslationPool pool(2);
  auto turn = std::make_shared<ClassTurn>();
  absl::Notification begun, end;
  std::atomic<int> made{0};
  constexpr int kProxies = 50;
  absl::BlockingCounter all(kProxies);
  for (int i = 0; i < kProxies; ++i) {
    auto strand = std::make_shared<Strand>(pool);
    auto work = std::make_shared<std::function<void()>>();
    *work = [&, strand, work] {
      const auto held = turn->Take([strand, work] { strand->Post([work] { (*work)(); }); });
      if (!held.has_value()) return;
      if (made++ == 0) {
        begun.Notify();
        end.WaitForNotification();  // a long translation
      }
      all.DecrementCount();
    };
    strand->Post([work] { (*work)(); });
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
