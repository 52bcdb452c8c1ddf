#include "translator/redirect.h"

#include <optional>

#include "absl/strings/string_view.h"

namespace binnacle::translator {
namespace {

using envoy::config::route::v3::RedirectAction;
using policy::v1::HttpRedirect;

std::optional<RedirectAction::RedirectResponseCode> ResponseCode(uint32_t code) {
  switch (code) {
    case 0:
    case 301:
      return RedirectAction::MOVED_PERMANENTLY;
    case 302:
      return RedirectAction::FOUND;
    case 303:
      return RedirectAction::SEE_OTHER;
    case 307:
      return RedirectAction::TEMPORARY_REDIRECT;
    case 308:
      return RedirectAction::PERMANENT_REDIRECT;
    default:
      return std::nullopt;
  }
}

// 0: none is named. The scheme's own port need not be.
uint32_t PortRedirect(const HttpRedirect& redirect, uint32_t port, bool tls) {
  uint32_t wanted = redirect.port();
  // Envoy cannot take the port from the request, but a route belongs to one.
  if (redirect.derive_port() == HttpRedirect::FROM_REQUEST_PORT) wanted = port;
  const absl::string_view own_scheme = tls ? "https" : "http";
  const absl::string_view scheme =
      redirect.scheme().empty() ? own_scheme : absl::string_view(redirect.scheme());
  if (wanted == 80 && scheme == "http") return 0;
  if (wanted == 443 && scheme == "https") return 0;
  return wanted;
}

}  // namespace

bool SetRedirect(const HttpRedirect& redirect, uint32_t port, bool tls,
                 envoy::config::route::v3::Route& route) {
  const auto code = ResponseCode(redirect.redirect_code());
  if (!code.has_value()) return false;
  RedirectAction& action = *route.mutable_redirect();
  action.set_response_code(*code);
  action.set_host_redirect(redirect.authority());
  if (!redirect.uri().empty()) action.set_path_redirect(redirect.uri());
  if (!redirect.scheme().empty()) action.set_scheme_redirect(redirect.scheme());
  action.set_port_redirect(PortRedirect(redirect, port, tls));
  return true;
}

}  // namespace binnacle::translator
