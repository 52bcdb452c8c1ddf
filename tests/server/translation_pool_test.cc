#include "server/translation_pool.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"

namespace binnacle::server {
namespace {

TEST_CASE("a strand's tasks run one after another, in order") {
  TranslationPool pool(4);
  auto strand = std::make_shared<Strand>(pool);
  std::vector<int> order;
  std::atomic<int> running{0};
  absl::BlockingCounter done(1000);
  for (int i = 0; i < 1000; ++i) {
    strand->Post([&, i] {
      CHECK(running.fetch_add(1) == 0);
      order.push_back(i);
      --running;
      done.DecrementCount();
    });
  }
  done.Wait();
  for (int i = 0; i < 1000; ++i) REQUIRE(order[static_cast<size_t>(i)] == i);
}

TEST_CASE("a strand with much to do does not keep another waiting") {
  TranslationPool pool(1);
  auto busy = std::make_shared<Strand>(pool);
  auto other = std::make_shared<Strand>(pool);
  std::atomic<int> done_by_busy{0};
  int seen = -1;
  absl::Notification start, end;
  busy->Post([&] { start.WaitForNotification(); });
  for (int i = 0; i < 100; ++i) busy->Post([&] { ++done_by_busy; });
  other->Post([&] {
    seen = done_by_busy;
    end.Notify();
  });
  start.Notify();
  end.WaitForNotification();
  CHECK(seen < 10);
}

TEST_CASE("what is served and newcomers take turns, so that neither waits for all of the other") {
  TranslationPool pool(1);
  auto newcomer = std::make_shared<Strand>(pool, Lane::kNewcomer);
  auto grown_up = std::make_shared<Strand>(pool, Lane::kNewcomer);
  grown_up->set_lane(Lane::kServed);
  absl::Notification start;
  pool.Post([&] { start.WaitForNotification(); });
  std::string order;
  for (int i = 0; i < 5; ++i) pool.Post([&] { order += 'n'; }, Lane::kNewcomer);
  newcomer->Post([&] { order += 'N'; });
  for (int i = 0; i < 2; ++i) pool.Post([&] { order += 's'; });
  grown_up->Post([&] { order += 'S'; });
  start.Notify();
  pool.Stop();
  CHECK(order == "nsnsnSnnN");
}

TEST_CASE("a task for later runs when its time has come, not before") {
  TranslationPool pool(1);
  absl::Notification ran;
  const absl::Time when = MonotonicNow() + absl::Milliseconds(30);
  absl::Time at;
  pool.PostAt(when, [&] {
    at = MonotonicNow();
    ran.Notify();
  });
  ran.WaitForNotification();
  CHECK(at >= when);
}

TEST_CASE("stopping runs what is ready, and drops what is for later") {
  std::atomic<int> ran{0};
  TranslationPool pool(1);
  pool.PostAt(absl::InfiniteFuture(), [&] { ran += 1000; });
  for (int i = 0; i < 10; ++i) pool.Post([&] { ++ran; });
  pool.Stop();
  CHECK(ran == 10);
  pool.Post([&] { ++ran; });
  CHECK(ran == 10);
}

}  // namespace
}  // namespace binnacle::server
