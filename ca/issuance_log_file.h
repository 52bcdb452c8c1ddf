// ca/issuance_log_file.h
//
// The SQLite file of an issuance log: made whole or not at all, and looked
// over before it is used.
//
// Its tables: `issued`, a row per certificate, and `issuers`, so that a
// fingerprint is not repeated in each of them. Times are seconds since 1970;
// `issued_at` is in microseconds.
//
// Threads  one at a time for a path.
// Errors   kDataLoss: damaged, or gone while its journal is still there;
//          kFailedPrecondition: of a newer version, or another program's;
//          else the system's.
// Spec     SQLite: write-ahead log; PRAGMA application_id, user_version.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "ca/sqlite.h"

namespace binnacle::ca {

// To write to; every commit is on the disk when it returns.
absl::StatusOr<SqliteDatabase> OpenIssuanceLogFile(const std::string& path);

}  // namespace binnacle::ca
