#include "ca/sqlite.h"

#include "absl/strings/str_cat.h"
#include "sqlite3.h"

namespace binnacle::ca {
namespace {

// How long one waits for another process that holds the file, as a backup does.
constexpr int kBusyMilliseconds = 5000;

absl::StatusCode CodeOf(int result) {
  switch (result & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
      return absl::StatusCode::kUnavailable;
    default:
      return absl::StatusCode::kInternal;
  }
}

absl::Status Failure(sqlite3* database, int result) {
  const char* words = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(result);
  return absl::Status(CodeOf(result), absl::StrCat(words, " (SQLite error ", result, ")"));
}

}  // namespace

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void SqliteDatabase::Close::operator()(sqlite3* database) const { sqlite3_close(database); }

void SqliteStatement::Bind(int parameter, int64_t value) {
  sqlite3_bind_int64(statement_.get(), parameter, value);
}

void SqliteStatement::Bind(int parameter, absl::string_view text) {
  // A view without data would be NULL and not the empty text.
  sqlite3_bind_text64(statement_.get(), parameter, text.empty() ? "" : text.data(), text.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
}

absl::StatusOr<bool> SqliteStatement::Step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return Failure(sqlite3_db_handle(statement_.get()), result);
}

absl::Status SqliteStatement::Run() {
  const auto stepped = Step();
  Reset();
  return stepped.status();
}

void SqliteStatement::Reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

int64_t SqliteStatement::Integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string SqliteStatement::Text(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_.get(), column);
  if (text == nullptr) return "";
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return std::string(reinterpret_cast<const char*>(text), static_cast<size_t>(size));
}

bool SqliteStatement::IsNull(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

absl::StatusOr<SqliteDatabase> SqliteDatabase::Open(const std::string& path, Access access) {
  sqlite3* raw = nullptr;
  const int flags = (access == Access::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int result = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  SqliteDatabase database(raw);  // to be closed even when it could not be opened
  if (result != SQLITE_OK) return Failure(raw, result);
  sqlite3_busy_timeout(raw, kBusyMilliseconds);
  return database;
}

absl::Status SqliteDatabase::Execute(const std::string& sql) {
  const int result = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  return result == SQLITE_OK ? absl::OkStatus() : Failure(database_.get(), result);
}

absl::StatusOr<SqliteStatement> SqliteDatabase::Prepare(absl::string_view sql) const {
  sqlite3_stmt* raw = nullptr;
  const int result = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (result != SQLITE_OK) return Failure(database_.get(), result);
  return SqliteStatement(raw);
}

absl::StatusOr<std::string> SqliteDatabase::Ask(absl::string_view sql) const {
  auto statement = Prepare(sql);
  if (!statement.ok()) return statement.status();
  const auto row = statement->Step();
  if (!row.ok()) return row.status();
  return *row ? statement->Text(0) : std::string();
}

}  // namespace binnacle::ca
