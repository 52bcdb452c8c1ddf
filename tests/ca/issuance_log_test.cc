#include "ca/issuance_log.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "ca/sqlite.h"
#include "catch2/catch.hpp"
#include "tests/ca/temporary_directory.h"

namespace binnacle::ca {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

IssuanceRecord Record(int number) {
  IssuanceRecord record;
  record.serial = absl::StrCat("aa", number);
  record.identity = absl::StrCat("spiffe://cluster.local/ns/shop/sa/account-", number % 10);
  record.caller = "token system:serviceaccount:shop:reviews";
  record.peer = "127.0.0.1:4711";
  record.node = absl::StrCat("node-", number);
  record.fingerprint = absl::StrCat("ff", number);
  record.issuer_fingerprint = number % 2 == 0 ? "even" : "odd";
  record.issued_at = kNow + absl::Microseconds(number);
  record.not_before = kNow - absl::Minutes(2);
  record.not_after = kNow + absl::Minutes(number);
  return record;
}

std::unique_ptr<IssuanceLog> OpenLog(const std::string& path) {
  auto log = IssuanceLog::Open(path);
  INFO(log.status());
  REQUIRE(log.ok());
  return *std::move(log);
}

absl::Status Append(IssuanceLog& log, IssuanceRecord record) {
  absl::Notification done;
  absl::Status result;
  log.Append(std::move(record), [&](const absl::Status& status) {
    result = status;
    done.Notify();
  });
  done.WaitForNotification();
  return result;
}

std::vector<std::string> SerialsOf(const absl::StatusOr<std::vector<IssuanceRecord>>& records) {
  REQUIRE(records.ok());
  std::vector<std::string> serials;
  for (const IssuanceRecord& record : *records) serials.push_back(record.serial);
  return serials;
}

mode_t ModeOf(const std::string& path) {
  struct stat found {};
  REQUIRE(stat(path.c_str(), &found) == 0);
  return found.st_mode & 0777;
}

void Overwrite(const std::string& path, std::streamoff at, const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(at);
  file << bytes;
  REQUIRE(file.good());
}

// Files cannot grow beyond this; a disk that is full, for this process alone.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);  // NOLINT
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit limit{bytes, before_.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("what is appended is found again, whole, also after the log was closed") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("issued.db");
  {
    const auto log = OpenLog(path);
    REQUIRE(Append(*log, Record(7)).ok());
  }
  const auto log = OpenLog(path);
  const auto found = log->Find({});

  REQUIRE(found.ok());
  REQUIRE(found->size() == 1);
  const IssuanceRecord& record = found->front();
  CHECK(record.serial == "aa7");
  CHECK(record.identity == "spiffe://cluster.local/ns/shop/sa/account-7");
  CHECK(record.caller == "token system:serviceaccount:shop:reviews");
  CHECK(record.peer == "127.0.0.1:4711");
  CHECK(record.node == "node-7");
  CHECK(record.fingerprint == "ff7");
  CHECK(record.issuer_fingerprint == "odd");
  CHECK(record.issued_at == kNow + absl::Microseconds(7));
  CHECK(record.not_before == kNow - absl::Minutes(2));
  CHECK(record.not_after == kNow + absl::Minutes(7));
}

TEST_CASE("the log's files are for their owner alone, whatever the umask") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("issued.db");
  const mode_t before = umask(0);
  {
    const auto log = OpenLog(path);
    REQUIRE(Append(*log, Record(1)).ok());
    for (const char* suffix : {"", "-wal", "-shm"}) CHECK(ModeOf(path + suffix) == 0600);
  }
  REQUIRE(chmod(path.c_str(), 0644) == 0);
  const auto log = OpenLog(path);
  REQUIRE(Append(*log, Record(2)).ok());
  for (const char* suffix : {"", "-wal", "-shm"}) CHECK(ModeOf(path + suffix) == 0600);
  umask(before);
}

TEST_CASE("many threads append at once, and each record is there once") {
  const TemporaryDirectory directory;
  const auto log = OpenLog(directory.File("issued.db"));
  constexpr int kRecords = 5000;
  absl::BlockingCounter done(kRecords);
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = thread; i < kRecords; i += 4) {
        log->Append(Record(i), [&](const absl::Status& status) {
          if (!status.ok()) ++failed;
          done.DecrementCount();
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  done.Wait();

  CHECK(failed == 0);
  CHECK(log->Count().value() == kRecords);
  auto serials = SerialsOf(log->Find({.limit = 2 * kRecords}));
  std::sort(serials.begin(), serials.end());
  CHECK(std::unique(serials.begin(), serials.end()) == serials.end());
  CHECK(serials.size() == kRecords);
}

TEST_CASE("a log that goes writes down what it was still given") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("issued.db");
  std::atomic<int> written = 0;
  {
    const auto log = OpenLog(path);
    for (int i = 0; i < 3000; ++i) {
      log->Append(Record(i), [&](const absl::Status& status) { written += status.ok() ? 1 : 0; });
    }
  }
  CHECK(written == 3000);
  CHECK(OpenLog(path)->Count().value() == 3000);
}

TEST_CASE("records are found by identity, serial, issuer and time, newest first") {
  const TemporaryDirectory directory;
  const auto log = OpenLog(directory.File("issued.db"));
  for (int i = 0; i < 30; ++i) REQUIRE(Append(*log, Record(i)).ok());
  using Serials = std::vector<std::string>;

  CHECK(SerialsOf(log->Find({.limit = 2})) == Serials{"aa29", "aa28"});
  CHECK(SerialsOf(log->Find({.identity = "account-3"})) == Serials{"aa23", "aa13", "aa3"});
  CHECK(SerialsOf(log->Find({.identity = "spiffe://cluster.local/ns/shop/sa/account-4"})) ==
        Serials{"aa24", "aa14", "aa4"});
  CHECK(SerialsOf(log->Find({.identity = "spiffe://cluster.local/ns/sh", .limit = 1})) ==
        Serials{"aa29"});
  CHECK(SerialsOf(log->Find({.identity = "spiffe://cluster.local/ns/other/"})).empty());
  CHECK(SerialsOf(log->Find({.identity = "' OR 1=1 --"})).empty());
  CHECK(SerialsOf(log->Find({.serial = "aa12"})) == Serials{"aa12"});
  CHECK(SerialsOf(log->Find({.serial = "aa"})).empty());
  CHECK(SerialsOf(log->Find({.valid_at = kNow + absl::Minutes(28)})) == Serials{"aa29", "aa28"});
  CHECK(SerialsOf(log->Find({.valid_at = kNow - absl::Hours(1)})).empty());
  CHECK(SerialsOf(log->Find({.issuer_fingerprints = {"even"}, .limit = 2})) ==
        Serials{"aa28", "aa26"});
  CHECK(SerialsOf(log->Find({.issuer_fingerprints = {"odd", "even"}, .limit = 2})) ==
        Serials{"aa29", "aa28"});
  CHECK(SerialsOf(log->Find({.identity = "account-5",
                             .valid_at = kNow + absl::Minutes(10),
                             .issuer_fingerprints = {"odd"}})) == Serials{"aa25", "aa15"});
}

TEST_CASE("what is still valid under an issuer is counted to the second") {
  const TemporaryDirectory directory;
  const auto log = OpenLog(directory.File("issued.db"));
  for (int i = 0; i < 10; ++i) REQUIRE(Append(*log, Record(i)).ok());

  auto remaining = log->RemainingUnder({"even"}, kNow + absl::Minutes(5)).value();
  CHECK(remaining.count == 2);
  CHECK(remaining.last_expiry == kNow + absl::Minutes(8));
  CHECK(log->RemainingUnder({"even", "odd"}, kNow).value().count == 10);
  // A certificate holds through the second of its notAfter.
  CHECK(log->RemainingUnder({"even"}, kNow + absl::Minutes(8)).value().count == 1);
  remaining = log->RemainingUnder({"even"}, kNow + absl::Minutes(8) + absl::Seconds(1)).value();
  CHECK(remaining.count == 0);
  CHECK(remaining.last_expiry == absl::InfinitePast());
  CHECK(log->RemainingUnder({"unknown"}, kNow).value().count == 0);
  CHECK(log->RemainingUnder({}, kNow).value().count == 0);
}

TEST_CASE("of each holder the newest certificate that is still valid is told") {
  const TemporaryDirectory directory;
  const auto log = OpenLog(directory.File("issued.db"));
  const auto append = [&](int number, const std::string& node, const std::string& identity) {
    IssuanceRecord record = Record(number);
    record.node = node;
    record.identity = identity;
    REQUIRE(Append(*log, record).ok());
  };
  append(50, "pod-a", "x");
  append(40, "pod-a", "x");  // renewed, for less time
  append(60, "pod-a", "y");
  append(70, "pod-b", "x");
  append(80, "", "z");
  append(90, "", "z");
  append(1, "pod-c", "x");

  CHECK(SerialsOf(log->LatestPerHolder(kNow + absl::Minutes(2))) ==
        std::vector<std::string>{"aa90", "aa70", "aa60", "aa40"});
  CHECK(SerialsOf(log->LatestPerHolder(kNow + absl::Minutes(45))) ==
        std::vector<std::string>{"aa90", "aa70", "aa60"});
}

TEST_CASE("a process that is killed has lost nothing that it was told is written") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("issued.db");
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    auto log = IssuanceLog::Open(path);
    if (!log.ok()) _exit(1);
    absl::Mutex mu;
    int waiting = 0;
    for (int i = 0;; ++i) {
      absl::MutexLock lock(&mu);
      const auto few = [&] { return waiting < 50; };
      mu.Await(absl::Condition(&few));
      ++waiting;
      (*log)->Append(Record(i), [&, i](const absl::Status& status) {
        absl::MutexLock done(&mu);
        --waiting;
        if (status.ok() && write(ends[1], &i, sizeof(i)) != sizeof(i)) _exit(1);
      });
    }
  }
  close(ends[1]);
  int last = -1;
  int told = 0;
  int number = 0;
  while (read(ends[0], &number, sizeof(number)) == sizeof(number)) {
    last = std::max(last, number);
    if (++told == 700) REQUIRE(kill(child, SIGKILL) == 0);
  }
  close(ends[0]);
  waitpid(child, nullptr, 0);

  REQUIRE(told >= 700);
  const auto log = OpenLog(path);
  CHECK(log->Count().value() >= static_cast<uint64_t>(told));
  for (int i = 0; i <= last; i += 13) {
    CHECK(SerialsOf(log->Find({.serial = absl::StrCat("aa", i)})).size() == 1);
  }
}

TEST_CASE("a journal cut off anywhere leaves the records before the cut, and a log that works") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("issued.db");
  const std::string copy = directory.File("copy.db");
  const auto log = OpenLog(path);
  for (int i = 0; i < 12; ++i) REQUIRE(Append(*log, Record(i)).ok());
  const auto whole = std::filesystem::file_size(path + "-wal");
  uint64_t most = 0;
  for (uint64_t size = 0; size <= whole; size += 1501) {
    CAPTURE(size);
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(copy + suffix);
    std::filesystem::copy_file(path, copy);
    std::filesystem::copy_file(path + "-wal", copy + "-wal");
    std::filesystem::resize_file(copy + "-wal", size);
    const auto cut = OpenLog(copy);
    const uint64_t count = cut->Count().value();
    CHECK(count >= most);
    most = count;
    for (uint64_t i = 0; i < count; ++i) {
      CHECK(SerialsOf(cut->Find({.serial = absl::StrCat("aa", i)})).size() == 1);
    }
    CHECK(Append(*cut, Record(1000)).ok());
  }
  CHECK(most >= 11);
}

TEST_CASE("a damaged log is refused, and not begun anew") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("issued.db");
  {
    const auto log = OpenLog(path);
    for (int i = 0; i < 2000; ++i) log->Append(Record(i), [](const absl::Status&) {});
  }
  const auto size = std::filesystem::file_size(path);
  SECTION("emptied") { std::filesystem::resize_file(path, 0); }
  SECTION("cut in half") { std::filesystem::resize_file(path, size / 2); }
  SECTION("no database at all") { Overwrite(path, 0, std::string(4096, 'x')); }
  SECTION("a page within overwritten") {
    Overwrite(path, static_cast<std::streamoff>(size / 4096 / 2 * 4096), std::string(4096, '\xff'));
  }
  SECTION("gone, with its journal left") { std::filesystem::rename(path, path + "-wal"); }
  const auto log = IssuanceLog::Open(path);

  CHECK(absl::IsDataLoss(log.status()));
  CHECK(absl::StartsWith(log.status().message(), path));
  CHECK(absl::StrContains(log.status().message(), "put back a copy, or move it"));
}

TEST_CASE("another program's database and a newer version's are not touched") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("issued.db");
  OpenLog(path).reset();
  {
    auto database = SqliteDatabase::Open(path, SqliteDatabase::Access::kReadWrite);
    REQUIRE(database.ok());
    SECTION("newer") { REQUIRE(database->Execute("PRAGMA user_version = 99").ok()); }
    SECTION("another's") { REQUIRE(database->Execute("PRAGMA application_id = 5").ok()); }
  }
  CHECK(absl::IsFailedPrecondition(IssuanceLog::Open(path).status()));
}

TEST_CASE("a place that cannot be written to is named") {
  const auto log = IssuanceLog::Open("/proc/nowhere/issued.db");

  CHECK_FALSE(log.ok());
  CHECK(absl::StrContains(log.status().message(), "/proc/nowhere/issued.db"));
}

TEST_CASE("with a full disk nothing is reported as written, and later all goes on") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("issued.db");
  const auto log = OpenLog(path);
  for (int i = 0; i < 20; ++i) REQUIRE(Append(*log, Record(i)).ok());
  for (int round = 0; round < 3; ++round) {
    int failed = 0;
    {
      // Room for some more pages, so that it runs out within a transaction.
      const FileSizeLimit full(std::filesystem::file_size(path + "-wal") + 9000);
      for (int i = 0; i < 20; ++i) {
        IssuanceRecord record = Record(1000 + i);
        record.issuer_fingerprint = absl::StrCat("new in round ", round);
        record.serial = absl::StrCat("round ", round, " ", i);
        const absl::Status status = Append(*log, record);
        const size_t found = SerialsOf(log->Find({.serial = record.serial})).size();
        CHECK(found == (status.ok() ? 1 : 0));
        if (status.ok()) continue;
        ++failed;
        CHECK(absl::IsUnavailable(status));
      }
    }
    CHECK(failed > 0);
    IssuanceRecord after = Record(5000 + round);
    after.issuer_fingerprint = absl::StrCat("new in round ", round);
    CHECK(Append(*log, after).ok());
    CHECK(SerialsOf(log->Find({.serial = after.serial})).size() == 1);
  }
}

}  // namespace binnacle::ca
