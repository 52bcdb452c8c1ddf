#include "ctl/order_client.h"

#include <sys/socket.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "ctl/json_field.h"
#include "httplib.h"

namespace binnacle::ctl {
namespace {

absl::Status Unreachable(const std::string& socket, absl::string_view why) {
  return absl::UnavailableError(
      absl::StrCat("cannot reach the server through ", socket, ": ", why,
                   "\nIs binnacled running with that --data-dir, and may you open its socket (its "
                   "owner may)? Name another with --socket PATH or $BINNACLE_SOCKET."));
}

}  // namespace

absl::StatusOr<OrderClient::Answer> OrderClient::Post(const std::string& path,
                                                      const Json& body) const {
  httplib::Client client(socket_);
  client.set_address_family(AF_UNIX);
  client.set_read_timeout(absl::ToChronoMicroseconds(patience_));
  const httplib::Result result =
      client.Post(path, httplib::Headers{{"Host", "localhost"}}, body.dump(), "application/json");
  if (!result) {
    return Unreachable(socket_, result.error() == httplib::Error::Connection
                                    ? "nobody listens there"
                                    : "it did not answer");
  }
  Answer answer{result->status, Json::parse(result->body, nullptr, /*allow_exceptions=*/false)};
  if (answer.body.is_discarded()) return Unreachable(socket_, "what it answers is not JSON");
  return answer;
}

void AddSocketOption(CLI::App& command, Invocation& invocation, std::string& socket) {
  command
      .add_option("--socket", socket,
                  "the server's admin socket (default: $BINNACLE_SOCKET, else as --admin tells)")
      ->type_name("PATH");
  AddAdminOption(command, invocation);
}

absl::StatusOr<OrderClient> ConnectForOrders(const Invocation& invocation,
                                             const std::string& socket) {
  if (!socket.empty()) return OrderClient(socket);
  const char* environment = std::getenv("BINNACLE_SOCKET");
  if (environment != nullptr && *environment != '\0') return OrderClient(environment);
  const auto admin = Connect(invocation);
  if (!admin.ok()) return admin.status();
  const auto version = admin->Get("/debug/version");
  if (!version.ok()) return version.status();
  std::string found = Text(*version, "socket");
  if (!found.empty()) return OrderClient(std::move(found));
  return absl::NotFoundError(
      absl::StrCat("the server at ", admin->address().ToString(),
                   " takes no orders: it runs without a certificate authority "
                   "(--secure-address \"\")"));
}

absl::Status RefusalIn(const OrderClient::Answer& answer) {
  if (answer.status == 200) return absl::OkStatus();
  const std::string error = Text(answer.body, "error");
  const std::string said =
      error.empty() ? absl::StrCat("the server answers HTTP ", answer.status) : error;
  if (answer.status == 400) return absl::InvalidArgumentError(said);
  return absl::FailedPreconditionError(said);
}

}  // namespace binnacle::ctl
