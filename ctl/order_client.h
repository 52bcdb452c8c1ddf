// ctl/order_client.h
//
// Orders to the server: what changes the mesh or mints credentials. They go over
// its admin socket, or from another host over TLS with an administrator's
// certificate, who may ask questions there too.
//
// Threads  one.
// Errors   kUnavailable: nobody answers there, or nobody whom the roots vouch
//          for; kInvalidArgument: a file that is no key or certificate; the rest
//          as admin_client.h says. Messages are for people and say what to do.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "ctl/command.h"
#include "ctl/command_line.h"
#include "ctl/json.h"

namespace binnacle::ctl {

// Where orders go: a socket, or a server and what is shown to it.
struct OrderAddress {
  std::string socket;
  std::string server;       // HOST:PORT; empty: the socket
  std::string certificate;  // files
  std::string key;
  std::string roots;
  std::string more_roots;  // PEM, beside those of the file; may be empty
};

class OrderClient {
 public:
  explicit OrderClient(OrderAddress address) : address_(std::move(address)) {}

  struct Answer {
    int status = 0;  // of HTTP
    Json body;
  };
  // `path` begins with '/'. An answer that refuses is an answer too.
  absl::StatusOr<Answer> Post(const std::string& path, const Json& body) const;
  // Questions. An answer that is text, or why there is none.
  absl::StatusOr<Answer> Get(const std::string& path,
                             const std::multimap<std::string, std::string>& query) const;
  absl::StatusOr<std::string> GetText(const std::string& path) const;

 private:
  OrderAddress address_;
};

// Adds --server and what goes with it.
void AddServerOptions(CLI::App& command, OrderAddress& address);

// Adds --server and what goes with it, --socket, and --admin (by which the socket
// is found if neither is given).
void AddOrderOptions(CLI::App& command, Invocation& invocation, OrderAddress& address);

// Where --server or --socket says, else $BINNACLE_SOCKET, else where the server
// at the admin address says that its socket is.
absl::StatusOr<OrderClient> ConnectForOrders(const Invocation& invocation,
                                             const OrderAddress& address);

// What a refusal says; OK for an answer that is none.
absl::Status RefusalIn(const OrderClient::Answer& answer);

}  // namespace binnacle::ctl
