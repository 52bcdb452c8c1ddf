// ca/sqlite.h
//
// SQLite's connections and statements, owned, with its errors as statuses.
//
// Threads  one at a time for a connection and its statements.
// Errors   kDataLoss: the file is damaged or is no database; kUnavailable: the
//          system would not (disk full, I/O error, locked, read-only);
//          kInternal: anything else. All with SQLite's words.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sqlite3;
struct sqlite3_stmt;

namespace binnacle::ca {

class SqliteStatement {
 public:
  // Parameters count from 1. Text must live until the next Reset().
  void Bind(int parameter, int64_t value);
  void Bind(int parameter, absl::string_view text);
  // True: there is a row to read. False: done.
  absl::StatusOr<bool> Step();
  // Step() for what gives no rows; then Reset().
  absl::Status Run();
  void Reset();

  // Columns count from 0.
  int64_t Integer(int column) const;
  std::string Text(int column) const;
  bool IsNull(int column) const;

 private:
  friend class SqliteDatabase;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit SqliteStatement(sqlite3_stmt* statement) : statement_(statement) {}

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// Its statements must go before it does.
class SqliteDatabase {
 public:
  enum class Access : uint8_t { kReadOnly, kReadWrite };

  // The file must exist.
  static absl::StatusOr<SqliteDatabase> Open(const std::string& path, Access access);

  absl::Status Execute(const std::string& sql);
  absl::StatusOr<SqliteStatement> Prepare(absl::string_view sql) const;
  // The first column of the first row, as text.
  absl::StatusOr<std::string> Ask(absl::string_view sql) const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  explicit SqliteDatabase(sqlite3* database) : database_(database) {}

  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace binnacle::ca
