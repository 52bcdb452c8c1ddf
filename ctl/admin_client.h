// ctl/admin_client.h
//
// Questions to the server's admin address, answered in JSON.
//
// Threads  one.
// Errors   kUnavailable: nobody answers there, or nobody who speaks as
//          binnacled does; kNotFound: it has no such thing; kFailedPrecondition:
//          it refuses to answer. Messages are for people and say what to do.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ctl/console.h"
#include "ctl/exit_code.h"
#include "ctl/json.h"

namespace binnacle::ctl {

inline constexpr absl::string_view kDefaultAdminAddress = "127.0.0.1:15014";

struct AdminAddress {
  std::string host;  // an IPv6 address without its brackets
  uint16_t port = 0;

  std::string ToString() const;
};

// "host:port", "[::1]:port", ":port" (on this machine), or "http://host:port".
// kInvalidArgument for anything else.
absl::StatusOr<AdminAddress> ParseAdminAddress(absl::string_view text);

// What --admin says, else what $BINNACLE_ADMIN says, else the default.
std::string ChooseAdminAddress(const std::string& flag);

class AdminClient {
 public:
  // kInvalidArgument when `address` is none.
  static absl::StatusOr<AdminClient> At(absl::string_view address);

  // `path` begins with '/'.
  absl::StatusOr<Json> Get(const std::string& path,
                           const std::multimap<std::string, std::string>& query = {}) const;

  // The same for an answer that is text.
  absl::StatusOr<std::string> GetText(const std::string& path) const;

  // How long to wait for a connection, and then for an answer.
  void set_patience(absl::Duration patience) { connect_patience_ = answer_patience_ = patience; }

  const AdminAddress& address() const { return address_; }

 private:
  absl::StatusOr<std::string> Fetch(const std::string& path,
                                    const std::multimap<std::string, std::string>& query) const;
  explicit AdminClient(AdminAddress address) : address_(std::move(address)) {}

  AdminAddress address_;
  absl::Duration connect_patience_ = absl::Seconds(5);
  absl::Duration answer_patience_ = absl::Seconds(60);
};

// Tells people of the failure.
ExitCode Report(const absl::Status& failure, Console& console);

}  // namespace binnacle::ctl
