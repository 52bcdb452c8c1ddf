#include "server/change_intake.h"

#include <catch2/catch.hpp>
#include <random>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

namespace binnacle::server {
namespace {

using policy::Kind;
using policy::ObjectKey;
using std::chrono::milliseconds;
using Time = ChangeIntake::Time;
using Strings = std::vector<std::string>;

constexpr char kSource[] = "directory";
const Time kStart{std::chrono::hours(1)};

Time At(int ms) { return kStart + milliseconds(ms); }

ObjectKey Key(Kind kind, const std::string& name) { return {kind, "default", name}; }

// `version` is told apart by api_version.
sources::Batch Put(Kind kind, const std::string& name, const std::string& version = "1") {
  auto object = std::make_shared<policy::Object>();
  object->key = Key(kind, name);
  object->api_version = version;
  sources::Batch batch;
  batch.put.push_back(std::move(object));
  batch.complete = true;
  return batch;
}

sources::Batch Rule(const std::string& name) { return Put(Kind::kDestinationRule, name); }
sources::Batch Endpoint(const std::string& name) { return Put(Kind::kEndpointSlice, name); }

sources::Batch Removal(Kind kind, const std::string& name) {
  sources::Batch batch;
  batch.removed.push_back(Key(kind, name));
  batch.complete = true;
  return batch;
}

Strings Names(const std::optional<ChangeIntake::Commit>& commit) {
  Strings names;
  if (!commit.has_value()) return names;
  for (const auto& object : commit->put) names.push_back(object->key.name);
  for (const auto& key : commit->removed) names.push_back("-" + key.name);
  return names;
}

// One whose source has reported all it has, long ago.
ChangeIntake Settled(absl::Duration delay_max = ChangeIntake::kDelayMax) {
  ChangeIntake intake(delay_max);
  intake.Add(kSource, Rule("first"), At(-10'000));
  REQUIRE(intake.Take(At(-10'000)).has_value());
  return intake;
}

TEST_CASE("the first change after a quiet time is due at once") {
  ChangeIntake intake = Settled();
  CHECK(intake.DueAt() == Time::max());
  intake.Add(kSource, Rule("a"), At(0));
  CHECK(intake.DueAt() == At(0));
  CHECK(Names(intake.Take(At(0))) == Strings{"a"});
  CHECK(intake.DueAt() == Time::max());
  CHECK_FALSE(intake.Take(At(1000)).has_value());
}

TEST_CASE("changes that follow closely are one commit, when the window is over") {
  ChangeIntake intake = Settled();
  intake.Add(kSource, Rule("a"), At(0));
  CHECK(intake.Take(At(0)).has_value());
  intake.Add(kSource, Rule("b"), At(2));
  intake.Add(kSource, Rule("c"), At(9));
  CHECK(intake.DueAt() == At(10));
  CHECK(intake.waiting() == 2);
  CHECK_FALSE(intake.Take(At(9)).has_value());
  const auto commit = intake.Take(At(10));
  CHECK(Names(commit) == Strings{"b", "c"});
  CHECK(commit->batches == 2);
  CHECK(commit->since == At(2));
}

TEST_CASE("changes that follow each other slower than the window are not held") {
  ChangeIntake intake = Settled();
  for (int i = 0; i < 20; ++i) {
    intake.Add(kSource, Rule("a"), At(11 * i));
    CHECK(Names(intake.Take(At(11 * i))) == Strings{"a"});
  }
}

TEST_CASE("the window grows with a storm, up to the bound, and a quiet one makes it short again") {
  ChangeIntake intake = Settled();
  std::vector<int> commits;
  int i = 0;
  for (; i < 500; ++i) {
    intake.Add(kSource, Rule(absl::StrCat(i)), At(i));
    if (intake.Take(At(i)).has_value()) commits.push_back(i);
  }
  CHECK(commits == std::vector<int>{0, 10, 30, 70, 150, 250, 350, 450});
  REQUIRE(intake.TakeAll().has_value());
  intake.Add(kSource, Rule("a"), At(1000));
  intake.Add(kSource, Rule("a"), At(1000));
  CHECK(intake.Take(At(1000)).has_value());
  intake.Add(kSource, Rule("b"), At(1001));
  CHECK(intake.DueAt() == At(1010));
}

TEST_CASE("who waits for each change before making the next is not slowed down by and by") {
  ChangeIntake intake = Settled();
  int now = 0, longest = 0;
  for (int i = 0; i < 100; ++i) {
    intake.Add(kSource, Rule("a"), At(now));
    const int came = now;
    while (!intake.Take(At(now)).has_value()) ++now;
    longest = std::max(longest, now - came);
    now += 1 + i % 15;
  }
  CHECK(longest <= 10);
}

TEST_CASE("while a push is out what comes waits for it, but not for ever") {
  ChangeIntake intake = Settled();
  intake.Add(kSource, Rule("a"), At(0));
  CHECK(intake.Take(At(0)).has_value());
  intake.PushBegan();
  SECTION("it ends") {
    intake.Add(kSource, Rule("b"), At(30));
    CHECK(intake.DueAt() == At(130));
    intake.PushEnded();
    CHECK(intake.DueAt() == At(30));
  }
  SECTION("it ends before the window does") {
    intake.Add(kSource, Rule("b"), At(3));
    intake.PushEnded();
    CHECK(intake.DueAt() == At(10));
  }
  SECTION("it does not end") {
    intake.Add(kSource, Rule("b"), At(60));
    CHECK_FALSE(intake.Take(At(159)).has_value());
    CHECK(Names(intake.Take(At(160))) == Strings{"b"});
  }
}

TEST_CASE("nothing is held with a bound of zero") {
  ChangeIntake intake = Settled(absl::ZeroDuration());
  intake.PushBegan();
  for (int i = 0; i < 10; ++i) {
    intake.Add(kSource, Rule("a"), At(i / 5));
    CHECK(Names(intake.Take(At(i / 5))) == Strings{"a"});
  }
}

TEST_CASE("no change waits longer than the bound, whatever comes") {
  std::mt19937 random(1);
  for (int run = 0; run < 200; ++run) {
    ChangeIntake intake = Settled(absl::Milliseconds(40));
    absl::flat_hash_map<std::string, int> came;
    for (int ms = 0; ms < 400; ++ms) {
      if (random() % 3 == 0) {
        const std::string name = absl::StrCat(ms);
        came[name] = ms;
        intake.Add(kSource, random() % 2 == 0 ? Endpoint(name) : Rule(name), At(ms));
      }
      if (random() % 20 == 0) intake.PushBegan();
      for (const std::string& name : Names(intake.Take(At(ms)))) {
        REQUIRE(ms - came.at(name) <= 40);
        came.erase(name);
      }
      REQUIRE((came.empty() || intake.DueAt() > At(ms)));
    }
    for (const std::string& name : Names(intake.TakeAll())) came.erase(name);
    REQUIRE(came.empty());
  }
}

// With a rule held.
ChangeIntake InAStorm() {
  ChangeIntake intake = Settled();
  intake.Add(kSource, Rule("a"), At(0));
  REQUIRE(intake.Take(At(0)).has_value());
  intake.Add(kSource, Rule("held"), At(1));
  intake.Add(kSource, Put(Kind::kPod, "pod"), At(1));
  REQUIRE(Names(intake.Take(At(1))) == Strings{"pod"});
  return intake;
}

TEST_CASE("changes of endpoints overtake what is held") {
  ChangeIntake intake = InAStorm();
  for (const Kind kind :
       {Kind::kEndpoints, Kind::kEndpointSlice, Kind::kPod, Kind::kNode, Kind::kWorkloadEntry}) {
    intake.Add(kSource, Put(kind, "quick"), At(2));
    CHECK(intake.DueAt() == At(2));
    const auto commit = intake.Take(At(2));
    CHECK(Names(commit) == Strings{"quick"});
    CHECK(commit->has_overtaken);
  }
  const auto commit = intake.Take(At(10));
  CHECK(Names(commit) == Strings{"held"});
  CHECK_FALSE(commit->has_overtaken);
}

TEST_CASE("a batch that holds anything else is not torn, and waits") {
  ChangeIntake intake = InAStorm();
  sources::Batch mixed = Endpoint("e");
  mixed.put.push_back(Rule("r").put[0]);
  intake.Add(kSource, std::move(mixed), At(2));
  CHECK(intake.DueAt() == At(10));
  CHECK(Names(intake.Take(At(10))) == Strings{"held", "r", "e"});
}

TEST_CASE("an object that is held keeps its later versions behind it") {
  ChangeIntake intake = InAStorm();
  sources::Batch mixed = Endpoint("e");
  mixed.put.push_back(Rule("r").put[0]);
  intake.Add(kSource, std::move(mixed), At(2));
  intake.Add(kSource, Put(Kind::kEndpointSlice, "e", "2"), At(3));
  // Waits for the one before, and so does what touches its own object.
  sources::Batch both = Put(Kind::kEndpointSlice, "e", "3");
  both.put.push_back(Endpoint("f").put[0]);
  intake.Add(kSource, std::move(both), At(4));
  intake.Add(kSource, Put(Kind::kEndpointSlice, "f", "2"), At(5));
  CHECK_FALSE(intake.Take(At(5)).has_value());
  const auto commit = intake.Take(At(10));
  CHECK(Names(commit) == Strings{"held", "r", "e", "f"});
  CHECK(commit->put[2]->api_version == "3");
  CHECK(commit->put[3]->api_version == "2");
}

TEST_CASE("the removal of an object keeps its place") {
  ChangeIntake intake = InAStorm();
  intake.Add(kSource, Removal(Kind::kPod, "gone"), At(2));
  CHECK(intake.DueAt() == At(10));
  intake.Add(kSource, Put(Kind::kPod, "gone"), At(3));  // and comes back
  CHECK_FALSE(intake.Take(At(3)).has_value());
  CHECK(Names(intake.Take(At(10))) == Strings{"held", "gone"});
  SECTION("where nothing is held it is as quick as every change of endpoints") {
    intake.Add(kSource, Removal(Kind::kPod, "gone"), At(11));
    CHECK(Names(intake.Take(At(11))) == Strings{"-gone"});
  }
}

TEST_CASE("of one object only the last word is committed") {
  ChangeIntake intake = InAStorm();
  intake.Add(kSource, Put(Kind::kService, "s", "1"), At(2));
  intake.Add(kSource, Removal(Kind::kService, "s"), At(3));
  intake.Add(kSource, Removal(Kind::kDestinationRule, "held"), At(4));
  intake.Add(kSource, Put(Kind::kService, "t", "1"), At(4));
  intake.Add(kSource, Put(Kind::kService, "t", "2"), At(5));
  const auto commit = intake.Take(At(10));
  CHECK(Names(commit) == Strings{"t", "-held", "-s"});
  CHECK(commit->put[0]->api_version == "2");
}

TEST_CASE("what is urgent and what is due are one commit, in which the held have the last word") {
  ChangeIntake intake = Settled();
  intake.Add(kSource, Rule("a"), At(0));
  CHECK(intake.Take(At(0)).has_value());
  intake.Add(kSource, Put(Kind::kEndpointSlice, "e", "1"), At(1));  // urgent: nothing is held
  sources::Batch mixed = Put(Kind::kEndpointSlice, "e", "2");
  mixed.put.push_back(Rule("r").put[0]);
  intake.Add(kSource, std::move(mixed), At(2));
  const auto commit = intake.Take(At(20));
  CHECK(Names(commit) == Strings{"r", "e"});
  CHECK(commit->put[1]->api_version == "2");
  CHECK(commit->since == At(1));
}

TEST_CASE("the earliest change of a commit says when it was seen") {
  ChangeIntake intake = InAStorm();
  const absl::Time seen = absl::UnixEpoch();
  sources::Batch later = Rule("b"), earlier = Rule("c");
  later.seen = seen + absl::Seconds(2);
  earlier.seen = seen + absl::Seconds(1);
  intake.TakeAll();
  intake.Add(kSource, std::move(later), At(2));
  intake.Add(kSource, std::move(earlier), At(3));
  CHECK(intake.TakeAll()->seen == seen + absl::Seconds(1));
}

TEST_CASE("until a source has told all it has, nothing overtakes and nothing is held") {
  ChangeIntake intake(absl::Milliseconds(100));
  sources::Batch part = Rule("a"), second = Endpoint("e");
  part.complete = second.complete = false;
  intake.Add(kSource, std::move(part), At(0));
  intake.Add(kSource, std::move(second), At(1));
  intake.Add(kSource, Endpoint("last"), At(2));
  CHECK(intake.DueAt() == At(0));
  const auto commit = intake.Take(At(2));
  CHECK(Names(commit) == Strings{"a", "e", "last"});
  CHECK(commit->said.at(kSource).complete);
  intake.Add(kSource, Rule("b"), At(3));
  CHECK(intake.DueAt() == At(12));
  intake.Add("another", Endpoint("x"), At(4));
  CHECK(Names(intake.Take(At(4))) == Strings{"b", "x"});
}

sources::Batch Saying(sources::Batch batch, const std::string& status) {
  batch.status = status;
  return batch;
}

TEST_CASE("what a source says of itself is never older than what it said before") {
  ChangeIntake intake = InAStorm();
  intake.Add(kSource, Saying(Rule("b"), "older"), At(2));
  intake.Add(kSource, Saying(Endpoint("e"), "newer"), At(3));
  CHECK(intake.Take(At(3))->said.at(kSource).status == "newer");
  CHECK(intake.Take(At(10))->said.empty());
}

TEST_CASE("a batch that changes nothing tells how its source stands, at once") {
  ChangeIntake intake = InAStorm();
  sources::Batch batch;
  batch.complete = true;
  intake.Add(kSource, Saying(std::move(batch), "cannot be read"), At(2));
  const auto commit = intake.Take(At(2));
  CHECK(commit->batches == 0);
  CHECK(commit->said.at(kSource).status == "cannot be read");
}

}  // namespace
}  // namespace binnacle::server
