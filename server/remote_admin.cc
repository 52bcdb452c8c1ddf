#include "server/remote_admin.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "ca/openssl.h"
#include "httplib.h"
#include "openssl/pem.h"
#include "openssl/ssl.h"
#include "server/authority_handlers.h"
#include "server/host_port.h"
#include "server/http_answer.h"
#include "server/http_listener.h"
#include "spdlog/spdlog.h"

namespace binnacle::server {
namespace {

using Handled = httplib::Server::HandlerResponse;

constexpr int kHttpThreads = 4;

std::string PemOf(X509* certificate) {
  const ca::BioPtr bio = ca::WriteBio();
  PEM_write_bio_X509(bio.get(), certificate);
  return ca::TextOf(bio.get());
}

// Leaf first; empty if the client showed none. TLS has seen to it that the
// client has the leaf's key.
std::vector<std::string> ShownBy(const SSL* client) {
  const ca::X509Ptr leaf(SSL_get1_peer_certificate(client));
  if (leaf == nullptr) return {};
  std::vector<std::string> chain = {PemOf(leaf.get())};
  STACK_OF(X509)* const above = SSL_get_peer_cert_chain(client);  // without the leaf
  for (int i = 0; i < sk_X509_num(above); ++i) chain.push_back(PemOf(sk_X509_value(above, i)));
  return chain;
}

// The server's own certificate, as it is now, for one handshake.
bool Show(const ServingCertificate& serving, SSL* client) {
  const auto text = serving.KeyAndChain();
  if (!text.ok()) return false;
  const ca::BioPtr key_text = ca::ReadBio(text->view());
  const ca::BioPtr chain_text = ca::ReadBio(text->view());
  const ca::EvpKeyPtr key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  const ca::X509Ptr leaf(PEM_read_bio_X509(chain_text.get(), nullptr, nullptr, nullptr));
  if (key == nullptr || leaf == nullptr || SSL_use_certificate(client, leaf.get()) != 1 ||
      SSL_use_PrivateKey(client, key.get()) != 1 || SSL_clear_chain_certs(client) != 1) {
    return false;
  }
  for (;;) {
    const ca::X509Ptr above(PEM_read_bio_X509(chain_text.get(), nullptr, nullptr, nullptr));
    if (above == nullptr) break;
    if (SSL_add1_chain_cert(client, above.get()) != 1) return false;
  }
  ca::TakeOpenSslErrors();  // that no more follows is one
  return true;
}

// Not a session taken up again: each connection shows its certificate.
void SetUp(SSL_CTX& context, MeshAuthority& authority) {
  SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(&context, SSL_OP_NO_TICKET);
  SSL_CTX_set_verify(&context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(
      &context, [](X509_STORE_CTX*, void*) { return 1; }, nullptr);
  SSL_CTX_set_cert_cb(
      &context,
      [](SSL* client, void* owner) {
        return Show(static_cast<const MeshAuthority*>(owner)->serving(), client) ? 1 : 0;
      },
      &authority);
}

}  // namespace

class RemoteAdmin::Https {
 public:
  Https(MeshAuthority& authority, std::vector<std::string> administrators)
      : authority_(authority),
        administrators_(std::move(administrators)),
        http_([&](SSL_CTX& context) {
          SetUp(context, authority);
          return true;
        }) {
    http_.set_pre_routing_handler(
        [this](const httplib::Request& request, httplib::Response& response) {
          return Guard(request, response);
        });
    AddAuthorityQuestions(http_, authority);
    AddAuthorityOrders(http_, authority);
  }

  absl::StatusOr<std::string> Start(const std::string& address) {
    const auto place = ParseHostPort(address);
    if (!place.ok()) return place.status();
    auto listening = listener_.Bind(*place, "orders");
    if (listening.ok()) listener_.Serve();
    return listening;
  }

  void Stop() { listener_.Stop(); }

 private:
  Handled Guard(const httplib::Request& request, httplib::Response& response) const {
    const std::vector<std::string> chain = ShownBy(request.ssl);
    if (chain.empty()) {
      Answer(response, {{"error", "show an administrator's certificate"}}, 401);
      return Handled::Handled;
    }
    const auto caller = authority_.authenticator().Authenticate({chain, ""});
    if (!caller.ok()) {
      spdlog::warn("{} {} from {}: refused: {}", request.method, request.path, request.remote_addr,
                   ca::ReasonForOperator(caller.status()));
      Answer(response, {{"error", std::string(caller.status().message())}}, 401);
      return Handled::Handled;
    }
    const std::string identity = caller->id.ToString();
    const bool named = absl::c_linear_search(administrators_, identity);
    // Who waits for a rotation asks again and again.
    const bool worth_telling = !named || request.method != "GET";
    spdlog::log(worth_telling ? spdlog::level::info : spdlog::level::debug, "{} {} from {} by {}{}",
                request.method, request.path, request.remote_addr, identity,
                named ? "" : ": refused: no administrator");
    if (named) return Handled::Unhandled;
    Answer(response, {{"error", absl::StrCat(identity, " is not named as an administrator here")}},
           403);
    return Handled::Handled;
  }

  MeshAuthority& authority_;
  const std::vector<std::string> administrators_;
  httplib::SSLServer http_;
  HttpListener listener_{http_, kHttpThreads};
};

RemoteAdmin::RemoteAdmin(MeshAuthority& authority, std::vector<std::string> administrators)
    : https_(std::make_unique<Https>(authority, std::move(administrators))) {}

RemoteAdmin::~RemoteAdmin() { Stop(); }

absl::StatusOr<std::string> RemoteAdmin::Start(const std::string& address) {
  return https_->Start(address);
}

void RemoteAdmin::Stop() { https_->Stop(); }

}  // namespace binnacle::server
