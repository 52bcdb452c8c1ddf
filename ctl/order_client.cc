#include "ctl/order_client.h"

#include <sys/socket.h>

#include <csignal>
#include <cstdlib>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "ca/certificate.h"
#include "ctl/json_field.h"
#include "httplib.h"
#include "openssl/err.h"
#include "openssl/ssl.h"

namespace binnacle::ctl {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(60);

absl::Status NobodyAt(const std::string& socket, absl::string_view why) {
  return absl::UnavailableError(
      absl::StrCat("cannot reach the server through ", socket, ": ", why,
                   "\nIs binnacled running with that --data-dir, and may you open its socket (its "
                   "owner may)? Name another with --socket PATH or $BINNACLE_SOCKET."));
}

absl::Status NobodyAtServer(const OrderAddress& address, httplib::Error error) {
  const std::string start = absl::StrCat("cannot give orders to ", address.server, ": ");
  switch (error) {
    case httplib::Error::SSLServerVerification:
      return absl::UnavailableError(
          absl::StrCat(start, "its certificate is not under the roots in ", address.roots,
                       ", or not for that name (binnacled's --server-name)"));
    case httplib::Error::SSLLoadingCerts:
      return absl::InvalidArgumentError(
          absl::StrCat("--roots ", address.roots, ": no certificates in PEM"));
    case httplib::Error::Connection:
      return absl::UnavailableError(
          absl::StrCat(start, "nothing listens there\nIs this its --remote-admin-address?"));
    default:
      return absl::UnavailableError(absl::StrCat(start, "it does not answer (",
                                                 absl::AsciiStrToLower(httplib::to_string(error)),
                                                 ")\nIs this its --remote-admin-address?"));
  }
}

absl::Status BadFile(absl::string_view flag, const std::string& file, absl::string_view what) {
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat(flag, " ", file, ": ", what));
}

absl::Status Trust(const std::string& more_roots, SSL_CTX* context) {
  if (more_roots.empty()) return absl::OkStatus();
  const auto roots = ca::Certificate::ListFromPem(more_roots);
  if (!roots.ok()) return roots.status();
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  for (const ca::Certificate& root : *roots) X509_STORE_add_cert(store, root.x509());
  ERR_clear_error();  // of one that was there already
  return absl::OkStatus();
}

// What is shown to the server.
absl::Status Show(const OrderAddress& address, SSL_CTX* context) {
  if (context == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("--server \"", address.server, "\" is no HOST:PORT"));
  }
  if (SSL_CTX_use_certificate_chain_file(context, address.certificate.c_str()) != 1) {
    return BadFile("--certificate", address.certificate, "no certificate in PEM");
  }
  if (SSL_CTX_use_PrivateKey_file(context, address.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return BadFile("--key", address.key, "no key in PEM, or not that of the certificate");
  }
  return Trust(address.more_roots, context);
}

absl::Status CheckAddress(const OrderAddress& address) {
  if (!address.certificate.empty() && !address.key.empty() && !address.roots.empty()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "--server wants --certificate and --key, an administrator's, and --roots, the mesh's (as "
      "binnaclectl ca root prints them)");
}

absl::StatusOr<httplib::Client> Dial(const OrderAddress& address) {
  const bool remote = !address.server.empty();
  httplib::Client client(remote ? absl::StrCat("https://", address.server) : address.socket);
  client.set_read_timeout(absl::ToChronoMicroseconds(kPatience));
  if (!remote) {
    client.set_address_family(AF_UNIX);
    client.set_default_headers({{"Host", "localhost"}});
    return client;
  }
  client.set_ca_cert_path(address.roots);
  client.enable_server_certificate_verification(true);
  if (auto shown = Show(address, client.ssl_context()); !shown.ok()) return shown;
  return client;
}

absl::StatusOr<OrderClient::Answer> Read(const httplib::Result& result,
                                         const OrderAddress& address) {
  const bool remote = !address.server.empty();
  if (!result && remote) return NobodyAtServer(address, result.error());
  if (!result) {
    return NobodyAt(address.socket, result.error() == httplib::Error::Connection
                                        ? "nobody listens there"
                                        : "it did not answer");
  }
  OrderClient::Answer answer{result->status,
                             Json::parse(result->body, nullptr, /*allow_exceptions=*/false)};
  if (!answer.body.is_discarded()) return answer;
  return absl::UnavailableError(absl::StrCat(
      "what answers at ", remote ? address.server : address.socket, " is not binnacled: no JSON"));
}

// TLS says farewell to a server that may be gone already; the signal would end
// the program before it could tell what the server said.
class WithoutPipeSignal {
 public:
  WithoutPipeSignal() : before_(std::signal(SIGPIPE, SIG_IGN)) {}
  ~WithoutPipeSignal() { std::signal(SIGPIPE, before_); }
  WithoutPipeSignal(const WithoutPipeSignal&) = delete;
  WithoutPipeSignal& operator=(const WithoutPipeSignal&) = delete;

 private:
  void (*const before_)(int);
};

}  // namespace

absl::StatusOr<OrderClient::Answer> OrderClient::Post(const std::string& path,
                                                      const Json& body) const {
  const WithoutPipeSignal quiet;
  auto client = Dial(address_);
  if (!client.ok()) return client.status();
  return Read(client->Post(path, body.dump(), "application/json"), address_);
}

absl::StatusOr<OrderClient::Answer> OrderClient::Get(
    const std::string& path, const std::multimap<std::string, std::string>& query) const {
  const WithoutPipeSignal quiet;
  auto client = Dial(address_);
  if (!client.ok()) return client.status();
  return Read(client->Get(path, query, httplib::Headers()), address_);
}

absl::StatusOr<std::string> OrderClient::GetText(const std::string& path) const {
  const WithoutPipeSignal quiet;
  auto client = Dial(address_);
  if (!client.ok()) return client.status();
  const httplib::Result result = client->Get(path);
  if (result && result->status == 200) return result->body;
  const auto refusal = Read(result, address_);
  return refusal.ok() ? RefusalIn(*refusal) : refusal.status();
}

void AddServerOptions(CLI::App& command, OrderAddress& address) {
  command
      .add_option("--server", address.server,
                  "from another host: the server's --remote-admin-address")
      ->type_name("HOST:PORT");
  command
      .add_option("--certificate", address.certificate,
                  "with --server: an administrator's certificate, and what leads to its root")
      ->type_name("FILE");
  command.add_option("--key", address.key, "with --server: the key of that certificate")
      ->type_name("FILE");
  command
      .add_option("--roots", address.roots,
                  "with --server: the roots of the mesh, as ca root prints them")
      ->type_name("FILE");
}

void AddOrderOptions(CLI::App& command, Invocation& invocation, OrderAddress& address) {
  command
      .add_option("--socket", address.socket,
                  "the server's admin socket (default: $BINNACLE_SOCKET, else as --admin tells)")
      ->type_name("PATH");
  AddServerOptions(command, address);
  AddAdminOption(command, invocation);
}

absl::StatusOr<OrderClient> ConnectForOrders(const Invocation& invocation,
                                             const OrderAddress& address) {
  if (!address.server.empty()) {
    if (auto whole = CheckAddress(address); !whole.ok()) return whole;
    return OrderClient(address);
  }
  if (!address.socket.empty()) return OrderClient(address);
  OrderAddress found;
  const char* environment = std::getenv("BINNACLE_SOCKET");
  if (environment != nullptr && *environment != '\0') {
    found.socket = environment;
    return OrderClient(std::move(found));
  }
  const auto admin = Connect(invocation);
  if (!admin.ok()) return admin.status();
  const auto version = admin->Get("/debug/version");
  if (!version.ok()) return version.status();
  found.socket = Text(*version, "socket");
  if (!found.socket.empty()) return OrderClient(std::move(found));
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
