#include "ca/issuance_log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace binnacle::ca {
namespace {

constexpr int kApplication = 0x42434131;  // "BCA1"
constexpr int kVersion = 1;
constexpr absl::string_view kSuffixes[] = {"", "-wal", "-shm", "-journal"};

constexpr absl::string_view kSchema = R"sql(
  CREATE TABLE issuers (
    id          INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL UNIQUE
  );
  CREATE TABLE issued (
    id          INTEGER PRIMARY KEY,
    serial      TEXT NOT NULL,
    identity    TEXT NOT NULL,
    caller      TEXT NOT NULL,
    peer        TEXT NOT NULL,
    node        TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    issuer      INTEGER NOT NULL REFERENCES issuers (id),
    issued_at   INTEGER NOT NULL,
    not_before  INTEGER NOT NULL,
    not_after   INTEGER NOT NULL
  );
  CREATE INDEX issued_by_serial ON issued (serial);
  CREATE INDEX issued_by_holder ON issued (identity, node);
  CREATE INDEX issued_by_issuer ON issued (issuer, not_after);
)sql";

bool Exists(const std::string& path) {
  struct stat found {};
  return lstat(path.c_str(), &found) == 0;
}

absl::Status Damaged(const std::string& path, absl::string_view how) {
  return absl::DataLossError(absl::StrCat(
      path, ": ", how,
      "; it accounts for the certificates issued: put back a copy, or move it (and its -wal and "
      "-shm files) away to begin a new one"));
}

absl::Status About(const std::string& path, const absl::Status& status) {
  if (status.code() == absl::StatusCode::kDataLoss) return Damaged(path, status.message());
  return absl::Status(status.code(), absl::StrCat(path, ": ", status.message()));
}

absl::Status SyncDirectoryOf(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path();
  const int fd = open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, directory);
  const absl::Cleanup close_it = [fd] { close(fd); };
  return fsync(fd) == 0 ? absl::OkStatus() : absl::ErrnoToStatus(errno, directory);
}

absl::Status WriteSchema(const std::string& path) {
  auto database = SqliteDatabase::Open(path, SqliteDatabase::Access::kReadWrite);
  if (!database.ok()) return database.status();
  return database->Execute(
      absl::StrCat("PRAGMA synchronous = EXTRA; BEGIN; PRAGMA application_id = ", kApplication,
                   "; PRAGMA user_version = ", kVersion, ";", kSchema, "COMMIT;"));
}

// Beside, and then renamed: a file that is there but empty is thus always a
// damaged one.
absl::Status Make(const std::string& path) {
  const std::string beside = absl::StrCat(path, ".new");
  for (const absl::string_view suffix : kSuffixes) unlink(absl::StrCat(beside, suffix).c_str());
  const int fd = open(beside.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0) return absl::ErrnoToStatus(errno, beside);
  close(fd);
  if (auto written = WriteSchema(beside); !written.ok()) return About(beside, written);
  if (rename(beside.c_str(), path.c_str()) != 0) return absl::ErrnoToStatus(errno, path);
  return SyncDirectoryOf(path);
}

// SQLite gives its -wal and -shm files the mode of the database.
absl::Status CloseToOthers(const std::string& path) {
  for (const absl::string_view suffix : kSuffixes) {
    const std::string file = absl::StrCat(path, suffix);
    struct stat found {};
    if (stat(file.c_str(), &found) != 0 || (found.st_mode & 0077) == 0) continue;
    if (chmod(file.c_str(), 0600) != 0) return absl::ErrnoToStatus(errno, file);
  }
  return absl::OkStatus();
}

absl::StatusOr<int> AskNumber(const SqliteDatabase& database, absl::string_view sql) {
  const auto text = database.Ask(sql);
  if (!text.ok()) return text.status();
  int number = 0;
  if (!absl::SimpleAtoi(*text, &number)) return absl::DataLossError("no version number");
  return number;
}

absl::Status Check(const SqliteDatabase& database, const std::string& path) {
  const auto found = database.Ask("PRAGMA quick_check(1)");
  if (!found.ok()) return found.status();
  if (*found != "ok") return absl::DataLossError(*found);
  const auto application = AskNumber(database, "PRAGMA application_id");
  if (!application.ok()) return application.status();
  if (*application == 0 && std::filesystem::is_empty(path)) return absl::DataLossError("is empty");
  if (*application != kApplication) {
    return absl::FailedPreconditionError("is a database, but no issuance log");
  }
  const auto version = AskNumber(database, "PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (*version != kVersion) {
    return absl::FailedPreconditionError(absl::StrCat("was written by another version (", *version,
                                                      "; this one knows ", kVersion, ")"));
  }
  return absl::OkStatus();
}

absl::Status Configure(SqliteDatabase& database) {
  const auto mode = database.Ask("PRAGMA journal_mode = WAL");
  if (!mode.ok()) return mode.status();
  if (*mode != "wal") return absl::UnavailableError("no write-ahead log can be kept here");
  // FULL: the log is fsynced with every commit. Without checkpoints at every
  // few pages, the file itself is seldom written to.
  return database.Execute(
      "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;"
      "PRAGMA journal_size_limit = 67108864; PRAGMA foreign_keys = OFF");
}

}  // namespace

absl::StatusOr<SqliteDatabase> OpenIssuanceLogFile(const std::string& path) {
  if (!Exists(path)) {
    if (Exists(absl::StrCat(path, "-wal"))) {
      return Damaged(path, "is gone, but its -wal file is still there");
    }
    if (auto made = Make(path); !made.ok()) return made;
  }
  if (auto closed = CloseToOthers(path); !closed.ok()) return closed;
  auto database = SqliteDatabase::Open(path, SqliteDatabase::Access::kReadWrite);
  if (!database.ok()) return About(path, database.status());
  if (auto checked = Check(*database, path); !checked.ok()) return About(path, checked);
  if (auto configured = Configure(*database); !configured.ok()) return About(path, configured);
  return database;
}

}  // namespace binnacle::ca
