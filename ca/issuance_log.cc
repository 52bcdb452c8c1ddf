#include "ca/issuance_log.h"

#include <pthread.h>

#include <algorithm>
#include <deque>
#include <limits>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "ca/issuance_log_file.h"
#include "ca/sqlite.h"

namespace binnacle::ca {
namespace {

constexpr size_t kMaxRecordsPerCommit = 1024;
// While records come one upon another, a commit waits so long for more of them:
// each costs an fsync and wakes those who wait.
constexpr absl::Duration kGatherFor = absl::Milliseconds(2);

struct Waiting {
  IssuanceRecord record;
  absl::AnyInvocable<void(const absl::Status&)> done;
};

// The connection that writes; only its log's thread uses it.
class Writer {
 public:
  static absl::StatusOr<Writer> Open(const std::string& path);

  // All of them, or none.
  absl::Status Write(const std::deque<Waiting>& batch);

 private:
  Writer(SqliteDatabase database, SqliteStatement begin, SqliteStatement commit,
         SqliteStatement add, SqliteStatement add_issuer, SqliteStatement find_issuer)
      : database_(std::move(database)),
        begin_(std::move(begin)),
        commit_(std::move(commit)),
        add_(std::move(add)),
        add_issuer_(std::move(add_issuer)),
        find_issuer_(std::move(find_issuer)) {}

  absl::Status WriteWithin(const std::deque<Waiting>& batch);
  absl::Status Add(const IssuanceRecord& record);
  absl::StatusOr<int64_t> IssuerId(const std::string& fingerprint);

  SqliteDatabase database_;
  SqliteStatement begin_;
  SqliteStatement commit_;
  SqliteStatement add_;
  SqliteStatement add_issuer_;
  SqliteStatement find_issuer_;
  absl::flat_hash_map<std::string, int64_t> issuer_ids_;
};

absl::StatusOr<Writer> Writer::Open(const std::string& path) {
  auto database = OpenIssuanceLogFile(path);
  if (!database.ok()) return database.status();
  auto begin = database->Prepare("BEGIN IMMEDIATE");
  if (!begin.ok()) return begin.status();
  auto commit = database->Prepare("COMMIT");
  if (!commit.ok()) return commit.status();
  auto add = database->Prepare(
      "INSERT INTO issued (serial, identity, caller, peer, node, fingerprint, issuer, issued_at, "
      "not_before, not_after) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!add.ok()) return add.status();
  auto add_issuer = database->Prepare("INSERT OR IGNORE INTO issuers (fingerprint) VALUES (?)");
  if (!add_issuer.ok()) return add_issuer.status();
  auto find_issuer = database->Prepare("SELECT id FROM issuers WHERE fingerprint = ?");
  if (!find_issuer.ok()) return find_issuer.status();
  return Writer(*std::move(database), *std::move(begin), *std::move(commit), *std::move(add),
                *std::move(add_issuer), *std::move(find_issuer));
}

absl::Status Writer::Write(const std::deque<Waiting>& batch) {
  absl::Status written = WriteWithin(batch);
  if (written.ok()) return written;
  issuer_ids_.clear();  // some may be undone
  // Fails if SQLite has already rolled back by itself, which is as good.
  database_.Execute("ROLLBACK").IgnoreError();
  return absl::UnavailableError(
      absl::StrCat("the issuance log cannot be written: ", written.message()));
}

absl::Status Writer::WriteWithin(const std::deque<Waiting>& batch) {
  if (auto begun = begin_.Run(); !begun.ok()) return begun;
  for (const Waiting& waiting : batch) {
    if (auto added = Add(waiting.record); !added.ok()) return added;
  }
  return commit_.Run();
}

absl::Status Writer::Add(const IssuanceRecord& record) {
  const auto issuer = IssuerId(record.issuer_fingerprint);
  if (!issuer.ok()) return issuer.status();
  add_.Bind(1, record.serial);
  add_.Bind(2, record.identity);
  add_.Bind(3, record.caller);
  add_.Bind(4, record.peer);
  add_.Bind(5, record.node);
  add_.Bind(6, record.fingerprint);
  add_.Bind(7, *issuer);
  add_.Bind(8, absl::ToUnixMicros(record.issued_at));
  add_.Bind(9, absl::ToUnixSeconds(record.not_before));
  add_.Bind(10, absl::ToUnixSeconds(record.not_after));
  return add_.Run();
}

absl::StatusOr<int64_t> Writer::IssuerId(const std::string& fingerprint) {
  if (auto known = issuer_ids_.find(fingerprint); known != issuer_ids_.end()) return known->second;
  add_issuer_.Bind(1, fingerprint);
  if (auto added = add_issuer_.Run(); !added.ok()) return added;
  find_issuer_.Bind(1, fingerprint);
  const auto row = find_issuer_.Step();
  const int64_t id = row.ok() && *row ? find_issuer_.Integer(0) : 0;
  find_issuer_.Reset();
  if (!row.ok()) return row.status();
  issuer_ids_.emplace(fingerprint, id);
  return id;
}

// Conditions of a WHERE, with the values of their parameters.
class Conditions {
 public:
  void AddText(absl::string_view condition, std::string value) {
    Add(condition);
    values_.push_back({std::move(value), 0, true});
  }
  void AddNumber(absl::string_view condition, int64_t value) {
    Add(condition);
    values_.push_back({"", value, false});
  }
  // `column` is the id of one of these issuers.
  void AddIssuers(absl::string_view column, const std::vector<std::string>& fingerprints) {
    std::string marks;
    for (const std::string& fingerprint : fingerprints) {
      absl::StrAppend(&marks, marks.empty() ? "?" : ", ?");
      values_.push_back({fingerprint, 0, true});
    }
    Add(absl::StrCat(column, " IN (SELECT id FROM issuers WHERE fingerprint IN (", marks, "))"));
  }

  std::string where() const { return sql_; }
  // Returns the first parameter that is free.
  int BindTo(SqliteStatement& statement) const {
    int parameter = 1;
    for (const Value& value : values_) {
      if (value.is_text) {
        statement.Bind(parameter++, value.text);
      } else {
        statement.Bind(parameter++, value.number);
      }
    }
    return parameter;
  }

 private:
  struct Value {
    std::string text;
    int64_t number = 0;
    bool is_text = false;
  };

  void Add(absl::string_view condition) {
    absl::StrAppend(&sql_, sql_.empty() ? " WHERE " : " AND ", condition);
  }

  std::string sql_;
  std::vector<Value> values_;
};

Conditions ConditionsOf(const IssuanceQuery& query) {
  Conditions conditions;
  if (absl::StartsWith(query.identity, "spiffe://")) {
    // A part that begins so is the beginning; an index finds those.
    conditions.AddText("identity >= ?", query.identity);
    conditions.AddText("identity < ?", absl::StrCat(query.identity, "\x7f"));
  } else if (!query.identity.empty()) {
    conditions.AddText("instr(identity, ?) > 0", query.identity);
  }
  if (!query.serial.empty()) conditions.AddText("serial = ?", query.serial);
  if (query.valid_at.has_value()) {
    const int64_t seconds = absl::ToUnixSeconds(*query.valid_at);
    conditions.AddNumber("not_before <= ?", seconds);
    conditions.AddNumber("not_after >= ?", seconds);
  }
  if (!query.issuer_fingerprints.empty()) {
    conditions.AddIssuers("issuer", query.issuer_fingerprints);
  }
  return conditions;
}

constexpr absl::string_view kSelectRecords =
    "SELECT serial, identity, caller, peer, node, issued.fingerprint, issuers.fingerprint, "
    "issued_at, not_before, not_after FROM issued JOIN issuers ON issuers.id = issuer";

IssuanceRecord RecordOf(const SqliteStatement& row) {
  IssuanceRecord record;
  record.serial = row.Text(0);
  record.identity = row.Text(1);
  record.caller = row.Text(2);
  record.peer = row.Text(3);
  record.node = row.Text(4);
  record.fingerprint = row.Text(5);
  record.issuer_fingerprint = row.Text(6);
  record.issued_at = absl::FromUnixMicros(row.Integer(7));
  record.not_before = absl::FromUnixSeconds(row.Integer(8));
  record.not_after = absl::FromUnixSeconds(row.Integer(9));
  return record;
}

absl::StatusOr<std::vector<IssuanceRecord>> RecordsOf(SqliteStatement& statement) {
  std::vector<IssuanceRecord> records;
  for (;;) {
    const auto row = statement.Step();
    if (!row.ok()) return row.status();
    if (!*row) return records;
    records.push_back(RecordOf(statement));
  }
}

class SqliteIssuanceLog final : public IssuanceLog {
 public:
  SqliteIssuanceLog(Writer writer, SqliteDatabase reader)
      : writer_(std::move(writer)), reader_(std::move(reader)), thread_([this] { Run(); }) {}

  // What waits is still written.
  ~SqliteIssuanceLog() override {
    {
      absl::MutexLock lock(&mu_);
      stopped_ = true;
    }
    thread_.join();
  }

  void Append(IssuanceRecord record, absl::AnyInvocable<void(const absl::Status&)> done) override
      ABSL_LOCKS_EXCLUDED(mu_) {
    absl::MutexLock lock(&mu_);
    waiting_.push_back({std::move(record), std::move(done)});
  }

  absl::StatusOr<std::vector<IssuanceRecord>> Find(const IssuanceQuery& query) const override
      ABSL_LOCKS_EXCLUDED(reader_mu_);
  absl::StatusOr<Remaining> RemainingUnder(const std::vector<std::string>& issuers,
                                           absl::Time now) const override
      ABSL_LOCKS_EXCLUDED(reader_mu_);
  absl::StatusOr<uint64_t> Count() const override ABSL_LOCKS_EXCLUDED(reader_mu_);
  absl::StatusOr<std::vector<IssuanceRecord>> LatestPerHolder(absl::Time now) const override
      ABSL_LOCKS_EXCLUDED(reader_mu_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mu_);
  // Empty only when stopped.
  std::deque<Waiting> Take() ABSL_LOCKS_EXCLUDED(mu_);

  absl::Mutex mu_;
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mu_);
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  bool busy_ ABSL_GUARDED_BY(mu_) = false;  // several came at once, last time
  Writer writer_;                           // the thread's own

  mutable absl::Mutex reader_mu_;
  const SqliteDatabase reader_ ABSL_GUARDED_BY(reader_mu_);
  std::thread thread_;
};

void SqliteIssuanceLog::Run() {
  pthread_setname_np(pthread_self(), "ca-log");
  for (auto batch = Take(); !batch.empty(); batch = Take()) {
    const absl::Status written = writer_.Write(batch);
    for (Waiting& waiting : batch) waiting.done(written);
  }
}

std::deque<Waiting> SqliteIssuanceLog::Take() {
  const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return stopped_ || !waiting_.empty();
  };
  const auto enough = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return stopped_ || waiting_.size() >= kMaxRecordsPerCommit;
  };
  absl::MutexLock lock(&mu_, absl::Condition(&ready));
  if (busy_) mu_.AwaitWithTimeout(absl::Condition(&enough), kGatherFor);
  busy_ = waiting_.size() > 1;
  if (waiting_.size() <= kMaxRecordsPerCommit) return std::exchange(waiting_, {});
  std::deque<Waiting> batch;
  for (size_t i = 0; i < kMaxRecordsPerCommit; ++i) {
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return batch;
}

absl::StatusOr<std::vector<IssuanceRecord>> SqliteIssuanceLog::Find(
    const IssuanceQuery& query) const {
  const Conditions conditions = ConditionsOf(query);
  absl::MutexLock lock(&reader_mu_);
  auto statement = reader_.Prepare(
      absl::StrCat(kSelectRecords, conditions.where(), " ORDER BY issued.id DESC LIMIT ?"));
  if (!statement.ok()) return statement.status();
  const int next = conditions.BindTo(*statement);
  constexpr size_t kMost = std::numeric_limits<int64_t>::max();
  statement->Bind(next, static_cast<int64_t>(std::min(query.limit, kMost)));
  return RecordsOf(*statement);
}

absl::StatusOr<std::vector<IssuanceRecord>> SqliteIssuanceLog::LatestPerHolder(
    absl::Time now) const {
  absl::MutexLock lock(&reader_mu_);
  auto statement = reader_.Prepare(
      absl::StrCat(kSelectRecords,
                   " WHERE issued.id IN (SELECT MAX(id) FROM issued GROUP BY identity, node) "
                   "AND not_after >= ? ORDER BY issued.id DESC"));
  if (!statement.ok()) return statement.status();
  statement->Bind(1, absl::ToUnixSeconds(now));
  return RecordsOf(*statement);
}

absl::StatusOr<IssuanceLog::Remaining> SqliteIssuanceLog::RemainingUnder(
    const std::vector<std::string>& issuers, absl::Time now) const {
  Conditions conditions;
  conditions.AddIssuers("issuer", issuers);
  // A certificate is valid through the second of its notAfter.
  conditions.AddNumber("not_after >= ?", absl::ToUnixSeconds(now));
  absl::MutexLock lock(&reader_mu_);
  auto statement = reader_.Prepare(
      absl::StrCat("SELECT COUNT(*), MAX(not_after) FROM issued", conditions.where()));
  if (!statement.ok()) return statement.status();
  conditions.BindTo(*statement);
  const auto row = statement->Step();
  if (!row.ok()) return row.status();
  Remaining remaining;
  remaining.count = static_cast<uint64_t>(statement->Integer(0));
  if (!statement->IsNull(1)) remaining.last_expiry = absl::FromUnixSeconds(statement->Integer(1));
  return remaining;
}

absl::StatusOr<uint64_t> SqliteIssuanceLog::Count() const {
  absl::MutexLock lock(&reader_mu_);
  // Rows are never deleted and their ids are given in sequence.
  auto statement = reader_.Prepare("SELECT MAX(id) FROM issued");
  if (!statement.ok()) return statement.status();
  const auto row = statement->Step();
  if (!row.ok()) return row.status();
  return static_cast<uint64_t>(statement->Integer(0));
}

}  // namespace

absl::StatusOr<std::unique_ptr<IssuanceLog>> IssuanceLog::Open(const std::string& path) {
  auto writer = Writer::Open(path);
  if (!writer.ok()) return writer.status();
  auto reader = SqliteDatabase::Open(path, SqliteDatabase::Access::kReadOnly);
  if (!reader.ok()) return reader.status();
  return std::make_unique<SqliteIssuanceLog>(*std::move(writer), *std::move(reader));
}

}  // namespace binnacle::ca
