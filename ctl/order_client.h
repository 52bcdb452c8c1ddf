// ctl/order_client.h
//
// Orders to the server, over its admin socket: what changes the mesh or mints
// credentials.
//
// Threads  one.
// Errors   kUnavailable: no such socket, or nobody answers there; the rest as
//          admin_client.h says. Messages are for people and say what to do.
#pragma once

#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ctl/command.h"
#include "ctl/json.h"

namespace binnacle::ctl {

class OrderClient {
 public:
  explicit OrderClient(std::string socket) : socket_(std::move(socket)) {}

  struct Answer {
    int status = 0;  // of HTTP
    Json body;
  };
  // `path` begins with '/'. An answer that refuses is an answer too.
  absl::StatusOr<Answer> Post(const std::string& path, const Json& body) const;

 private:
  std::string socket_;
  absl::Duration patience_ = absl::Seconds(60);
};

// Adds --socket (and --admin, by which the socket is found if it is not given).
void AddSocketOption(CLI::App& command, Invocation& invocation, std::string& socket);

// Where --socket says, else $BINNACLE_SOCKET, else where the server at the admin
// address says that its socket is.
absl::StatusOr<OrderClient> ConnectForOrders(const Invocation& invocation,
                                             const std::string& socket);

// What a refusal says; OK for an answer that is none.
absl::Status RefusalIn(const OrderClient::Answer& answer);

}  // namespace binnacle::ctl
