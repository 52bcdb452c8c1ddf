#include "sources/pending_changes.h"

#include <catch2/catch.hpp>

namespace binnacle::sources {
namespace {

using std::chrono::milliseconds;
using Files = std::set<std::string>;

const PendingChanges::Time kStart{std::chrono::hours(1)};

TEST_CASE("changes are due once all has been quiet for 10 ms") {
  PendingChanges pending({});
  CHECK_FALSE(pending.Deadline().has_value());
  pending.NoteFile("a", kStart);
  CHECK(pending.Deadline() == kStart + milliseconds(10));
  pending.NoteFile("b", kStart + milliseconds(9));
  CHECK(pending.Deadline() == kStart + milliseconds(19));
  CHECK(pending.Take(kStart + milliseconds(19)).files == Files{"a", "b"});
  CHECK_FALSE(pending.Deadline().has_value());
}

TEST_CASE("changes that never end are due after 100 ms") {
  PendingChanges pending({});
  for (int i = 0; i <= 99; ++i) pending.NoteFile("a", kStart + milliseconds(i));
  CHECK(pending.Deadline() == kStart + milliseconds(100));
  CHECK_FALSE(pending.IsQuiet(kStart + milliseconds(100)));
}

TEST_CASE("a file that is being written is not due until its writer is done") {
  PendingChanges pending({});
  pending.NoteWriting("a", kStart);
  pending.NoteFile("b", kStart);
  CHECK(pending.Take(kStart + milliseconds(10)).files == Files{"b"});
  CHECK(pending.IsHeld("a", kStart + milliseconds(10)));
  pending.NoteWriting("a", kStart + milliseconds(50));
  pending.NoteFile("a", kStart + milliseconds(60));
  CHECK(pending.Deadline() == kStart + milliseconds(70));
  CHECK(pending.Take(kStart + milliseconds(70)).files == Files{"a"});
  CHECK_FALSE(pending.IsHeld("a", kStart + milliseconds(70)));
}

TEST_CASE("a file whose writer has forgotten it is due after two seconds") {
  PendingChanges pending({});
  pending.NoteWriting("a", kStart);
  CHECK(pending.Deadline() == kStart + milliseconds(2000));
  CHECK(pending.Take(kStart + milliseconds(1999)).files.empty());
  CHECK(pending.Take(kStart + milliseconds(2000)).files == Files{"a"});
}

}  // namespace
}  // namespace binnacle::sources
