#include "translator/message_form.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "translator/serialize.h"
#include "translator/typed_config.h"

namespace binnacle::translator {
namespace {

using envoy::config::cluster::v3::Cluster;
using envoy::config::route::v3::VirtualHost;

// Texts whose lengths take one, two and three bytes to tell.
std::vector<std::string> Lengths() {
  return {"x", std::string(127, 'y'), std::string(20'000, 'z')};
}

VirtualHost HostOf(const std::string& name, const std::string& domain) {
  VirtualHost host;
  host.set_name(name);
  host.add_domains(domain);
  host.add_domains("always");
  auto& route = *host.add_routes();
  route.mutable_match()->set_prefix("/");
  route.mutable_route()->set_cluster(name);
  route.mutable_route()->mutable_timeout()->set_nanos(7);
  host.set_include_request_attempt_count(true);
  return host;
}

}  // namespace

TEST_CASE("a form that is filled in is what the message with these texts serialises to") {
  const MessageForm form(HostOf(MessageForm::Blank(0), MessageForm::Blank(1)));
  for (const std::string& name : Lengths()) {
    for (const std::string& domain : Lengths()) {
      CAPTURE(name.size(), domain.size());
      CHECK(form.Fill({name, domain}) == Serialize(HostOf(name, domain)));
    }
  }
}

TEST_CASE("blanks are found in maps and within what was packed") {
  const auto build = [](const std::string& text) {
    Cluster cluster;
    auto& fields = *(*cluster.mutable_metadata()->mutable_filter_metadata())["m"].mutable_fields();
    fields["a"].set_string_value(text);
    fields["b"].set_number_value(80);
    auto& socket = *cluster.mutable_transport_socket();
    socket.set_name("s");
    *socket.mutable_typed_config() = TypedConfig(HostOf("fixed", text));
    return cluster;
  };
  const MessageForm form(build(MessageForm::Blank(0)));
  for (const std::string& text : Lengths()) CHECK(form.Fill({text}) == Serialize(build(text)));
}

TEST_CASE("a form has as many blanks as one likes, or none") {
  VirtualHost host;
  std::vector<std::string> texts;
  for (size_t i = 0; i < 25; ++i) {
    host.add_domains(MessageForm::Blank(i));
    texts.push_back("host-" + std::to_string(i));
  }
  const MessageForm form(host);
  VirtualHost expected;
  for (const std::string& text : texts) expected.add_domains(text);
  CHECK(form.Fill(std::vector<absl::string_view>(texts.begin(), texts.end())) ==
        Serialize(expected));
  CHECK(MessageForm(expected).Fill({}) == Serialize(expected));
  CHECK(MessageForm(VirtualHost()).Fill({}).empty());
}

}  // namespace binnacle::translator
