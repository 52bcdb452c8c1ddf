#include "ca/storage.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <vector>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "tests/ca/killed_at_call.h"
#include "tests/ca/temporary_directory.h"

namespace binnacle::ca {
namespace {

unsigned ModeOf(const std::string& path) {
  struct stat found {};
  REQUIRE(stat(path.c_str(), &found) == 0);
  return found.st_mode & 07777U;
}

std::vector<std::string> FilesIn(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    names.push_back(entry.path().filename());
  }
  return names;
}

TEST_CASE("what is written is read back, for its owner alone") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("deep/down");
  auto storage = DirectoryStorage::Open(path);
  REQUIRE(storage.ok());
  CHECK(ModeOf(path) == 0700);
  const mode_t before = umask(0);
  REQUIRE(storage->Write("key", "secret").ok());
  umask(before);
  CHECK(ModeOf(storage->PathOf("key")) == 0600);
  CHECK(storage->Read("key")->text() == "secret");
  CHECK(storage->Exists("key"));
  REQUIRE(storage->Write("key", "another").ok());
  CHECK(storage->Read("key")->text() == "another");
  CHECK(FilesIn(path) == std::vector<std::string>{"key"});
}

TEST_CASE("what was removed, or never was, is not found") {
  const TemporaryDirectory directory;
  auto storage = DirectoryStorage::Open(directory.path());
  REQUIRE(storage.ok());
  CHECK(absl::IsNotFound(storage->Read("key").status()));
  REQUIRE(storage->Write("key", "secret").ok());
  REQUIRE(storage->Remove("key").ok());
  CHECK(storage->Remove("key").ok());
  CHECK_FALSE(storage->Exists("key"));
  CHECK(absl::IsNotFound(storage->Read("key").status()));
}

TEST_CASE("a file that others may read is refused, with the command that mends it") {
  const TemporaryDirectory directory;
  auto storage = DirectoryStorage::Open(directory.path());
  REQUIRE(storage.ok());
  REQUIRE(storage->Write("key", "secret").ok());
  const std::string path = storage->PathOf("key");
  for (const mode_t mode : {0640, 0604, 0620, 0601, 0666}) {
    CAPTURE(mode);
    REQUIRE(chmod(path.c_str(), mode) == 0);
    CHECK(absl::IsFailedPrecondition(storage->Read("key").status()));
  }
  REQUIRE(chmod(path.c_str(), 0644) == 0);
  CHECK(storage->Read("key").status().message() ==
        path + " holds a private key and its mode 0644 lets others at it; run: chmod 600 " + path);
  REQUIRE(chmod(path.c_str(), 0400) == 0);
  CHECK(storage->Read("key").ok());
}

TEST_CASE("a directory that others may write to is refused, with the command that mends it") {
  const TemporaryDirectory directory;
  REQUIRE(chmod(directory.path().c_str(), 0770) == 0);
  const auto storage = DirectoryStorage::Open(directory.path());
  CHECK(absl::IsFailedPrecondition(storage.status()));
  CHECK(absl::EndsWith(storage.status().message(), "run: chmod 700 " + directory.path()));
}

TEST_CASE(
    "a file in the place of the directory, and a directory in the place of a file, are "
    "refused") {
  const TemporaryDirectory directory;
  std::ofstream(directory.File("file")) << "x";
  CHECK(absl::IsFailedPrecondition(DirectoryStorage::Open(directory.File("file")).status()));
  auto storage = DirectoryStorage::Open(directory.path());
  std::filesystem::create_directory(directory.File("key"));
  CHECK(absl::IsFailedPrecondition(storage->Read("key").status()));
  CHECK_FALSE(storage->Write("key", "secret").ok());
  CHECK(FilesIn(directory.path()).size() == 2);
}

TEST_CASE("a disk that is full leaves the old content and nothing beside it") {
  const TemporaryDirectory directory;
  auto storage = DirectoryStorage::Open(directory.path());
  REQUIRE(storage->Write("key", "old").ok());
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const absl::Status full = storage->Write("key", std::string(5000, 'n'));
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, handler);
  CHECK_FALSE(full.ok());
  CHECK(absl::StartsWith(full.message(), "cannot write " + storage->PathOf("key")));
  CHECK(storage->Read("key")->text() == "old");
  CHECK(FilesIn(directory.path()) == std::vector<std::string>{"key"});
}

TEST_CASE("a process killed at any system call of a write leaves the old content or the new") {
  const TemporaryDirectory directory;
  auto storage = DirectoryStorage::Open(directory.path());
  int old_kept = 0;
  int new_there = 0;
  for (int call = 0;; ++call) {
    CAPTURE(call);
    REQUIRE(storage->Write("key", std::string(3000, 'o')).ok());
    const bool killed =
        KilledAtCall(call, [&] { (void)storage->Write("key", std::string(9000, 'n')); });
    // As after a restart.
    auto again = DirectoryStorage::Open(directory.path());
    REQUIRE(again.ok());
    const std::string found = again->Read("key")->text();
    const bool whole = found == std::string(3000, 'o') || found == std::string(9000, 'n');
    CHECK(whole);
    CHECK(FilesIn(directory.path()) == std::vector<std::string>{"key"});
    (found[0] == 'o' ? old_kept : new_there) += 1;
    if (!killed) break;
  }
  CHECK(old_kept > 4);
  CHECK(new_there > 2);
}

}  // namespace
}  // namespace binnacle::ca
